import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {heldOutDocuments, SPLITS, splitHalf} from "../../src/estimate/split-half.ts";
import type {Document} from "../../src/records/document.ts";
import {close} from "./support.ts";

const LABELS = ["joy", "fear"];
const post = (id: string, annotations: readonly (readonly string[])[]): Document => ({
  id,
  text: "a",
  annotations: annotations.map(set => [...set]),
});
const aggregated: Document = {id: "g", text: "a", labels: ["joy"]};

function splitsOf(document: Document, seed: number | string = 1, splits?: number) {
  const [only] = splitHalf([document], LABELS, {seed, ...(splits === undefined ? {} : {splits})}).documents;
  if (only === undefined || "reason" in only) throw new Error(`no splits: ${only?.reason}`);
  return only.splits;
}

const annotationSets = fc.array(fc.subarray(LABELS), {minLength: 2, maxLength: 9});

describe("split-half", () => {
  test("makes 20 splits of every document with two annotators or more", () => {
    const block = splitHalf([post("a", [["joy"], []]), post("b", [[], [], []])], LABELS, {seed: 1});
    expect(SPLITS).toBe(20);
    expect(block.documents.map(document => ("splits" in document ? document.splits.length : 0))).toEqual([20, 20]);
    expect([block.splits, block.usable, block.leftOut]).toEqual([20, 2, []]);
  });

  test("predicts (k + ½) / (n + 1) from one annotator and holds the other out", () => {
    const splits = splitsOf(post("a", [["joy"], ["fear"]]));
    const joyPredicts = {q: [0.75, 0.25], human: [0, 1], gold: [false, true], predicting: 1, heldOut: 1};
    const fearPredicts = {q: [0.25, 0.75], human: [1, 0], gold: [true, false], predicting: 1, heldOut: 1};
    const kinds = splits.map(split => JSON.stringify(split));
    expect(new Set(kinds)).toEqual(new Set([joyPredicts, fearPredicts].map(one => JSON.stringify(one))));
  });

  test("counts k of n in larger halves, and a tie of the held-out half as gold", () => {
    const splits = splitsOf(post("a", [["joy"], ["joy"], ["joy"], []]), 1, 40);
    const seen = new Set(splits.map(({q, human, gold}) => JSON.stringify([q[0], human[0], gold[0]])));
    // Two and two: either both joys predict (2½/3, and ½ is held out) or one does (1½/3, and 1 is held out).
    expect(seen).toEqual(new Set([JSON.stringify([2.5 / 3, 0.5, true]), JSON.stringify([1.5 / 3, 1, true])]));
  });

  test("gives the odd annotator to either half, about as often", () => {
    const sizes = splitsOf(post("a", [[], [], [], [], []]), 1, 400).map(
      ({predicting, heldOut}) => `${predicting}-${heldOut}`,
    );
    expect(new Set(sizes)).toEqual(new Set(["2-3", "3-2"]));
    const more = sizes.filter(size => size === "3-2").length;
    expect(more).toBeGreaterThan(150);
    expect(more).toBeLessThan(250);
  });

  test("puts every annotator into exactly one half", () => {
    const holds = fc.property(annotationSets, fc.integer(), (sets, seed) =>
      splitsOf(post("a", sets), seed).every(({q, human, predicting, heldOut}) => {
        const counts = LABELS.map((label, index) => {
          const predicted = (q[index] ?? Number.NaN) * (predicting + 1) - 0.5;
          const held = (human[index] ?? Number.NaN) * heldOut;
          return predicted + held - sets.filter(set => set.includes(label)).length;
        });
        return predicting + heldOut === sets.length && Math.abs(predicting - heldOut) <= 1 && close(counts, [0, 0]);
      }),
    );
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("draws every annotator into the predicting half about as often", () => {
    const sets = [["joy"], [], [], []];
    const splits = splitsOf(post("a", sets), "fair", 1000);
    const joy = splits.filter(({human}) => human[0] === 0).length;
    expect(joy).toBeGreaterThan(440);
    expect(joy).toBeLessThan(560);
  });

  test("is the same for the same seed, whatever the order and company of the documents", () => {
    const [a, b] = [post("a", [["joy"], [], ["fear"]]), post("b", [["joy"], [], ["fear"]])];
    const of = (documents: Document[]) =>
      new Map(splitHalf(documents, LABELS, {seed: 7}).documents.map(one => [one.id, one]));
    expect(of([a, b]).get("a")).toEqual(of([b, a]).get("a"));
    expect(of([a, b]).get("a")).toEqual(of([a]).get("a"));
    expect(splitsOf(a, 7)).not.toEqual(splitsOf(a, 8));
    expect(splitsOf(a, 7)).not.toEqual(splitsOf(b, 7));
  });

  test("has a reason and a count for documents that cannot be split", () => {
    const block = splitHalf([post("a", [["joy"]]), aggregated, post("b", [[]]), post("c", [[], []])], LABELS, {
      seed: 1,
    });
    expect(block.documents.map(document => ("reason" in document ? document.reason : "split"))).toEqual([
      "it has one annotator",
      "its labels are aggregated: there are no annotators to split",
      "it has one annotator",
      "split",
    ]);
    expect(block.usable).toBe(1);
    expect(block.leftOut).toEqual([
      {reason: "it has one annotator", count: 2},
      {reason: "its labels are aggregated: there are no annotators to split", count: 1},
    ]);
  });

  test("refuses a number of splits that is none", () => {
    expect(() => splitHalf([], LABELS, {seed: 1, splits: 0})).toThrow(RangeError);
  });
});

describe("the ceiling block", () => {
  const block = splitHalf([post("a", [["joy"], ["fear"]]), aggregated, post("b", [[], ["joy"]])], LABELS, {seed: 3});

  test("holds the same half out for split-half and for every other row", () => {
    const own = heldOutDocuments(block, 4);
    const other = heldOutDocuments(
      block,
      4,
      new Map([
        ["a", [0.1, 0.2]],
        ["g", [0.3, 0.4]],
      ]),
    );
    expect(own.map(({id}) => id)).toEqual(["a", "b"]);
    expect(other.map(({id, q}) => [id, q])).toEqual([
      ["a", [0.1, 0.2]],
      ["b", undefined],
    ]);
    expect(other.map(({human, gold}) => [human, gold])).toEqual(own.map(({human, gold}) => [human, gold]));
  });

  test("gives the predictions and targets of the split that was asked for", () => {
    const [first] = block.documents;
    const splits = first !== undefined && "splits" in first ? first.splits : [];
    const seen = splits.map((_, split) => heldOutDocuments(block, split)[0]);
    expect(seen.map(document => document?.q)).toEqual(splits.map(({q}) => q));
    expect(seen.map(document => document?.human)).toEqual(splits.map(({human}) => human));
    expect(seen).toHaveLength(20);
  });

  test("refuses a split that was not made", () => {
    expect(() => heldOutDocuments(block, 20)).toThrow(RangeError);
  });
});
