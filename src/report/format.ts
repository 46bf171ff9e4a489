import {withInterval} from "../compare/text-cells.ts";
import type {Measured} from "../records/results/value.ts";

/**
 * A number for people: three decimals, fewer from 10 on; two significant digits below 0.001, so that what is small does
 * not look like nothing.
 *
 * The minus is U+2212, which stands beside digits as a hyphen does not; 0 has none.
 *
 * @example formatNumber(0.12345) // "0.123"
 * @example formatNumber(-12.345) // "−12.35"
 * @example formatNumber(0.000123) // "0.00012"
 * @example formatNumber(0) // "0"
 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-5) return signed(value.toExponential(1));
  if (size < 1e-3) return signed(value.toFixed(size < 1e-4 ? 6 : 5));
  return signed(value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3));
}

function signed(text: string): string {
  return /^-0(?:\.0*)?$/.test(text) ? text.slice(1) : text.replaceAll("-", "−");
}

/** @example formatShare(0.1234) // "12.3 %" */
export function formatShare(value: number): string {
  return `${signed((100 * value).toFixed(1))} %`;
}

/** A count with thin gaps between groups of three. @example formatCount(1234567) // "1 234 567" (U+202F) */
export function formatCount(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, "\u202f");
}

/**
 * Parameters of a model, in thousands, millions or billions (10⁹).
 *
 * @example formatParameters(134515008) // "134.5 M"
 * @example formatParameters(30000) // "30 k"
 */
export function formatParameters(value: number): string {
  const [unit, digits, letter] =
    value >= 1e9 ? [1e9, 2, " B"] : value >= 1e6 ? [1e6, 1, " M"] : value >= 1e3 ? [1e3, 1, " k"] : [1, 0, ""];
  return `${Number((value / Number(unit)).toFixed(Number(digits)))}${letter}`;
}

/**
 * A number with its interval in brackets, the bounds of one that is bounded, or an en dash where there is none.
 *
 * @example formatMeasured({value: 0.5, n: 20, lower: 0.4, upper: 0.6, method: "bca"}) // "0.500 [0.400, 0.600]"
 */
export function formatMeasured(measured: Measured, format: (value: number) => string = formatNumber): string {
  return withInterval(measured, format);
}

/** The interval with a space before it; empty where there is none. */
export function formatInterval(measured: Measured, format: (value: number) => string = formatNumber): string {
  if (measured.lower === undefined || measured.upper === undefined) return "";
  return ` [${format(measured.lower)}, ${format(measured.upper)}]`;
}

/** @example plural(1, "document") // "1 document" */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
