import {valueText} from "../math/bounded.ts";
import {metricNamed} from "../metric/index.ts";
import type {Measured} from "../records/results/value.ts";

/** What stands where nothing is known. */
export const UNKNOWN = "–";

/** `NLL ↓`: a metric as the head of a column, with the direction in which it is better. */
export function columnHead(metric: string): string {
  const {title, better} = metricNamed(metric);
  return `${title} ${better === "smaller" ? "↓" : "↑"}`;
}

/** `3.41 [3.20, 3.62]`; a dash where there is no value. */
export function intervalText(metric: string, measured: Measured): string {
  return withInterval(measured, number => number.toFixed(digitsOf(metric)));
}

/** A value with its interval, all written by `fixed`; its bounds where it lies between two; a dash where there is no value. */
export function withInterval({value, between, lower, upper}: Measured, fixed: (number: number) => string): string {
  if (between !== undefined) return valueText(between, fixed);
  if (value === undefined) return UNKNOWN;
  return lower === undefined || upper === undefined
    ? fixed(value)
    : `${fixed(value)} [${fixed(lower)}, ${fixed(upper)}]`;
}

/** Two decimals for sums over labels, three for shares. */
export function digitsOf(metric: string): number {
  return ["nats", "labels"].includes(metricNamed(metric).unit) ? 2 : 3;
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
