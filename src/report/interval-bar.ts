import {largest, smallest} from "../math/extremes.ts";
import type {Measured} from "../records/results/value.ts";
import {type Html, html} from "./html.ts";

/** The reach of a column's bars. */
export type Reach = readonly [low: number, high: number];

/** From 0 where the numbers are on one side of it, to the farthest end; undefined where there is no interval to draw. */
export function reachOf(numbers: readonly (Measured | undefined)[]): Reach | undefined {
  const ends = numbers.flatMap(number =>
    number?.value === undefined ? [] : [number.value, number.lower ?? number.value, number.upper ?? number.value],
  );
  if (!numbers.some(number => number?.lower !== undefined)) return undefined;
  const reach = [smallest(ends, 0), largest(ends, 0)] as const;
  return reach[1] > reach[0] ? reach : undefined;
}

/** An interval as a thin bar with a stroke at its value, in the place that it has in the column's reach. */
export function intervalBar({value, lower, upper}: Measured, [low, high]: Reach): Html | undefined {
  if (value === undefined || lower === undefined || upper === undefined) return undefined;
  const at = (x: number) => Math.round((1000 * (x - low)) / (high - low)) / 10;
  const width = Math.max(0.8, Math.round(10 * (at(upper) - at(lower))) / 10);
  return html`<svg class="iv" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="1" y="2.5"/><rect x="${at(lower)}" width="${width}" height="3" y="1.5"/><rect class="at" x="${Math.max(0, at(value) - 0.8)}" width="1.6" height="6"/></svg>`;
}
