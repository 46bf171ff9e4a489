import {describe, expect, test} from "vitest";
import {batchCalibration} from "../../src/estimate/batch-calibration.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {RUN, records, scoresFor, step, trace} from "./support.ts";

const of = (id: string, p: readonly number[]) => records({id, trace: trace([step(1, {scores: scoresFor(p)})], [])});
const valuesOf = (documents: ReturnType<typeof of>[]) =>
  estimateDocuments(batchCalibration, RUN, {documents}).documents.map(({estimate}) =>
    "reason" in estimate ? estimate.reason : estimate.values,
  );

describe("batch calibration", () => {
  test("of two documents, by hand: divided by the labels' geometric means", () => {
    // Geometric means of (.8, .2), (.1, .4), (.1, .4): .4, .2, .2. First: 2, ½, ½ over 3; second: ½, 2, 2 over 4.5.
    const [first, second] = valuesOf([of("a", [0.8, 0.1, 0.1]), of("b", [0.2, 0.4, 0.4])]);
    expect(first).toEqual([expect.closeTo(2 / 3, 12), expect.closeTo(1 / 6, 12)]);
    expect(second).toEqual([expect.closeTo(1 / 9, 12), expect.closeTo(4 / 9, 12)]);
  });

  test("makes one document alone uniform: there is nothing to tell it from", () => {
    expect(valuesOf([of("a", [0.8, 0.15, 0.05])])).toEqual([[expect.closeTo(1 / 3, 12), expect.closeTo(1 / 3, 12)]]);
  });

  test("gives a document with a label of probability 0 a reason, and leaves it out of the means", () => {
    const both = [of("a", [0.8, 0.1, 0.1]), of("b", [0.2, 0.4, 0.4])];
    const [first, , third] = valuesOf([...both, of("c", [1, 0, 0])]);
    expect(first).toEqual(valuesOf(both)[0]);
    expect(third).toBe("a label has probability 0 at the first label step");
  });
});
