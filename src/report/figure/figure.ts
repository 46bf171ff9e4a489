import {largest, smallest} from "../../math/extremes.ts";
import type {ResultSettings, Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {plural} from "../format.ts";
import type {Picture} from "./picture.ts";

/** Where on the page a figure stands. */
export type Section = "verdict" | "curves" | "dynamics" | "estimators" | "variants";

/** One file: a picture with its words, or why it cannot be drawn. */
export type Drawing =
  | {readonly name: string; readonly title: string; readonly caption: string; readonly picture: Picture}
  | {readonly name: string; readonly title: string; readonly reason: string};

/** One kind of figure: a pure function of results.json. A new one is a file and a line in `index.ts`. */
export interface Figure {
  readonly name: string;
  readonly section: Section;
  /** Where its numbers stand in results.json, for the caption of a reader who wants them. */
  readonly path: string;
  /** How to read it, in one sentence. */
  readonly read: string;
  /** What in it would worry a reader, in one sentence. */
  readonly worry: string;
  /** Of several drawings the page opens the first and folds the others: they say the same of other runs or estimators. */
  readonly firstOpen?: true;
  /** Several where a run each has one; none where the comparison has nothing of the kind. */
  readonly draw: (results: Results) => Drawing[];
}

/** Runs in the order of figures: family, variant and size; those that no family is known of come last, as they were given. */
export function inOrder<T>(results: Results, byRun: Readonly<Record<string, T>>): [run: string, entry: T][] {
  const rows = results.runs.filter(({run}) => byRun[run] !== undefined);
  const rank = ({model}: Results["runs"][number]) =>
    model?.family === undefined
      ? "\uffff"
      : `${model.family} ${model.quantisation ?? ""} ${variantRank(model.variant)}`;
  const size = ({model}: Results["runs"][number]) => model?.parameters.total ?? 0;
  const sorted = [...rows].sort((one, other) => {
    const [left, right] = [rank(one), rank(other)];
    return left === right ? size(one) - size(other) : left < right ? -1 : 1;
  });
  return sorted.flatMap(({run}): [string, T][] => {
    const entry = byRun[run];
    return entry === undefined ? [] : [[run, entry]];
  });
}

/** `base` first, what is made from it after it, by the alphabet. */
function variantRank(variant: string | undefined): string {
  return variant === "base" ? "" : (variant ?? "");
}

/**
 * How the intervals of a picture were made, and on how many documents: the end of every caption.
 *
 * @example "95 % intervals from 2000 bootstrap resamples of documents (BCa); n = 60 documents."
 */
export function intervalWords(
  results: {readonly settings: Pick<ResultSettings, "level" | "resamples">},
  numbers: readonly Measured[],
): string {
  const known = numbers.filter(({value}) => value !== undefined);
  const counts = known.map(({n}) => n);
  const [least, most] = [smallest(counts), largest(counts)];
  const n =
    known.length === 0
      ? "no documents"
      : `n = ${least === most ? plural(most, "document") : `${least}–${most} documents`}`;
  const methods = new Set(known.map(({method}) => method).filter(method => method !== undefined));
  if (methods.size === 0) return `No intervals: ${noteOf(known)}; ${n}.`;
  const named = [...methods].map(method => (method === "bca" ? "BCa" : "percentile")).join(" or ");
  const {level, resamples} = results.settings;
  return `${Math.round(100 * level)} % intervals from ${resamples} bootstrap resamples of the documents (${named}); ${n}.`;
}

function noteOf(numbers: readonly Measured[]): string {
  const note = numbers.map(number => number.note).find(text => text !== undefined);
  return note?.replace(/^no interval: /, "") ?? "none could be made";
}

/** Why numbers are missing: each reason once. */
export function reasonsOf(numbers: readonly Measured[]): string {
  return [...new Set(numbers.map(({reason}) => reason).filter(reason => reason !== undefined))].join("; ");
}

/** A name for a file: letters, digits, dots and hyphens of any language's model names reduced to ASCII. */
export function fileName(...parts: readonly string[]): string {
  return parts.map(part => part.replaceAll(/[^A-Za-z0-9.]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "")).join("-");
}
