import {runTitles} from "../compare/run-titles.ts";
import type {Curve} from "../records/results/curves.ts";
import type {EstimatorResult} from "../records/results/estimates.ts";
import type {Results} from "../records/results/results.ts";
import type {Measured} from "../records/results/value.ts";
import type {VariantPair} from "../records/results/variants.ts";
import {formatInterval, formatNumber, formatParameters, formatShare, plural} from "./format.ts";

/** How many families, pairs or runs a sentence names; the others are in the tables. */
const NAMED = 3;
/** Rows of a table that are no way to estimate: shown for orientation. */
const NO_ESTIMATE = ["truth", "constant"];

/** What a comparison has to say, as sentences with their numbers and where nothing can be said, why. */
export interface Answer {
  readonly size: string;
  readonly variants: string;
  readonly estimators: string;
}

/** The answer in three sentences: size, finetuning and quantisation, the best estimator. All numbers are in `results`. */
export function answerOf(results: Results): Answer {
  return {size: sizeSentence(results), variants: variantSentence(results), estimators: estimatorSentence(results)};
}

function sizeSentence({curves}: Results): string {
  const lines = Object.entries(curves)
    .flatMap(([family, variants]) =>
      Object.entries(variants).map(([variant, byName]) => ({name: `${family} ${variant}`, curves: byName})),
    )
    .sort((one, other) => sizesOf(other.curves) - sizesOf(one.curves));
  const several = lines.filter(line => sizesOf(line.curves) > 1);
  if (several.length === 0) {
    const why = lines.length === 0 ? "no run of a model is among the compared ones" : "no family has two sizes here";
    return `Size: nothing can be said about it, since ${why}.`;
  }
  const clauses = several.slice(0, NAMED).map(({name, curves: byName}) => {
    const [first, later] = [byName.step1, byName.laterMatched];
    const atFirst = first === undefined ? "no step 1 was read" : change(first);
    const atLater =
      later === undefined || !later.points.some(({value}) => value !== undefined)
        ? ""
        : `, and at later steps that all models have it ${change(later)}`;
    return `in ${name} (${sizes(first ?? later)}) label entropy at step 1 ${atFirst}${atLater}`;
  });
  return `Size: ${clauses.join("; ")}${rest(several.length)}.`;
}

function sizesOf(curves: Readonly<Record<string, Curve>>): number {
  return new Set(curves.step1?.points.filter(({value}) => value !== undefined).map(({total}) => total)).size;
}

function sizes(curve: Curve | undefined): string {
  const points = curve?.points ?? [];
  const [small, large] = [points[0]?.total ?? 0, points.at(-1)?.total ?? 0];
  return `${plural(points.length, "model")}, ${formatParameters(small)} to ${formatParameters(large)} parameters`;
}

/** A direction with its number: `falls by 0.12 bits a doubling [−0.2, −0.05]`, or that none can be told. */
function change(curve: Curve): string {
  const {slope, difference} = curve;
  if (slope.value !== undefined) return direction(slope, `${curve.unit} a doubling`);
  if (difference?.value !== undefined) return direction(difference, `${curve.unit} from the smaller to the larger`);
  return `cannot be followed (${slope.reason ?? "no slope"})`;
}

/** @param measured a change, 0 where nothing changes; it has a value */
function direction(measured: Measured, unit: string): string {
  const {value = 0, lower, upper} = measured;
  const interval = formatInterval(measured);
  const size = `${formatNumber(value)} ${unit}${interval}`;
  if (lower === undefined || upper === undefined) return `changes by ${size} (no interval)`;
  if (lower <= 0 && upper >= 0) return `shows no clear direction (${size}, an interval that holds 0)`;
  return `${value < 0 ? "falls" : "rises"} by ${formatNumber(Math.abs(value))} ${unit}${interval}`;
}

function variantSentence(results: Results): string {
  const titles = runTitles(results);
  const pairs = results.variants.filter(({step1}) => step1.n > 0);
  if (pairs.length === 0) {
    const why =
      results.variants.length === 0
        ? "no base model and variant of it are among the compared runs"
        : "no document has a label step in both models of a pair";
    return `Finetuning and quantisation: nothing can be said about them, since ${why}.`;
  }
  const clauses = pairs.slice(0, NAMED).map(pair => variantClause(pair, titles));
  return `Finetuning and quantisation: ${clauses.join("; ")}${rest(pairs.length)}.`;
}

function variantClause(pair: VariantPair, titles: ReadonlyMap<string, string>): string {
  const {entropyBits, flipRate, sameTopLabel} = pair.step1;
  const name = `${titles.get(pair.base) ?? pair.base} → ${titles.get(pair.variant) ?? pair.variant} (${pair.kind})`;
  const moved =
    entropyBits.difference.value === undefined
      ? `entropy cannot be compared (${entropyBits.difference.reason ?? "no value"})`
      : `label entropy at step 1 ${direction(entropyBits.difference, "bits")}`;
  const flips = flipRate ?? sameTopLabel;
  const changed =
    flips.value === undefined
      ? ""
      : flipRate === undefined
        ? ` and the most probable label stays the same on ${formatShare(flips.value)} of the documents`
        : ` and the first label changes on ${formatShare(flips.value)} of the documents`;
  return `from ${name} ${moved}${changed}${pair.matchedPrompt ? "" : " (the prompts differ, too)"}`;
}

function estimatorSentence(results: Results): string {
  const titles = runTitles(results);
  const best = results.runs.flatMap(({run, model}) => {
    const found = bestByNll(results.estimates[run] ?? {});
    return found === undefined ? [] : [{run, size: model?.parameters.total ?? 0, ...found}];
  });
  const largest = [...best].sort((one, other) => other.size - one.size)[0];
  if (largest === undefined)
    return "Estimators: nothing can be said about them, since no estimate could be held against annotations.";
  const counts = new Map<string, number>();
  for (const {name} of best) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [leader = "", wins = 0] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? [];
  const lead = best.length === 1 ? "" : `${leader} has the lowest NLL on ${wins} of ${best.length} runs; `;
  const constant = results.estimates[largest.run]?.constant?.metrics.nll;
  const against =
    constant?.value === undefined
      ? ""
      : largest.value > constant.value
        ? `, worse than ${formatNumber(constant.value)} of the constant 0.1: NLL rewards saying little`
        : `, against ${formatNumber(constant.value)} of the constant 0.1`;
  const where =
    best.length === 1
      ? `on ${titles.get(largest.run) ?? largest.run}`
      : `on ${titles.get(largest.run) ?? largest.run}, of the largest size here,`;
  return `Estimators: ${lead}${where} the best is ${largest.name} with an NLL of ${formatNumber(largest.value)}${formatInterval(largest.measured)}${against}.`;
}

function bestByNll(byName: Readonly<Record<string, EstimatorResult>>) {
  const known = Object.entries(byName).flatMap(([name, {metrics}]) => {
    const measured = metrics.nll;
    return measured?.value === undefined || NO_ESTIMATE.includes(name) ? [] : [{name, value: measured.value, measured}];
  });
  return known.sort((one, other) => one.value - other.value)[0];
}

function rest(count: number): string {
  return count > NAMED ? ` (${count - NAMED} more in the tables below)` : "";
}
