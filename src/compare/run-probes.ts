import {probesOnPredictions} from "../dynamics/probe-on-predictions.ts";
import {createRng} from "../math/rng.ts";
import type {RunProbes} from "../records/results/probes.ts";
import type {ComparedRun} from "./compared-run.ts";
import type {Cell, CsvTable} from "./csv.ts";
import type {CompareSettings} from "./settings.ts";

const NOT_CAPTURED =
  "no train document has both a hidden state and an answer: labelscope run with --probe-predictions captures them";

/**
 * The probes on predictions of a run that captured what they need.
 *
 * @param run the compared documents alone under `test`
 * Source: METHODS §5; [Ma et al. 2025, Fig. 7]
 */
export function runProbes({manifest, documents: {train, test}}: ComparedRun, settings: CompareSettings): RunProbes {
  const {forceAnswers} = manifest.identity;
  if (forceAnswers !== undefined) return {reason: `the answers were forced (${forceAnswers}), not the model's own`};
  if (!train.some(({hidden, trace}) => hidden !== undefined && trace !== undefined)) return {reason: NOT_CAPTURED};
  if (!test.some(({hidden}) => hidden !== undefined)) return {reason: "no test document has a hidden state"};
  const {seed, resamples, level} = settings;
  // The stream that everything draws from which resamples documents.
  return probesOnPredictions({manifest, train, test}, {rng: createRng(`${seed}/documents`), resamples, level});
}

const MEASURED = ["value", "lower", "upper", "n", "method", "reason", "note"];
const MEASURES = ["microF1", "averagePrecision"] as const;

/** probes.csv: a row a probe, target, set of labels and measure; a run without probes has one row with the reason. */
export function probesTable(probes: Readonly<Record<string, RunProbes>> = {}): CsvTable {
  const rows = Object.entries(probes).flatMap(([run, found]): Cell[][] => {
    if ("reason" in found) return [[run, ...Array.from({length: 12}, () => undefined), found.reason, undefined]];
    return found.scores.flatMap(({trainedOn, scoredOn, labels, pairs, positives, ...score}) => {
      const trained = found.trained[trainedOn];
      const documents = "documents" in trained ? trained.documents : undefined;
      return MEASURES.map((measure): Cell[] => {
        const {value, lower, upper, n, method, reason, note} = score[measure];
        const numbers = [value, lower, upper, n, method, reason, note];
        return [run, trainedOn, documents, scoredOn, labels, pairs, positives, measure, ...numbers];
      });
    });
  });
  const header = ["run", "trainedOn", "trainDocuments", "scoredOn", "labels", "pairs", "positives", "measure"];
  return {name: "probes", header: [...header, ...MEASURED], rows};
}
