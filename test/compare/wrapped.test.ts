import fc from "fast-check";
import {expect, test} from "vitest";
import {wrapped} from "../../src/compare/wrapped.ts";

test("breaks at spaces, and inside a word that no line can hold", () => {
  expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapped("one\ntwo", 7)).toEqual(["one", "two"]);
  expect(wrapped("abcdefgh ij", 3)).toEqual(["abc", "def", "gh", "ij"]);
  expect(wrapped("", 3)).toEqual([]);
});

test("no line is longer than asked, and no word is lost", () => {
  const words = fc.array(fc.string({minLength: 1, maxLength: 12}).map(word => word.replaceAll(/\s/g, "x")));
  fc.assert(
    fc.property(words, fc.integer({min: 1, max: 20}), (some, width) => {
      const lines = wrapped(some.join(" "), width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(some.join(""));
    }),
  );
});
