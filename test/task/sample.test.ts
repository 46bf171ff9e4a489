import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Document} from "../../src/records/document.ts";
import {sampleDocuments, shardOf} from "../../src/task/sample.ts";

const goldOf = (document: Document): readonly string[] => document.labels ?? [];
const documents = fc
  .array(fc.subarray(["joy", "fear", "anger"]), {maxLength: 60})
  .map(sets => sets.map((labels, index) => ({id: `d${index}`, text: "x", labels})));
const share = fc.option(fc.double({min: 0, max: 1, noNaN: true}), {nil: undefined});

describe("sampleDocuments", () => {
  test("is prefix-stable: a smaller limit gives the start of a larger one", () => {
    fc.assert(
      fc.property(documents, fc.integer(), share, fc.nat(70), fc.nat(70), (all, seed, multiShare, a, b) => {
        const options = {seed, goldOf, ...(multiShare === undefined ? {} : {multiShare})};
        const larger = sampleDocuments(all, {...options, limit: Math.max(a, b)});
        const smaller = sampleDocuments(all, {...options, limit: Math.min(a, b)});
        expect(smaller).toEqual(larger.slice(0, Math.min(a, b)));
        expect(new Set(larger).size).toBe(larger.length);
      }),
    );
  });

  test("gives every document where there is neither a limit nor a share", () => {
    fc.assert(
      fc.property(documents, fc.integer(), (all, seed) => {
        expect(new Set(sampleDocuments(all, {seed, goldOf}))).toEqual(new Set(all));
      }),
    );
  });

  test("holds the share in every prefix to within half a document, and stops only where a kind runs out", () => {
    fc.assert(
      fc.property(documents, fc.integer(), fc.double({min: 0, max: 1, noNaN: true}), (all, seed, multiShare) => {
        const sampled = sampleDocuments(all, {seed, goldOf, multiShare});
        let multi = 0;
        sampled.forEach((document, index) => {
          multi += goldOf(document).length >= 2 ? 1 : 0;
          expect(Math.abs(multi - (index + 1) * multiShare)).toBeLessThanOrEqual(0.5 + 1e-9);
        });
        const there = all.filter(document => goldOf(document).length >= 2).length;
        expect(multi === there || sampled.length - multi === all.length - there).toBe(true);
      }),
    );
  });

  test("orders by the seed", () => {
    const all = Array.from({length: 50}, (_, index) => ({id: `${index}`, text: "x", labels: []}));
    const ids = (seed: number) => sampleDocuments(all, {seed, goldOf}).map(document => document.id);
    expect(ids(1)).not.toEqual(ids(2));
    expect(ids(1)).not.toEqual(all.map(document => document.id));
  });

  test("orders each kind by the seed where the share is balanced", () => {
    const kinds = [["joy"], ["joy", "fear"]].map((labels, kind) =>
      Array.from({length: 50}, (_, index) => ({id: `${kind}-${index}`, text: "x", labels})),
    );
    for (const own of kinds) {
      const ids = (seed: number) =>
        sampleDocuments(kinds.flat(), {seed, goldOf, multiShare: 0.5})
          .map(document => document.id)
          .filter(id => own.some(document => document.id === id));
      expect(ids(1)).toHaveLength(50);
      expect(ids(1)).not.toEqual(ids(2));
      expect(ids(1)).toEqual(ids(1));
    }
  });

  test("refuses a limit or a share that makes no sense", () => {
    expect(() => sampleDocuments([], {seed: 0, goldOf, limit: -1})).toThrow(RangeError);
    expect(() => sampleDocuments([], {seed: 0, goldOf, multiShare: Number.NaN})).toThrow(RangeError);
  });
});

describe("shardOf", () => {
  test("cuts a list into disjoint parts that join to the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({min: 1, max: 9}), (items, count) => {
        const numbered = items.map((item, position) => ({item, position}));
        const shards = Array.from({length: count}, (_, index) => shardOf(numbered, {index: index + 1, count}));
        expect(shards.flat().sort((a, b) => a.position - b.position)).toEqual(numbered);
      }),
    );
  });

  test("refuses an index outside 1 to the count", () => {
    expect(() => shardOf([1], {index: 0, count: 2})).toThrow(RangeError);
    expect(() => shardOf([1], {index: 3, count: 2})).toThrow(RangeError);
  });
});
