import {clipped} from "../math/clipped.ts";
import {type Fold, foldsOf} from "../math/folds.ts";
import {type LogisticModel, logisticEstimate, logisticRegression} from "../math/logistic-regression.ts";
import {logit} from "../math/logit.ts";
import {addTimes, type Matrix, pickRows, rowOf, timesVector} from "../math/matrix.ts";
import {createRng} from "../math/rng.ts";
import {columnScale, standardised} from "../math/standardise.ts";
import {truncatedSvd} from "../math/truncated-svd.ts";

/** How many components of the standardised features are kept, at most. */
const COMPONENTS = 64;
/** scikit-learn's C: the penalties that are tried, the strongest first. */
export const INVERSE_PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] as const;
const FOLDS = 5;
/** Deals the documents into folds and starts the decomposition. */
const SEED = "classifier";
/** Held-out losses closer than this share are the same, and the stronger penalty is taken. */
const SAME = 1e-9;

/** What one label's estimate is made of: σ(weights · x + intercept), x as the model gives it. */
export interface LabelClassifier extends LogisticModel {
  /** Why this label has the same number for every document. */
  readonly constant?: string;
}

export interface Classifier {
  /** In the order of the targets. */
  readonly labels: readonly LabelClassifier[];
  /** Components kept: at most 64, the rank of the features where that is smaller. */
  readonly components: number;
  readonly inversePenalty: number;
  /** Mean held-out NLL of a document, in nats, for each penalty tried, in their order. */
  readonly heldOutNats: readonly number[];
}

/** The estimates of a classifier for one row of features, in the order of its labels. */
export function classify({labels}: Classifier, row: Float64Array): number[] {
  return labels.map(label => logisticEstimate(label, row));
}

/**
 * Learns one logistic regression a label on features that were standardised and reduced to their largest components.
 *
 * The penalty is the same for all labels: the one with the smallest NLL over all documents, each held out once. Scales
 * and components see no target and are worked out once, on all documents. A label that nobody (or everybody) gave in
 * training has the smoothed share (k + ½) / (n + 1) throughout, and says so; within a fold, too.
 *
 * @param features one row a document, at least as many as folds
 * @param targets for each label one share in [0, 1] a document
 * @param options.folds default 5, dealt by a fixed seed
 * Source: METHODS §3, `probe`
 */
export function fitClassifier(
  features: Matrix,
  targets: readonly (readonly number[])[],
  options: {readonly folds?: readonly Fold[]} = {},
): Classifier {
  const scale = columnScale(features);
  const scaled = standardised(features, scale);
  const {directions} = truncatedSvd(scaled, COMPONENTS, createRng(`${SEED}/svd`));
  const reduced = projected(scaled, directions);
  const folds = options.folds ?? foldsOf(features.rows, FOLDS, createRng(`${SEED}/folds`));
  const heldOutNats = heldOutLosses(reduced, targets, folds);
  const inversePenalty = bestPenalty(heldOutNats);
  const labels = targets.map(target => {
    const model = fitLabel(reduced, target, inversePenalty);
    return {...unfolded(model, directions, scale), ...(model.constant === undefined ? {} : {constant: model.constant})};
  });
  return {labels, components: directions.length, inversePenalty, heldOutNats};
}

/** Each row's coordinates along some directions. */
function projected(matrix: Matrix, directions: readonly Float64Array[]): Matrix {
  const data = new Float64Array(matrix.rows * directions.length);
  directions.forEach((direction, component) => {
    timesVector(matrix, direction).forEach((coordinate, row) => {
      data[row * directions.length + component] = coordinate;
    });
  });
  return {rows: matrix.rows, columns: directions.length, data};
}

function fitLabel(features: Matrix, target: readonly number[], c: number, start?: LogisticModel): LabelClassifier {
  const model = logisticRegression(features, target, {c, ...(start === undefined ? {} : {start})});
  if (!("reason" in model)) return model;
  const share = (target.reduce((sum, one) => sum + one, 0) + 0.5) / (target.length + 1);
  return {weights: new Float64Array(features.columns), intercept: logit(share), constant: model.reason};
}

/** For each penalty the NLL of a document when it is held out, summed over labels, averaged over documents. */
function heldOutLosses(features: Matrix, targets: readonly (readonly number[])[], folds: readonly Fold[]): number[] {
  const losses = INVERSE_PENALTIES.map(() => 0);
  for (const {held, rest} of folds) {
    const [known, unknown] = [pickRows(features, rest), pickRows(features, held)];
    for (const target of targets) {
      const taught = rest.map(row => target[row] ?? 0);
      let model: LabelClassifier | undefined;
      INVERSE_PENALTIES.forEach((c, place) => {
        const fitted = fitLabel(known, taught, c, model);
        model = fitted;
        const loss = held.reduce((sum, row, index) => {
          const q = clipped(logisticEstimate(fitted, rowOf(unknown, index)));
          const share = target[row] ?? 0;
          return sum - share * Math.log(q) - (1 - share) * Math.log1p(-q);
        }, 0);
        losses[place] = (losses[place] ?? 0) + loss / features.rows;
      });
    }
  }
  return losses;
}

/** The smallest loss; of equal ones the strongest penalty. */
function bestPenalty(losses: readonly number[]): number {
  const best = losses.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const place = losses.findIndex(loss => loss <= best * (1 + SAME));
  return INVERSE_PENALTIES[place] ?? INVERSE_PENALTIES[0];
}

/** A model of components as one of the features themselves. */
function unfolded(
  {weights, intercept}: LogisticModel,
  directions: readonly Float64Array[],
  {mean, deviation}: {readonly mean: Float64Array; readonly deviation: Float64Array},
): LogisticModel {
  const ofFeatures = new Float64Array(mean.length);
  directions.forEach((direction, component) => {
    addTimes(ofFeatures, weights[component] ?? 0, direction);
  });
  const scaled = ofFeatures.map((weight, column) => weight / (deviation[column] ?? 1));
  const shift = scaled.reduce((sum, weight, column) => sum + weight * (mean[column] ?? 0), 0);
  return {weights: scaled, intercept: intercept - shift};
}
