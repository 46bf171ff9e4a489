import {lowerOf, upperOf, type Value} from "../math/bounded.ts";
import type {Trace} from "../records/trace.ts";
import type {ExportTableName} from "./names.ts";

export type ColumnType = "text" | "whole" | "number" | "flag";
export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** A table made of traces, row by row: nothing of a run is held in memory. */
export interface ExportTable {
  /** What one row is of. */
  readonly about: string;
  readonly columns: readonly {readonly name: string; readonly type: ColumnType}[];
  /** @param labels those of the run's probabilities, the null label last if the task has one */
  readonly rows: (run: string, trace: Trace, labels: readonly string[]) => Iterable<Row>;
}

/** The tables that traces are exported as. A cell without a value is empty, never 0. */
export const exportTables = {
  labels: {
    about: "a label at a label step",
    columns: columns({
      ...{run: "text", split: "text", id: "text", step: "whole", kind: "text", label: "text"},
      ...{score: "number", probability: "number", emitted: "flag"},
    }),
    rows: function* (run, {split, document: {id}, steps}, labels) {
      for (const {r: step, kind, scores, probabilities, emitted} of steps) {
        for (const [place, label] of labels.entries()) {
          const [score, probability] = [scores[place] ?? null, probabilities[place] ?? null];
          yield {run, split, id, step, kind, label, score, probability, emitted: emitted.label === label};
        }
      }
    },
  },
  steps: {
    about: "a label step",
    columns: columns({
      ...{run: "text", split: "text", id: "text", step: "whole", kind: "text", forced: "flag"},
      ...{entropy_bits: "number", vocab_entropy_bits_lower: "number", vocab_entropy_bits_upper: "number"},
      ...{label_mass: "number", log_sum_exp: "number", argmax_is_label: "flag", top: "text", second: "text"},
      ...{top_to_second: "number", emitted: "text", emitted_kind: "text"},
      ...{stop_lower: "number", stop_upper: "number"},
    }),
    rows: function* (run, {split, document: {id}, steps}) {
      for (const step of steps) {
        const [vocabulary, stop] = [bounds(step.vocabEntropyBits), bounds(step.branch?.stop)];
        yield {
          ...{run, split, id, step: step.r, kind: step.kind, forced: step.forced === true},
          entropy_bits: step.entropyBits,
          vocab_entropy_bits_lower: vocabulary[0],
          vocab_entropy_bits_upper: vocabulary[1],
          label_mass: step.labelMass,
          log_sum_exp: step.logSumExp,
          argmax_is_label: step.argmaxIsLabel,
          top: step.top,
          second: step.second,
          top_to_second: step.topToSecond,
          emitted: step.emitted.label ?? step.emitted.text,
          emitted_kind: step.emitted.kind,
          stop_lower: stop[0],
          stop_upper: stop[1],
        };
      }
    },
  },
  documents: {
    about: "a document",
    columns: columns({
      ...{run: "text", split: "text", id: "text", text: "text", annotations: "text", answer: "text", labels: "text"},
      ...{well_formed: "flag", problems: "text", steps: "whole", prompt_tokens: "whole", elapsed_ms: "number"},
    }),
    rows: function* (run, {split, document, answer, steps, promptTokens, elapsedMs}) {
      const {id, text, annotations, labels} = document;
      yield {
        ...{run, split, id, text},
        annotations: JSON.stringify(annotations ?? labels),
        answer: answer.text,
        labels: JSON.stringify(answer.labels),
        well_formed: answer.wellFormed,
        problems: answer.problems.join(" "),
        steps: steps.length,
        prompt_tokens: promptTokens,
        elapsed_ms: elapsedMs,
      };
    },
  },
} as const satisfies Record<ExportTableName, ExportTable>;

function columns(types: Readonly<Record<string, ColumnType>>): ExportTable["columns"] {
  return Object.entries(types).map(([name, type]) => ({name, type}));
}

function bounds(value: Value | undefined): readonly [number | null, number | null] {
  return value === undefined ? [null, null] : [lowerOf(value), upperOf(value)];
}
