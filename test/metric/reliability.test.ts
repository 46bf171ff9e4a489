import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {ece} from "../../src/metric/ece.ts";
import {metricTable} from "../../src/metric/input.ts";
import {CALIBRATION_BINS, calibrationBin, reliability} from "../../src/metric/reliability.ts";
import {inputs} from "./cases.ts";

describe("calibrationBin", () => {
  test("puts an edge into the lower bin, and the next number above it into the upper one", () => {
    expect(calibrationBin(0)).toBe(0);
    for (let edge = 1; edge < CALIBRATION_BINS; edge += 1) {
      const q = edge / CALIBRATION_BINS;
      expect(calibrationBin(q)).toBe(edge - 1);
      expect(calibrationBin(q + 2 ** -53)).toBe(edge);
    }
    expect(calibrationBin(1)).toBe(CALIBRATION_BINS - 1);
  });

  test("is the bin whose edges hold the estimate", () => {
    fc.assert(
      fc.property(fc.double({min: 0, max: 1, noNaN: true}), q => {
        const bin = calibrationBin(q);
        expect(q > bin / CALIBRATION_BINS || bin === 0).toBe(true);
        expect(q).toBeLessThanOrEqual((bin + 1) / CALIBRATION_BINS);
      }),
    );
  });
});

describe("reliability", () => {
  test("has the calibration error as its weighted gap, and holds every pair once", () => {
    fc.assert(
      fc.property(inputs(), input => {
        const table = metricTable(input);
        const bins = reliability(table.human);
        const pairs = input.documents.length * input.labels.length;
        const gaps = bins.map(bin => bin.pairs * Math.abs((bin.meanEstimate ?? 0) - (bin.meanTarget ?? 0)));
        expect(bins.reduce((sum, bin) => sum + bin.pairs, 0)).toBe(pairs);
        expect(ece.prepare(table).result.value).toBeCloseTo(gaps.reduce((sum, gap) => sum + gap, 0) / pairs, 10);
      }),
    );
  });

  test("leaves an empty bin without means", () => {
    const documents = [{id: "a", q: [0.5], human: [1], gold: [true]}];
    const bins = reliability(metricTable({labels: ["joy"], documents}).human);
    expect(bins.filter(bin => bin.pairs > 0)).toEqual([
      {low: 7 / 15, high: 8 / 15, pairs: 1, meanEstimate: 0.5, meanTarget: 1},
    ]);
    expect(bins[0]).toEqual({low: 0, high: 1 / 15, pairs: 0, meanEstimate: undefined, meanTarget: undefined});
  });
});
