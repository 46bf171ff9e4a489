/** Between which numbers a value lies that is not known exactly; lower ≤ upper, either may be infinite. */
export type Bounds = readonly [lower: number, upper: number];

/** A number that is known exactly, or the bounds between which it lies. */
export type Value = number | Bounds;

/** Why there is no single number, for a reader. */
export const BOUNDED = "the engine bounds this number, it does not give it";

/** @example lowerOf(3) // 3 */
export function lowerOf(value: Value): number {
  return typeof value === "number" ? value : value[0];
}

/** @example upperOf([1, 2]) // 2 */
export function upperOf(value: Value): number {
  return typeof value === "number" ? value : value[1];
}

export function isExact(value: Value): value is number {
  return typeof value === "number";
}

/**
 * Applies a function that never falls.
 *
 * @example mapValue([0, 1], Math.exp) // [1, Math.E]
 */
export function mapValue(value: Value, rising: (number: number) => number): Value {
  return typeof value === "number" ? rising(value) : [rising(value[0]), rising(value[1])];
}

/** one + factor · other, for a factor ≥ 0. */
export function addScaled(one: Value, factor: number, other: Value): Value {
  return typeof one === "number" && typeof other === "number"
    ? one + factor * other
    : [lowerOf(one) + factor * lowerOf(other), upperOf(one) + factor * upperOf(other)];
}

/** All that one − other can be. @example minus([1, 2], 0.5) // [0.5, 1.5] */
export function minus(one: Value, other: Value): Value {
  return typeof one === "number" && typeof other === "number"
    ? one - other
    : [lowerOf(one) - upperOf(other), upperOf(one) - lowerOf(other)];
}

/**
 * All that part / (part + rest) can be, for two masses ≥ 0; `undefined` where it may be 0 / 0.
 *
 * @example shareOfBoth([1, 2], 2) // [1 / 3, 0.5]
 */
export function shareOfBoth(part: Value, rest: Value): Value | undefined {
  if (!(lowerOf(part) + lowerOf(rest) > 0)) return undefined;
  if (typeof part === "number" && typeof rest === "number") return part / (part + rest);
  const share = (one: number, other: number) => (one + other === 0 ? 0 : one / (one + other));
  return [share(lowerOf(part), upperOf(rest)), share(upperOf(part), lowerOf(rest))];
}

/** The mean of some values, bounded where one of them is; `undefined` of none. */
export function meanValue(values: readonly Value[]): Value | undefined {
  if (values.length === 0) return undefined;
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return values.every(isExact) ? mean(values) : [mean(values.map(lowerOf)), mean(values.map(upperOf))];
}

/** @example valueText([1.25, 2], n => n.toFixed(1)) // "1.3 to 2.0" */
export function valueText(value: Value, format: (number: number) => string): string {
  return typeof value === "number" ? format(value) : `${format(value[0])} to ${format(value[1])}`;
}
