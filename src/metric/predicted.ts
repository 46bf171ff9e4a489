/** The estimate at which a label counts as predicted. */
const PREDICTED_FROM = 0.5;

/**
 * Whether an estimate predicts its label: q ≥ 0.5, so that a tie counts as in, as it does in the gold set.
 *
 * Source: METHODS §4
 */
export function isPredicted(q: number): boolean {
  return q >= PREDICTED_FROM;
}

/** How many labels of a document are predicted, gold, both, and neither or both (agreeing). */
export function countLabels(document: {readonly q: Float64Array; readonly target: Float64Array}): {
  predicted: number;
  gold: number;
  both: number;
  agreeing: number;
} {
  const counts = {predicted: 0, gold: 0, both: 0, agreeing: 0};
  document.q.forEach((q, index) => {
    const predicted = isPredicted(q);
    const gold = document.target[index] === 1;
    if (predicted) counts.predicted += 1;
    if (gold) counts.gold += 1;
    if (predicted && gold) counts.both += 1;
    if (predicted === gold) counts.agreeing += 1;
  });
  return counts;
}
