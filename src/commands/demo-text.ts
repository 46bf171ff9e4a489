import {alignColumns} from "../catalog/table.ts";
import {sideBySideTables} from "../compare/pairs-text.ts";
import type {Results} from "../records/results/results.ts";
import type {RunOutcome} from "../run/execute.ts";

/** What the rows of the demo's tables are, each within a line of 80 characters. */
const ROWS = new Map([
  ["first-step", "probability at the first label step"],
  ["compare-to-none", "each label against the null label at the first label step"],
  ["max-over-generations", "highest probability over the label steps"],
  ["hard", "the answer itself: 1 for the labels in it, 0 for the others"],
  ["sft-hard", "hard, of the same model after finetuning"],
  ["sft-max", "max-over-generations, of the same model after finetuning"],
  ["truth", "the law the posts were annotated by: out of competition"],
  ["constant", "0.1 for every label: to be worth anything, beat this"],
]);

/** What the models believe, a numbered row a model, within 80 characters. */
export function beliefTable(outcomes: readonly Pick<RunOutcome, "manifest" | "summary">[], limit: number): string {
  const fixed = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(3));
  const share = (count: number, all: number) => (all === 0 ? "–" : `${Math.round((100 * count) / all)} %`);
  const rows = outcomes.map(({manifest, summary}, index) => [
    `[${index + 1}]`,
    manifest.model.id,
    manifest.model.nonEmbeddingParameters.toLocaleString("en-US"),
    share(summary.wellFormed, summary.documents),
    fixed(summary.firstStep?.entropyBits),
    fixed(summary.laterSteps?.entropyBits),
    fixed(summary.firstStep?.labelMass),
    share(summary.multiLabelAnswers, summary.documents),
  ]);
  const head = ["", "model", "size", "well-formed", "entropy", "later", "mass", "several"];
  return [
    `What ${outcomes.length} tiny models believe about the labels of ${limit} posts`,
    "",
    alignColumns([head, ...rows], [0, 2, 3, 4, 5, 6, 7]),
    "",
    "size      parameters without the embedding",
    "entropy   of the label distribution at the first label step, in bits; later: at the",
    "          steps after it; mass: of all labels at the first step (means over posts)",
    "several   answers with more than one label",
    "",
  ].join("\n");
}

/** Every row of every metric over the models, what the rows are, and how entropy changes with size. */
export function comparedText(results: Results, lineLength: number | undefined): string {
  const legend = results.settings.estimators.map(name => [name, ROWS.get(name) ?? ""]);
  return [
    "Against the annotators, the models as numbered above (↓ less is better, ↑ more)",
    "",
    sideBySideTables(results, lineLength),
    "",
    alignColumns(legend),
    "",
    ...slopeLines(results.curves),
  ].join("\n");
}

/** How the entropy at the first label step changes with size, a line a variant that has three sizes. */
function slopeLines(curves: Results["curves"]): string[] {
  return Object.values(curves).flatMap(variants =>
    Object.entries(variants).flatMap(([variant, {step1}]) => {
      const {value, lower, upper} = step1?.slope ?? {};
      if (value === undefined || lower === undefined || upper === undefined) return [];
      const interval = `[${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
      return [`Entropy at step 1, ${variant}: ${value.toFixed(3)} bits a doubling of the parameters ${interval}`];
    }),
  );
}
