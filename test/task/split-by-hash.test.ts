import {createHash} from "node:crypto";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {splitByHash, splitTable} from "../../src/task/split-by-hash.ts";

describe("splitByHash", () => {
  test("gives about 10, 10 and 80 % of many ids", () => {
    const counts = {test: 0, calibration: 0, train: 0};
    for (let index = 0; index < 10_000; index += 1) counts[splitByHash(`document ${index}`)] += 1;
    // Three standard deviations of a share of .1 of 10 000 are 90.
    expect(Math.abs(counts.test - 1000)).toBeLessThan(90);
    expect(Math.abs(counts.calibration - 1000)).toBeLessThan(90);
  });

  test("puts an id where the first hex digits of its hash say", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (id, seed) => {
        const digits = createHash("sha256").update(`${seed}/${id}`).digest("hex").slice(0, 8);
        const place = Number(`0x${digits}`) / 2 ** 32;
        fc.pre(Math.abs(place - 0.1) > 1e-6 && Math.abs(place - 0.2) > 1e-6);
        expect(splitByHash(id, seed)).toBe(place < 0.1 ? "test" : place < 0.2 ? "calibration" : "train");
      }),
    );
  });
});

describe("splitTable", () => {
  test("leaves documents where splitByHash puts them as soon as one is for the test", () => {
    const ids = Array.from({length: 100}, (_, index) => `document ${index}`);
    expect(ids.map(splitTable(ids).splitOf)).toEqual(ids.map(id => splitByHash(id)));
  });

  test("gives few documents a test split of half of them, whatever their order", () => {
    const outside = fc.string().filter(id => splitByHash(id) !== "test");
    fc.assert(
      fc.property(fc.uniqueArray(outside, {minLength: 1, maxLength: 9}), ids => {
        const {splitOf, note} = splitTable(ids);
        expect(ids.filter(id => splitOf(id) === "test")).toHaveLength(Math.ceil(ids.length / 2));
        expect(ids.map(splitTable([...ids].reverse()).splitOf)).toEqual(ids.map(splitOf));
        expect(note).toContain("half of them are test");
      }),
    );
  });
});
