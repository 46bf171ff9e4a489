import {InvalidArgumentError} from "commander";
import {describe, expect, test} from "vitest";
import {
  anyNumber,
  byteSize,
  chatArgument,
  list,
  positive,
  repeated,
  shard,
  share,
  wholeNumber,
} from "../src/program/flag-values.ts";

/** Pairs of texts that a reader takes, with their value, and texts that it must refuse. */
const cases = {
  "wholeNumber(1)": {
    read: wholeNumber(1),
    good: [
      ["1", 1],
      ["007", 7],
      ["9007199254740991", 9007199254740991],
    ],
    bad: ["0", "-1", "1.5", "1e3", "", " ", "one", "0x10", "٣", "9007199254740993", "99999999999999999999"],
  },
  "wholeNumber(0, 5)": {
    read: wholeNumber(0, 5),
    good: [
      ["0", 0],
      ["5", 5],
    ],
    bad: ["6", "-1"],
  },
  byteSize: {
    read: byteSize,
    good: [
      ["1", 1],
      ["800MB", 800_000_000],
      ["1.5GiB", 1_610_612_736],
      ["20 G", 20_000_000_000],
      ["2k", 2000],
    ],
    bad: ["0", "-1", "", "GB", "1e9", "2X", "1.5.2MB", "9999999TB"],
  },
  share: {
    read: share,
    good: [
      ["0", 0],
      ["1", 1],
      ["0.5", 0.5],
      [".25", 0.25],
    ],
    bad: ["", " ", "1.01", "-0.1", "50%", "NaN", "half"],
  },
  anyNumber: {
    read: anyNumber,
    good: [
      ["0", 0],
      ["-0.5", -0.5],
      ["1e-3", 0.001],
    ],
    bad: ["", " ", "Infinity", "NaN", "half"],
  },
  positive: {
    read: positive,
    good: [
      ["0.5", 0.5],
      ["90", 90],
    ],
    bad: ["0", "-1", "", "Infinity", "NaN", "soon"],
  },
  shard: {
    read: shard,
    good: [
      ["1/1", {index: 1, count: 1}],
      ["2/4", {index: 2, count: 4}],
    ],
    bad: ["0/4", "5/4", "2", "2/", "/4", "2/4/1", "a/b", "", "1.5/2", "-1/2"],
  },
  list: {
    read: list,
    good: [
      ["a", ["a"]],
      ["a, b ,c d", ["a", "b", "c d"]],
      // What Python's csv.reader([text], skipinitialspace=True) gives for these.
      ['"a, b",c', ["a, b", "c"]],
      ['c, "a, b"', ["c", "a, b"]],
      ['"a"', ["a"]],
    ],
    bad: ["", "a,,b", "a,", ",", '"a",', '""'],
  },
} as const;

describe.each(Object.entries(cases))("%s", (_name, {read, good, bad}) => {
  test.each(good as readonly (readonly [string, unknown])[])("reads %s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([...bad])("refuses %j and says what was expected", text => {
    expect(() => read(text)).toThrow(InvalidArgumentError);
    expect(() => read(text)).toThrow(/^expected /);
  });
});

test("a range with an end is named with both ends", () => {
  expect(() => wholeNumber(1, 128)("500")).toThrow("expected a whole number from 1 to 128");
  expect(() => wholeNumber(1)("0")).toThrow("expected a whole number of at least 1");
});

test("a repeated flag collects its values in order, and leaves what it was given alone", () => {
  const before = repeated("a", undefined);
  expect(repeated("b", before)).toEqual(["a", "b"]);
  expect(before).toEqual(["a"]);
});

test("an argument of a chat template needs a name and a value, and keeps those before it", () => {
  expect(chatArgument("b=[1]", {a: "x"})).toEqual({a: "x", b: [1]});
  expect(chatArgument("a==", undefined)).toEqual({a: "="});
  for (const wrong of ["enable_thinking", "=1", "", "a-b=1", "messages=1", "__proto__=1", 'a=[{"__proto__":1}]'])
    expect(() => chatArgument(wrong, undefined)).toThrow(InvalidArgumentError);
});
