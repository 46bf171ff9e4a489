import {largest} from "../../math/extremes.ts";
import type {Results} from "../../records/results/results.ts";
import type {Cost} from "../../records/results/runs.ts";
import type {Measured} from "../../records/results/value.ts";
import type {Sentence, VerdictRow} from "../../records/results/verdict.ts";
import type {ScoredSystem} from "../score-systems.ts";
import {evidence, num, sentence} from "./words.ts";

/** Rows that are no way to estimate, or not the run's own. */
const NO_ESTIMATE = ["truth", "constant", "sft-hard", "sft-max"];

/** An estimate of fewer documents than this share of the most-estimated row's is of other documents, and is not ranked. */
const RANKED_FROM = 0.9;

/**
 * The estimator of a system with the lowest NLL: ours, of the run itself; a paper's own reading (`@paper`) stands apart, and
 * so does one whose capture is not whole.
 */
export function bestEstimator({rows}: ScoredSystem): string | undefined {
  const most = largest(
    rows.map(({row}) => row.estimates.estimated),
    0,
  );
  const known = rows.flatMap(({row: {name, estimates}, metrics}) => {
    const value = metrics.get("nll")?.ready.result.value;
    const isRanked = !NO_ESTIMATE.includes(name) && !name.includes("@") && estimates.estimated >= RANKED_FROM * most;
    return value === undefined || !isRanked ? [] : [{name, value}];
  });
  return known.sort((one, two) => one.value - two.value)[0]?.name;
}

/** Which estimator to use and at what cost, on the run whose best estimate has the lowest NLL. */
export function estimatorSentences(
  rows: readonly VerdictRow[],
  {runs}: Pick<Results, "runs">,
  constantNll: Measured | undefined,
  level: number,
): Sentence[] {
  const known = rows.flatMap(({run, cells: {nll}}) =>
    nll?.value === undefined || nll.estimator === undefined
      ? []
      : [{run, nll, value: nll.value, estimator: nll.estimator}],
  );
  const [best] = known.toSorted((one, two) => one.value - two.value);
  if (best === undefined) return [];
  const {run, nll, value, estimator} = best;
  const cost = costOf(estimator, runs.find(row => row.run === run)?.cost);
  const constant = constantNll?.value;
  return [
    estimator === "predictions"
      ? sentence(
          "estimator",
          `The best probabilities are the predictions ${run}: their NLL is ${num(value, 2)}.`,
          evidence(nll, level),
        )
      : sentence(
          "estimator",
          `For probabilities use ${estimator} on ${run}: its NLL is ${num(value, 2)}.`,
          evidence(nll, level),
        ),
    ...(cost === undefined ? [] : [sentence("estimator", `It costs ${cost} per document.`)]),
    ...(constant === undefined || value < constant
      ? []
      : [
          sentence(
            "estimator",
            `The constant 0.1 for every label is no worse: no estimate here is worth more.`,
            `its NLL is ${num(constant, 2)}`,
          ),
        ]),
  ];
}

/** What an estimator's captures cost, read from its name. */
function costOf(estimator: string, cost: Cost | undefined): string | undefined {
  const each = (count: number, documents: number, what: string) => `${num(count / Math.max(1, documents), 1)} ${what}`;
  if (estimator.startsWith("marginal"))
    return cost?.tree === undefined
      ? undefined
      : each(cost.tree.labelSteps, cost.tree.documents, "label steps (a label tree)");
  if (estimator.startsWith("unary"))
    return cost?.unary === undefined ? undefined : each(cost.unary.questions, cost.unary.documents, "questions");
  if (estimator.startsWith("binary"))
    return cost?.binary === undefined ? undefined : each(cost.binary.questions, cost.binary.documents, "questions");
  if (estimator === "predictions" || cost?.greedy === undefined) return undefined;
  return each(cost.greedy.labelSteps, cost.greedy.documents, "label steps (the greedy answer)");
}
