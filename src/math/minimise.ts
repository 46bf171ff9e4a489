export interface Minimum {
  readonly at: number;
  readonly value: number;
  /** Whether the best place found is an end of the range: the minimum may lie beyond it. */
  readonly onBound: boolean;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Values closer than this share of themselves are the same. */
const SAME = 1e-12;

/**
 * The minimum of a function of one number on a range, without assuming that it has a single valley.
 *
 * A grid finds the deepest valley; golden sections narrow it to 1e-9 of the range. Of equally deep grid points the one
 * nearest to `prefer` wins, so a flat function gives `prefer` itself where it is a grid point.
 *
 * @param cells of the grid, at least 2; a valley narrower than one cell can be missed
 * @throws RangeError where the range is empty or the function is NaN
 */
export function minimise(
  value: (at: number) => number,
  range: {readonly low: number; readonly high: number; readonly prefer: number; readonly cells: number},
): Minimum {
  const {low, high, prefer, cells} = range;
  if (!(low < high) || !(cells >= 2)) throw new RangeError(`no range to search: ${low} to ${high} in ${cells} cells`);
  const place = (cell: number) => low + ((high - low) * cell) / cells;
  let best = {at: low, value: Number.POSITIVE_INFINITY, cell: 0};
  for (let cell = 0; cell <= cells; cell += 1) {
    const at = place(cell);
    const found = value(at);
    if (Number.isNaN(found)) throw new RangeError(`the function has no value at ${at}`);
    const nearer = Math.abs(at - prefer) < Math.abs(best.at - prefer);
    const margin = SAME * Math.abs(found);
    if (found < best.value - margin || (found <= best.value + margin && nearer)) best = {at, value: found, cell};
  }
  let [left, right] = [place(Math.max(0, best.cell - 1)), place(Math.min(cells, best.cell + 1))];
  let [inner, outer] = [right - GOLDEN * (right - left), left + GOLDEN * (right - left)];
  let [atInner, atOuter] = [value(inner), value(outer)];
  while (right - left > 1e-9 * (high - low)) {
    if (atInner <= atOuter) {
      [right, outer, atOuter] = [outer, inner, atInner];
      inner = right - GOLDEN * (right - left);
      atInner = value(inner);
    } else {
      [left, inner, atInner] = [inner, outer, atOuter];
      outer = left + GOLDEN * (right - left);
      atOuter = value(outer);
    }
  }
  const middle = (left + right) / 2;
  const refined = {at: middle, value: value(middle)};
  const result = refined.value < best.value - SAME * Math.abs(best.value) ? refined : best;
  const near = 1e-6 * (high - low);
  return {at: result.at, value: result.value, onBound: result.at - low < near || high - result.at < near};
}
