import {denseMinimum} from "./newton-dense.ts";
import {sigmoid, softplus} from "./sigmoid.ts";

/** What a squared strength costs. */
const BRADLEY_TERRY_RIDGE = 0.01;
/** The gradient norm at which the strengths are found. */
const CONVERGED = 1e-9;

/** One comparison: how probable it is that `first` wins over `second`. */
export interface Comparison {
  readonly first: number;
  readonly second: number;
  /** In [0, 1]; the second wins with 1 − p. */
  readonly p: number;
}

/**
 * The strengths s of n players that minimise −Σ [p ln σ(s_i − s_j) + (1−p) ln σ(s_j − s_i)] + 0.01·‖s‖², the sum over
 * the comparisons.
 *
 * The ridge makes the minimum unique and finite, also where one player wins for certain, and centres it: the strengths
 * sum to 0. A player that is never compared has strength 0; a pair listed twice counts twice.
 *
 * @param players n ≥ 1
 * @throws RangeError for a player outside 0 … n − 1 or compared with itself, for p outside [0, 1], and where the search
 *   ends above a gradient norm of 1e-9
 * @example bradleyTerry(2, [{first: 0, second: 1, p: 0.5}]) // [0, 0]
 * Source: METHODS §3, `binary`; Bradley & Terry 1952
 */
export function bradleyTerry(players: number, comparisons: readonly Comparison[]): number[] {
  for (const {first, second, p} of comparisons) {
    const known = [first, second].every(player => Number.isInteger(player) && player >= 0 && player < players);
    if (!known || first === second) throw new RangeError(`cannot compare ${first} and ${second} of ${players}`);
    if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is not a probability`);
  }
  const found = denseMinimum(s => curvatureAt(s, comparisons), new Float64Array(players));
  if (!(found.gradientNorm <= CONVERGED)) throw new RangeError(`no minimum: gradient norm ${found.gradientNorm}`);
  return [...found.point];
}

/** The objective with its derivatives. */
function curvatureAt(s: Float64Array, comparisons: readonly Comparison[]) {
  const n = s.length;
  const gradient = s.map(strength => 2 * BRADLEY_TERRY_RIDGE * strength);
  let value = s.reduce((sum, strength) => sum + BRADLEY_TERRY_RIDGE * strength * strength, 0);
  const difference = ({first, second}: Comparison) => (s[first] ?? 0) - (s[second] ?? 0);
  for (const comparison of comparisons) {
    const {first, second, p} = comparison;
    const d = difference(comparison);
    value += p * softplus(-d) + (1 - p) * softplus(d);
    // σ(d) − p, from the smaller tails, which keep their digits.
    const off = (1 - p) * sigmoid(d) - p * sigmoid(-d);
    gradient[first] = (gradient[first] ?? 0) + off;
    gradient[second] = (gradient[second] ?? 0) - off;
  }
  const hessian = () => {
    const matrix = new Float64Array(n * n);
    const add = (row: number, column: number, amount: number) => {
      matrix[row * n + column] = (matrix[row * n + column] ?? 0) + amount;
    };
    for (let player = 0; player < n; player += 1) add(player, player, 2 * BRADLEY_TERRY_RIDGE);
    for (const comparison of comparisons) {
      const {first, second} = comparison;
      const spread = sigmoid(difference(comparison)) * sigmoid(-difference(comparison));
      add(first, first, spread);
      add(second, second, spread);
      add(first, second, -spread);
      add(second, first, -spread);
    }
    return matrix;
  };
  return {value, gradient, hessian};
}
