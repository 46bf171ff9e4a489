import {metricList} from "../../metric/index.ts";
import type {Results} from "../../records/results/results.ts";
import type {Cost, RunRow} from "../../records/results/runs.ts";
import type {Measured} from "../../records/results/value.ts";
import type {VerdictCell, VerdictColumn} from "../../records/results/verdict.ts";
import type {ComparedRun} from "../compared-run.ts";
import {ANSWERS} from "./standings.ts";

/** What a column may read about one run. */
export interface ColumnSource {
  readonly row: RunRow;
  /** Absent for predictions. */
  readonly run: ComparedRun | undefined;
  readonly results: Pick<Results, "estimates" | "dynamics">;
  /** A metric of an estimator, scored whether or not it was chosen for the tables. */
  readonly metric: (estimator: string, metric: string) => Measured | undefined;
  /** The row that is the run's answers, and its best estimate by NLL. */
  readonly answers: string | undefined;
  readonly best: string | undefined;
  /** Whether all runs were captured by the same engine on the same kind of machine: only then are their times compared. */
  readonly sameMachine: boolean;
}

interface Column extends VerdictColumn {
  readonly of: (source: ColumnSource) => VerdictCell | undefined;
}

/** Metrics of the best estimate that stand in the table, where they were chosen. */
const OF_THE_ESTIMATE = ["nll", "soft-micro-f1", "average-precision"];
const CHEAP = ["nll"];

/** The columns of the verdict, in their order; a new one is an entry here. */
export function columnsOf(chosen: readonly string[]): Column[] {
  const estimate = OF_THE_ESTIMATE.filter(name => CHEAP.includes(name) || chosen.includes(name)).flatMap(name =>
    metricList.filter(metric => metric.name === name),
  );
  return [
    {
      name: "answers",
      title: "Answers, F1",
      help: "Example-F1 of the answers themselves (estimator hard) against the gold sets.",
      unit: "share",
      better: "larger",
      of: ({answers, metric}) => (answers === undefined ? undefined : metric(answers, ANSWERS)),
    },
    ...estimate.map(
      ({name, title, summary, better, unit}): Column => ({
        name,
        title,
        help: `Of the estimator with the lowest NLL, which is named: ${summary}.`,
        unit: unit === "nats" ? "nats" : unit === "share" ? "share" : "number",
        better,
        of: ({best, metric}) => {
          const value = best === undefined ? undefined : metric(best, name);
          return value === undefined || best === undefined ? undefined : {...value, estimator: best};
        },
      }),
    ),
    {
      name: "entropy",
      title: "Entropy, bits",
      help: "Of the label distribution at the first label step, mean over documents.",
      unit: "bits",
      of: ({row, results}) => results.dynamics[row.run]?.steps["1"]?.all.entropyBits.mean,
    },
    {
      name: "label-mass",
      title: "Label mass",
      help: "How much of the probability the labels hold at the first label step; below a half the distribution describes what the model was not about to say.",
      unit: "share",
      better: "larger",
      of: ({row, results}) => results.dynamics[row.run]?.steps["1"]?.all.labelMass.mean,
    },
    {
      name: "well-formed",
      title: "Well-formed",
      help: "Share of the answers that are a closed list of distinct labels.",
      unit: "share",
      better: "larger",
      of: ({row, results}) => results.dynamics[row.run]?.wellFormed.share,
    },
    {
      name: "one-answer",
      title: "One answer",
      help: "Share of the documents that get the commonest answer; near 1 the model ignores the document.",
      unit: "share",
      better: "smaller",
      of: ({row, results}) => results.dynamics[row.run]?.diversity.answers.mostCommonShare,
    },
    {
      name: "label-steps",
      title: "Label steps",
      help: "Read in an answer, mean over documents.",
      unit: "steps",
      better: "smaller",
      of: ({row}) => perDocument(row.cost?.greedy, greedy => greedy.labelSteps),
    },
    {
      name: "time",
      title: "Time, ms",
      help: "For a document's answer, documents side by side sharing the time; only where all runs were made on one kind of machine.",
      unit: "ms",
      better: "smaller",
      of: ({run, sameMachine}) => (run === undefined || !sameMachine ? undefined : timeOf(run)),
    },
    {
      name: "size",
      title: "On disk",
      help: "Of the model's file, without an adapter.",
      unit: "bytes",
      better: "smaller",
      of: ({row}) =>
        row.model?.fileSizeBytes === undefined
          ? undefined
          : {value: row.model.fileSizeBytes, n: row.documents.compared},
    },
  ];
}

function perDocument(cost: Cost["greedy"], of: (cost: NonNullable<Cost["greedy"]>) => number): VerdictCell | undefined {
  return cost === undefined || cost.documents === 0 ? undefined : {value: of(cost) / cost.documents, n: cost.documents};
}

function timeOf({manifest, documents}: ComparedRun): VerdictCell | undefined {
  const traces = documents.test.flatMap(({trace}) => trace ?? []);
  if (traces.length === 0) return undefined;
  const lanes = Math.max(1, manifest.sessions.at(-1)?.sequences ?? 1);
  const milliseconds = traces.reduce((sum, {elapsedMs}) => sum + elapsedMs, 0);
  return {value: milliseconds / lanes / traces.length, n: traces.length};
}
