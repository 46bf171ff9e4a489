import type {RunEstimates} from "../estimate/estimate-documents.ts";
import type {DocumentRecords} from "../estimate/estimator.ts";
import {CALIBRATION_BINS, calibrationBin} from "../metric/reliability.ts";
import type {Dynamics} from "../records/results/dynamics.ts";
import {humanDistribution} from "../task/gold.ts";
import {drawnCounts, meanOf, type Observation, type Samples, tally} from "./measure.ts";

/** What a calibration curve needs of an estimator's numbers on a run. */
export type EstimatedDocuments = Pick<RunEstimates, "labels" | "documents">;

/**
 * The reliability diagram of one estimator with intervals: mean estimate against mean human distribution in 15 equal bins
 * of the estimate, over all document–label pairs.
 *
 * Pairs of one document stay together in the resamples, since they are not independent.
 *
 * @param ids of the resampled documents, in the order of the rows
 * Source: METHODS §4, §5; the bins are those of `reliability` in metric/
 */
export function calibrationCurve(
  estimated: EstimatedDocuments,
  documents: readonly DocumentRecords[],
  ids: readonly string[],
  samples: Samples,
): Dynamics["reliability"][string] {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const byId = new Map(documents.map(({document}) => [document.id, document]));
  const bins = Array.from({length: CALIBRATION_BINS}, () => ({
    estimate: [] as Observation[],
    human: [] as Observation[],
  }));
  for (const {id, estimate} of estimated.documents) {
    const [row, document] = [rows.get(id), byId.get(id)];
    if (row === undefined || document === undefined || "reason" in estimate) continue;
    if (document.annotations === undefined && document.labels === undefined) continue;
    const human = humanDistribution(document, estimated.labels);
    estimate.values.forEach((value, label) => {
      const q = Math.min(1, value);
      const bin = bins[calibrationBin(q)];
      bin?.estimate.push({row, value: q});
      bin?.human.push({row, value: human[label] ?? 0});
    });
  }
  return bins.map(({estimate, human}, index) => {
    const drawn = drawnCounts(tally(estimate), samples);
    return {
      low: index / CALIBRATION_BINS,
      high: (index + 1) / CALIBRATION_BINS,
      pairs: estimate.length,
      estimate: meanOf(samples, estimate, "no estimate lies in this bin", drawn),
      human: meanOf(samples, human, "no estimate lies in this bin", drawn),
    };
  });
}
