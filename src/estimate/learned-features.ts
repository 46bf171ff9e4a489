import {matrixOf} from "../math/matrix.ts";
import {humanDistribution} from "../task/gold.ts";
import {type Classifier, classify, fitClassifier, INVERSE_PENALTIES} from "./classifier.ts";
import {
  countReasons,
  type DocumentRecords,
  type Estimate,
  estimatedLabels,
  type Learned,
  type Preparation,
  type RunLabels,
} from "./estimator.ts";

/** Fewer documents than this cannot be dealt into folds that say anything. */
export const FEWEST_TO_LEARN_FROM = 10;

/** What a document is known by, or why it has no such thing. */
export type Features = (records: DocumentRecords) => ArrayLike<number> | {readonly reason: string};

/**
 * An estimator that learns a classifier of documents by their features on the train split: what `probe` and `encoder`
 * share.
 *
 * The targets are the human distributions, so the classifier estimates the share of annotators; with aggregated labels
 * they are 0 and 1. Documents without features, or with a number that is not finite among them, are left out and counted.
 * The order of the train documents makes no difference.
 *
 * @throws RangeError where documents differ in the length of their features
 * Source: METHODS §3, `probe`
 */
export function learnedFeatures(run: RunLabels, train: readonly DocumentRecords[], features: Features): Preparation {
  const labels = estimatedLabels(run);
  const read = train
    .toSorted((one, other) => (one.document.id < other.document.id ? -1 : 1))
    .map(records => ({records, row: finite(features(records))}));
  const usable = read.flatMap(({records, row}) => ("reason" in row ? [] : [{document: records.document, row}]));
  const leftOut = countReasons(read.flatMap(({row}) => ("reason" in row ? [row.reason] : [])));
  if (usable.length < FEWEST_TO_LEARN_FROM) {
    const why = leftOut.map(({reason, count}) => `; ${count} left out: ${reason}`).join("");
    return {reason: `${usable.length} train documents to learn from, at least ${FEWEST_TO_LEARN_FROM} needed${why}`};
  }
  const matrix = matrixOf(usable.map(({row}) => row));
  const human = usable.map(({document}) => humanDistribution(document, labels));
  const classifier = fitClassifier(
    matrix,
    labels.map((_, label) => human.map(shares => shares[label] ?? 0)),
  );
  return {
    learned: learnedOf(classifier, labels),
    trained: {documents: usable.length, leftOut},
    estimate: records => estimateFrom(classifier, finite(features(records)), matrix.columns),
  };
}

function finite(row: ArrayLike<number> | {readonly reason: string}): Float64Array | {readonly reason: string} {
  if ("reason" in row) return row;
  const numbers = Float64Array.from(row);
  return numbers.every(Number.isFinite) ? numbers : {reason: "its features hold a number that is not finite"};
}

function estimateFrom(
  classifier: Classifier,
  row: Float64Array | {readonly reason: string},
  columns: number,
): Estimate {
  if ("reason" in row) return row;
  if (row.length !== columns) throw new RangeError(`${row.length} features, ${columns} in training`);
  return {values: classify(classifier, row)};
}

function learnedOf(classifier: Classifier, labels: readonly string[]): Learned[] {
  const {components, inversePenalty} = classifier;
  const [strongest, weakest] = [INVERSE_PENALTIES[0], INVERSE_PENALTIES.at(-1)];
  const atEnd = inversePenalty === strongest || inversePenalty === weakest;
  const note = `at the end of what was tried, ${strongest} to ${weakest}`;
  return [
    {name: "components", value: components},
    {name: "inverse-penalty", value: inversePenalty, ...(atEnd ? {note} : {})},
    ...classifier.labels.flatMap(({intercept, constant}, index): Learned[] => {
      const label = labels[index];
      if (constant === undefined || label === undefined) return [];
      return [{name: "intercept", value: intercept, label, note: `the same for every document: ${constant}`}];
    }),
  ];
}
