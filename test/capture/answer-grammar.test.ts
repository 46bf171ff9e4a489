import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Advance, AnswerGrammar, START} from "../../src/capture/answer-grammar.ts";
import {answerFormats} from "../../src/prompt/format.ts";
import {anySplit, type WellFormed, wellFormedAnswers} from "../support/answers.ts";

/** The answer after all these pieces, in order; closed and malformed are final. */
function readAll(grammar: AnswerGrammar, pieces: readonly string[]): Advance {
  let reached: Advance = {kind: "open", state: START};
  for (const piece of pieces) {
    if (reached.kind !== "open") return reached;
    reached = grammar.advance(reached.state, piece);
  }
  return reached;
}

/** What a text is, by comparing it with every well-formed answer written out. */
function expected(answers: readonly WellFormed[], text: string): {kind: string; given?: readonly number[]} {
  const closed = answers.find(answer => text.startsWith(answer.text));
  if (closed !== undefined) return {kind: "closed", given: closed.given};
  return {kind: answers.some(answer => answer.text.startsWith(text)) ? "open" : "malformed"};
}

const CASES = [
  {name: "json", format: answerFormats.json, labels: ["joy", "fear", "sad"], none: "none"},
  {name: "list", format: answerFormats.list, labels: ["joy", "fear", "sad"], none: "none"},
  {
    name: "json, labels that begin with one another",
    format: answerFormats.json,
    labels: ["sexist", "sex", "s"],
    none: "se",
  },
  {
    name: "list, labels that begin with one another",
    format: answerFormats.list,
    labels: ["sexist", "sex", "s"],
    none: "se",
  },
] as const;

describe.each(CASES)("AnswerGrammar, $name", ({format, labels, none}) => {
  const grammar = new AnswerGrammar(
    format,
    labels.map(label => [label]),
    [none],
  );
  const answers = wellFormedAnswers(format, labels, none);

  test("walking every character from the start closes exactly the 16 well-formed answers", () => {
    const alphabet = [...new Set(`${answers.map(answer => answer.text).join("")}x}"],\n `)];
    const closed: WellFormed[] = [];
    const walk = (text: string, reached: Advance) => {
      if (reached.kind === "closed") closed.push({given: reached.given, text});
      if (reached.kind !== "open") return;
      for (const character of alphabet) walk(text + character, grammar.advance(reached.state, character));
    };
    walk("", {kind: "open", state: START});
    const sorted = (list: readonly WellFormed[]) => list.map(answer => JSON.stringify(answer)).sort();
    expect(answers).toHaveLength(16);
    expect(sorted(closed)).toEqual(sorted(answers));
  });

  test("every well-formed answer is read under every split into pieces, whatever follows it in the last one", () => {
    const split = fc
      .constantFrom(...answers)
      .chain(answer => fc.tuple(fc.constant(answer), anySplit(answer.text), fc.string({maxLength: 5})));
    const property = fc.property(split, ([answer, pieces, after]) => {
      const last = pieces.at(-1) ?? "";
      const before = readAll(grammar, pieces.slice(0, -1));
      const end = readAll(grammar, [...pieces.slice(0, -1), last + after]);
      return before.kind === "open" && end.kind === "closed" && String(end.given) === String(answer.given);
    });
    expect(fc.check(property, {numRuns: 500}).counterexample).toBeNull();
  });

  test("any text made of the format's own parts is judged as the written-out answers judge it", () => {
    const part = fc.constantFrom(
      ...labels,
      none,
      format.lead,
      format.separator,
      format.closeEvent,
      '"',
      ",",
      " ",
      "]",
      "s",
      "\n",
    );
    const property = fc.property(
      fc.array(
        part.filter(text => text !== ""),
        {maxLength: 7},
      ),
      pieces => {
        const seen = readAll(grammar, pieces);
        const wanted = expected(answers, pieces.join(""));
        const given = seen.kind === "closed" ? String(seen.given) : undefined;
        return seen.kind === wanted.kind && given === (wanted.given === undefined ? undefined : String(wanted.given));
      },
    );
    expect(fc.check(property, {numRuns: 2000}).counterexample).toBeNull();
  });
});

describe("AnswerGrammar", () => {
  const json = new AnswerGrammar(answerFormats.json, [["joy"], ["fear"]], ["none"]);
  const list = new AnswerGrammar(answerFormats.list, [["joy"], ["fear"]], ["none"]);
  const endAfter = (grammar: AnswerGrammar, text: string) => {
    const reached = readAll(grammar, [text]);
    return reached.kind === "open" ? grammar.end(reached.state) : reached;
  };

  test("an end token closes a list after a whole label", () => {
    expect(endAfter(list, " joy")).toEqual({kind: "closed", given: [0]});
    expect(endAfter(list, " fear, joy")).toEqual({kind: "closed", given: [1, 0]});
    expect(endAfter(list, " none")).toEqual({kind: "closed", given: [2]});
  });

  test.each(["", " ", " jo", " joy,", " joy, "])("an end token after %j closes no list", text => {
    expect(endAfter(list, text)).toEqual({kind: "malformed"});
  });

  test("an end token never closes json", () => {
    expect(endAfter(json, "joy")).toEqual({kind: "malformed"});
    expect(endAfter(json, 'joy"')).toEqual({kind: "malformed"});
  });

  test("a label is not given twice, and none stands alone", () => {
    expect(readAll(json, ['joy", "joy"]'])).toEqual({kind: "malformed"});
    expect(readAll(json, ['joy", "none"]'])).toEqual({kind: "malformed"});
    expect(readAll(json, ['none", '])).toEqual({kind: "malformed"});
    expect(readAll(json, ['"]'])).toEqual({kind: "malformed"});
  });

  test("after the last label only the closing is left", () => {
    expect(readAll(json, ['joy", "fear", '])).toEqual({kind: "malformed"});
    expect(readAll(json, ['joy", "fear"']).kind).toBe("open");
  });

  test("without a null label its word is no label, and all labels can still be given", () => {
    const grammar = new AnswerGrammar(answerFormats.json, [["joy"], ["fear"]]);
    expect(grammar.noneIndex).toBeUndefined();
    expect(readAll(grammar, ["none"])).toEqual({kind: "malformed"});
    expect(readAll(grammar, ['fear", "joy"]}'])).toEqual({kind: "closed", given: [1, 0]});
  });

  test("a label may be written in each of its variants, but given only once", () => {
    const grammar = new AnswerGrammar(answerFormats.json, [["joy", "Joy", "joyful"], ["fear"]]);
    expect(readAll(grammar, ['Joy", "fear"]'])).toEqual({kind: "closed", given: [0, 1]});
    expect(readAll(grammar, ['joyful"]'])).toEqual({kind: "closed", given: [0]});
    expect(readAll(grammar, ['joy", "Joy"]'])).toEqual({kind: "malformed"});
    expect([grammar.labelOf("joyful"), grammar.labelOf("fear"), grammar.labelOf("joyfu")]).toEqual([0, 1, undefined]);
  });

  test("labels outside ASCII are read byte by byte", () => {
    const grammar = new AnswerGrammar(answerFormats.json, [["größe"], ["été"]]);
    const bytes = Array.from(Buffer.from('été", "größe"]', "utf8").toString("latin1"));
    expect(readAll(grammar, bytes)).toEqual({kind: "closed", given: [1, 0]});
  });
});
