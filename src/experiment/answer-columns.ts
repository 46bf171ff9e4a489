import {NO_DOCUMENTS, type TracedDocument, viewRun} from "../dynamics/run-view.ts";
import type {ExperimentColumn} from "../records/results/experiment.ts";
import type {LabelStep} from "../records/trace.ts";
import type {ColumnGroup} from "./drawn-table.ts";
import {type Drawn, drawMean} from "./resampling.ts";

interface AnswerColumn extends ExperimentColumn {
  /** The document's value; `undefined` where it has none. */
  readonly of: (document: TracedDocument, none: number) => number | undefined;
  /** Why no document has one. */
  readonly reason?: string;
}

const flag = (holds: boolean) => (holds ? 1 : 0);
const atFirst = (of: (step: LabelStep) => number | undefined) => (document: TracedDocument) => {
  const first = document.steps.get(1);
  return first === undefined ? undefined : of(first);
};

/** Means over documents of what greedy traces say, by name. */
export const answerColumns = {
  severalLabels: {
    name: "multi-label",
    title: "several labels",
    kind: "share",
    summary: "share of answers with at least two labels",
    of: ({answer}) => flag(answer.labels.length > 1),
  },
  severalGold: {
    name: "multi-label-gold",
    title: "several gold",
    kind: "share",
    summary: "share of gold sets with at least two labels",
    of: ({gold}) => (gold === undefined ? undefined : flag(gold.length > 1)),
    reason: "no document is annotated",
  },
  labels: {
    name: "labels",
    title: "labels",
    kind: "number",
    summary: "mean number of distinct labels of an answer; 0 for the null label",
    of: ({answer}) => answer.labels.length,
  },
  wellFormed: {
    name: "well-formed",
    title: "well-formed",
    kind: "share",
    summary: "share of well-formed answers",
    of: ({answer}) => flag(answer.wellFormed),
  },
  entropy: {
    name: "entropy-bits",
    title: "entropy, bits",
    kind: "number",
    summary: "mean entropy of the label distribution at the first label step",
    of: atFirst(step => step.entropyBits),
  },
  labelMass: {
    name: "label-mass",
    title: "label mass",
    kind: "number",
    summary: "mean full-vocabulary probability of the labels at the first label step",
    of: atFirst(step => step.labelMass),
  },
  none: {
    name: "p-none",
    title: "P(none)",
    kind: "number",
    summary: "mean probability of the null label at the first label step",
    of: (document, none) => atFirst(step => (none < 0 ? undefined : step.probabilities[none]))(document),
    reason: "the task has no null label",
  },
} as const satisfies Readonly<Record<string, AnswerColumn>>;

/** Some of these columns, as means over the documents of a run. */
export function answerGroup(chosen: readonly AnswerColumn[]): ColumnGroup {
  return {
    columns: chosen.map(({name, title, kind, summary}) => ({name, title, kind, summary})),
    draw: (run, resampling) => {
      const view = viewRun(run);
      return chosen.map(({of, reason}): Drawn => {
        const observations = view.traced.flatMap(document => {
          const value = of(document, view.none);
          return value === undefined ? [] : [{row: document.row, value}];
        });
        return drawMean(resampling, observations, view.traced.length === 0 ? NO_DOCUMENTS : (reason ?? NO_DOCUMENTS));
      });
    },
  };
}
