import {describe, expect, test} from "vitest";
import {classify, fitClassifier} from "../../src/estimate/classifier.ts";
import {encoder} from "../../src/estimate/encoder.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {type DocumentRecords, prepare} from "../../src/estimate/estimator.ts";
import {platt} from "../../src/estimate/platt.ts";
import {probe} from "../../src/estimate/probe.ts";
import {matrixOf} from "../../src/math/matrix.ts";
import {createRng} from "../../src/math/rng.ts";
import type {Split} from "../../src/records/document.ts";
import {codeOf} from "../support/code-of.ts";
import {close, RUN, reasonOf, records, valuesOf} from "./support.ts";

/** Documents whose first feature is joy, as three annotators see it, and whose others are noise; nobody sees fear. */
function documents(count: number, split: Split, seed: string): DocumentRecords[] {
  const rng = createRng(seed);
  return Array.from({length: count}, (_, index) => {
    const hidden = Float32Array.from({length: 5}, () => 4 * rng() - 2);
    const annotations = [1, 2, 3].map(() => (rng() < 1 / (1 + Math.exp(-3 * (hidden[0] ?? 0))) ? ["joy"] : []));
    return records({id: `${split}-${index}`, split, document: {annotations}, hidden});
  });
}

const TRAIN = documents(120, "train", "a");
const CALIBRATION = documents(40, "calibration", "b");
const TEST = documents(60, "test", "c");

function ready(...args: Parameters<typeof prepare>) {
  const found = prepare(...args);
  if ("reason" in found) throw new Error(found.reason);
  return found;
}

describe("probe", () => {
  test("learns on the train split what the hidden state says about a label", () => {
    const {estimate, trained, learned} = ready(probe, RUN, {train: TRAIN});
    expect(trained).toEqual({documents: 120, leftOut: []});
    const joyful = (from: number, to: number) =>
      TEST.filter(({hidden}) => (hidden?.[0] ?? 0) > from && (hidden?.[0] ?? 0) < to).map(
        one => valuesOf(estimate(one))[0] ?? Number.NaN,
      );
    expect(joyful(1, 2).length).toBeGreaterThan(5);
    expect(Math.min(...joyful(1, 2))).toBeGreaterThan(0.8);
    expect(Math.max(...joyful(-2, -1))).toBeLessThan(0.2);
    expect(learned.map(({name, label}) => [name, label])).toEqual([
      ["components", undefined],
      ["inverse-penalty", undefined],
      ["intercept", "fear"],
    ]);
    expect(learned[2]?.note).toBe("the same for every document: nothing to learn from has the label");
  });

  test("aims at the shares of the annotators, not at the majority", () => {
    const rows = TRAIN.toSorted((one, other) => (one.document.id < other.document.id ? -1 : 1));
    const shares = rows.map(({document}) => (document.annotations ?? []).filter(set => set.includes("joy")).length / 3);
    const direct = fitClassifier(matrixOf(rows.map(({hidden}) => hidden ?? [])), [shares, shares.map(() => 0)]);
    const {estimate} = ready(probe, RUN, {train: TRAIN});
    const [one = records()] = TEST;
    expect(valuesOf(estimate(one))).toEqual(classify(direct, Float64Array.from(one.hidden ?? [])));
    expect(shares.some(share => share > 0 && share < 1)).toBe(true);
  });

  test("does not depend on the order of the train documents", () => {
    const [there, back] = [TRAIN, TRAIN.toReversed()].map(train =>
      estimateDocuments(probe, RUN, {train, documents: TEST}).documents.map(({estimate}) => estimate),
    );
    expect(there).toEqual(back);
  });

  test("leaves out train documents without a state or with one that is not finite, and counts them", () => {
    const {trained} = ready(probe, RUN, {
      train: [
        ...TRAIN,
        records({id: "x", split: "train"}),
        records({id: "y", split: "train", hidden: [1, 2, Number.NaN, 3, 4]}),
      ],
    });
    expect(trained).toEqual({
      documents: 120,
      leftOut: [
        {reason: "its features hold a number that is not finite", count: 1},
        {reason: "no hidden state was captured", count: 1},
      ],
    });
  });

  test("has a reason for too few train documents, and for a document without a state", () => {
    const few = [...TRAIN.slice(0, 9), records({id: "x", split: "train"})];
    expect(prepare(probe, RUN, {train: few})).toEqual({
      reason: "9 train documents to learn from, at least 10 needed; 1 left out: no hidden state was captured",
    });
    const {estimate} = ready(probe, RUN, {train: TRAIN});
    expect(reasonOf(estimate(records()))).toBe("no hidden state was captured");
    expect(reasonOf(estimate(records({hidden: [0, 0, 0, 0, Number.POSITIVE_INFINITY]})))).toBe(
      "its features hold a number that is not finite",
    );
  });

  test("refuses states of another model's width", () => {
    const {estimate} = ready(probe, RUN, {train: TRAIN});
    expect(() => estimate(records({hidden: [1, 2]}))).toThrow(RangeError);
    expect(() => prepare(probe, RUN, {train: [...TRAIN, records({split: "train", hidden: [1, 2]})]})).toThrow(
      RangeError,
    );
  });

  test("refuses to learn without the train split, and from documents of another", async () => {
    expect(await codeOf(() => prepare(probe, RUN, {calibration: CALIBRATION}))).toBe("no-train");
    expect(await codeOf(() => prepare(probe, RUN, {train: [...TRAIN, ...TEST]}))).toBe("train-split");
  });

  test("+platt learns the classifier on train and the curve on calibration", async () => {
    const both = {train: TRAIN, calibration: CALIBRATION};
    const {learned, trained, calibrated, estimate} = ready(platt(probe), RUN, both);
    expect(learned.map(({name}) => name)).toEqual(["components", "inverse-penalty", "intercept", "slope", "intercept"]);
    expect([trained?.documents, calibrated?.documents]).toEqual([120, 40]);
    const others = ready(platt(probe), RUN, {train: TRAIN, calibration: documents(40, "calibration", "other")});
    const [one = records()] = TEST;
    expect(close(valuesOf(estimate(one)), valuesOf(others.estimate(one)), 1e-9)).toBe(false);
    expect(await codeOf(() => prepare(platt(probe), RUN, {calibration: CALIBRATION}))).toBe("no-train");
    expect(await codeOf(() => prepare(platt(probe), RUN, {train: TRAIN}))).toBe("no-calibration");
  });
});

describe("encoder", () => {
  test("is the same of the embedding", () => {
    const swapped = (all: readonly DocumentRecords[]) =>
      all.map(({hidden, ...others}) => ({...others, embedding: hidden}));
    const there = estimateDocuments(probe, RUN, {train: TRAIN, documents: TEST});
    const here = estimateDocuments(encoder, RUN, {train: swapped(TRAIN), documents: swapped(TEST)});
    expect(here.documents).toEqual(there.documents);
    expect(here.trained).toEqual({documents: 120, leftOut: []});
  });

  test("does not look at hidden states", () => {
    expect(prepare(encoder, RUN, {train: TRAIN})).toEqual({
      reason: "0 train documents to learn from, at least 10 needed; 120 left out: no embedding was captured",
    });
  });
});
