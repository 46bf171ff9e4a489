import {describe, expect, test} from "vitest";
import {formatError, LabelscopeError, unknownChoice} from "../src/errors.ts";

const cause = new Error("below");
const error = new LabelscopeError({
  code: "context-overflow",
  message: 'document "ed7f2" needs 2310 tokens, the context holds 2048',
  details: ["prompt 2286 + answer 24"],
  next: ["--context 4096", "or --shots 8"],
  facts: {neededTokens: 2310},
  cause,
});

describe("LabelscopeError", () => {
  test("keeps its code, facts, advice and cause, and is an Error with a stack", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: "context-overflow",
      facts: {neededTokens: 2310},
      next: ["--context 4096", "or --shots 8"],
    });
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain("errors.test.ts");
  });

  test("turns one line of advice into a list and leaves out what is not given", () => {
    const short = new LabelscopeError({code: "a", message: "b", next: "c"});
    expect([short.next, short.details, short.facts]).toEqual([["c"], [], {}]);
    expect("cause" in short).toBe(false);
  });
});

describe("formatError", () => {
  test("prints code and message, then the details, then all advice under one heading", () => {
    expect(formatError(error)).toBe(
      [
        'context-overflow: document "ed7f2" needs 2310 tokens, the context holds 2048',
        "  prompt 2286 + answer 24",
        "  Next: --context 4096",
        "        or --shots 8",
        "",
      ].join("\n"),
    );
  });
});

describe("unknownChoice", () => {
  test("lists the good choices in its details, its facts and its advice", () => {
    const unknown = unknownChoice({code: "unknown-metric", what: "metric", given: "nl", known: ["nll", "l1"]});
    expect(unknown.message).toBe('metric "nl" is not known');
    expect(unknown.details).toEqual(["known: nll, l1"]);
    expect(unknown.next).toEqual(["use one of these"]);
    expect(unknown.facts).toEqual({given: "nl", known: ["nll", "l1"]});
  });

  test("gives the caller's own advice where there is some", () => {
    const unknown = unknownChoice({code: "x", what: "metric", given: "nl", known: ["nll"], next: "did you mean nll?"});
    expect(unknown.next).toEqual(["did you mean nll?"]);
  });
});
