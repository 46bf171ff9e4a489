import {parse} from "csv-parse/sync";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {csvText} from "../../src/compare/csv.ts";

const read = (text: string): unknown => parse(text, {relax_column_count: false});

describe("csvText", () => {
  test("whatever a cell holds comes back from a reader that follows RFC 4180", () => {
    const cell = fc.oneof(
      fc.string({unit: "binary-ascii", maxLength: 6}),
      fc.constantFrom('"', ",", "\r\n", "\n", '""', "=1+1", " a ", "\u2028", "\u{1f600}", "\u202e"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), {minLength: 1, maxLength: 4}), rows => {
        expect(read(csvText({name: "t", header: ["a", "b"], rows}))).toEqual([["a", "b"], ...rows]);
      }),
      {numRuns: 50},
    );
  });

  test("numbers keep all their digits, a missing value is an empty cell, an empty text is quoted", () => {
    const text = csvText({name: "t", header: ["a", "b", "c", "d"], rows: [[0.1 + 0.2, undefined, "", true]]});
    expect(text).toBe('a,b,c,d\n0.30000000000000004,,"",true\n');
  });

  test("text that a spreadsheet would take for a formula stays what it is", () => {
    expect(csvText({name: "t", header: ["a"], rows: [["=HYPERLINK(1)"], ["-2"], ["@x"]]})).toBe(
      "a\n=HYPERLINK(1)\n-2\n@x\n",
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %s: missing is not NaN", value => {
    expect(() => csvText({name: "t", header: ["a"], rows: [[value]]})).toThrow(RangeError);
  });
});
