import {describe, expect, test} from "vitest";
import {evaluate, examplesIn, examplesOf} from "./support/examples.ts";

/** Sources with examples in their docstrings; an expression may use whatever its own file exports. */
const FOLDERS = ["math", "prompt", "capture"];

describe.each(FOLDERS)("every @example of src/%s", folder => {
  const files = examplesOf(folder);

  test("can be read", () => {
    expect(
      files.flatMap(({examples}) => examples).every(({expression, expected}) => expression !== "" && expected !== ""),
    ).toBe(true);
  });

  for (const {file, examples} of files) {
    test.each(examples)("$where: $expression is $expected", async ({expression, expected}) => {
      const names: Record<string, unknown> = await import(/* @vite-ignore */ file);
      const seen = evaluate(expression, names);
      const wanted = evaluate(expected, names);
      if (typeof wanted === "number" && !Number.isInteger(wanted)) expect(seen).toBeCloseTo(wanted, 9);
      else expect(seen).toEqual(wanted);
    });
  }
});

describe("examplesIn", () => {
  test("finds the expression and the value, in a docstring of one line or many", () => {
    expect(examplesIn("/** One. @example f(1) // 2 */\n", "a.ts")).toEqual([
      {where: "a.ts", expression: "f(1)", expected: "2"},
    ]);
    expect(examplesIn(" * @example only prose\n", "a.ts")).toEqual([]);
  });

  test("there are examples in math and prompt", () => {
    const count = (folder: string) => examplesOf(folder).flatMap(({examples}) => examples).length;
    expect(count("math")).toBeGreaterThanOrEqual(3);
    expect(count("prompt")).toBeGreaterThanOrEqual(3);
  });
});
