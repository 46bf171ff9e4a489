import {counted} from "../../counted.ts";
import type {Curve} from "../../records/results/curves.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import type {VariantKind, VariantPair} from "../../records/results/variants.ts";
import type {Sentence} from "../../records/results/verdict.ts";
import {ANSWERS} from "./standings.ts";
import {evidence, num, sentence} from "./words.ts";

type Parts = Pick<Results, "curves" | "variants" | "pairs" | "runs">;

/** Lines of models and kinds of variants that sentences are about; the others are in the tables. */
const NAMED = 3;

/** What size did: to the entropy at step 1, and to the answers. */
export function sizeSentences({curves, runs}: Parts, level: number): Sentence[] {
  const lines = Object.entries(curves)
    .flatMap(([family, variants]) =>
      Object.entries(variants).map(([variant, byName]) => ({name: `${family} ${variant}`, byName})),
    )
    .filter(({byName}) => sizesOf(byName.step1) > 1)
    .sort((one, two) => sizesOf(two.byName.step1) - sizesOf(one.byName.step1));
  if (lines.length === 0) return withoutSizes(runs);
  return lines
    .slice(0, NAMED)
    .flatMap(({name, byName}) => [
      ...change(`In ${name}, label entropy at step 1`, "bits", byName.step1, level),
      ...change(`In ${name}, example-F1 of the answers`, "", byName["exampleF1.hard"], level),
    ]);
}

function withoutSizes(runs: Parts["runs"]): Sentence[] {
  const models = new Set(runs.flatMap(({model}) => model?.sha256 ?? []));
  if (models.size < 2) return [];
  const what = "No family has two sizes here";
  return [
    sentence("size", `${what}: these are ${counted(models.size, "model")} side by side, and size is not what differs.`),
  ];
}

function sizesOf(curve: Curve | undefined): number {
  return new Set(curve?.points.filter(({value}) => value !== undefined).map(({total}) => total)).size;
}

function change(what: string, unit: string, curve: Curve | undefined, level: number): Sentence[] {
  if (curve === undefined) return [];
  const {slope, difference, points} = curve;
  const known = points.filter(({value}) => value !== undefined).length;
  if (slope.value !== undefined)
    return [
      sentence(
        "size",
        `${what} ${moved(slope, unit)} per doubling.`,
        `${counted(known, "model")}, ${evidence(slope, level)}`,
      ),
      ...withoutSmallest(curve, unit, level),
    ];
  if (difference?.value === undefined) return [];
  return [
    sentence("size", `${what} ${moved(difference, unit)} from the smaller to the larger.`, evidence(difference, level)),
  ];
}

/** One model may make most of a slope: said if the slope without the smallest lies outside the interval, or the other way round. */
function withoutSmallest({slope, slopeWithoutSmallest: rest}: Curve, unit: string, level: number): Sentence[] {
  if (rest?.value === undefined || slope.value === undefined) return [];
  if (holds(slope, rest.value) && holds(rest, slope.value)) return [];
  const what = `Without the smallest model it ${moved(rest, unit)} per doubling.`;
  return [sentence("size", what, evidence(rest, level))];
}

function holds({lower, upper}: Measured, value: number): boolean {
  return lower === undefined || upper === undefined || (value >= lower && value <= upper);
}

/**
 * `falls by 0.12 bits`; where the interval holds 0, or the corrected test does not reject at 1 − level, that no direction is
 * clear.
 */
function moved({value = 0, lower, upper}: Measured, unit: string, test?: {readonly p?: number; level: number}): string {
  const size = `${num(Math.abs(value))}${unit === "" ? "" : ` ${unit}`}`;
  const isClear = lower === undefined || upper === undefined || lower > 0 || upper < 0;
  const sign = value < 0 ? "−" : "+";
  if (isClear && test?.p !== undefined && !(test.p < 1 - test.level))
    return `shows no clear change after correction (${sign}${size})`;
  const words = value < 0 ? "falls" : "rises";
  return isClear ? `${words} by ${size}` : `shows no clear change (${sign}${size})`;
}

const DONE: Readonly<Record<VariantKind, (pair: VariantPair) => string>> = {
  sft: ({base}) => `Finetuning ${base}`,
  dpo: ({base}) => `Preference tuning of ${base}`,
  rl: ({base}) => `Reinforcement learning on ${base}`,
  lora: ({base}) => `The adapter on ${base}`,
  merged: ({base}) => `Merging into ${base}`,
  quantisation: ({title}) => `Quantising (${title})`,
  given: ({base, variant}) => `From ${base} to ${variant}`,
};

/** What finetuning, an adapter, quantisation did, and what a chat template did: of each kind the pair of the largest model. */
export function variantSentences({variants, pairs, runs}: Parts, level: number): Sentence[] {
  const sizeOf = (run: string) => runs.find(row => row.run === run)?.model?.parameters.total ?? 0;
  const kinds = [...new Set(variants.map(({kind}) => kind))];
  const shown = kinds.flatMap(kind => {
    const own = variants.filter(pair => pair.kind === kind && pair.step1.n > 0);
    return own.toSorted((one, two) => sizeOf(two.base) - sizeOf(one.base)).slice(0, 1);
  });
  const sentences = shown.flatMap(pair => {
    const {entropyBits, flipRate} = pair.step1;
    const did = DONE[pair.kind](pair);
    const f1 = differenceOf(pairs, pair.variant, pair.base);
    const prompts = pair.matchedPrompt ? "" : "; the prompts differ, too";
    return [
      ...(entropyBits.difference.value === undefined
        ? []
        : [
            sentence(
              "variant",
              `${did}: label entropy at step 1 ${moved(entropyBits.difference, "bits")}.`,
              `${evidence(entropyBits.difference, level)}${prompts}`,
            ),
          ]),
      ...(f1?.measured.value === undefined
        ? []
        : [
            sentence(
              "variant",
              `${did}: example-F1 ${moved(f1.measured, "", {...f1, level})}.`,
              `${evidence(f1.measured, level, f1.p)}${prompts}`,
            ),
          ]),
      ...(flipRate?.value === undefined
        ? []
        : [
            sentence(
              "variant",
              `${did}: the first label changes on ${num(100 * flipRate.value, 0)} % of the documents.`,
              `n = ${flipRate.n}`,
            ),
          ]),
    ];
  });
  return [...sentences, ...chatSentences({pairs, runs}, level)];
}

function chatSentences({pairs, runs}: Pick<Parts, "pairs" | "runs">, level: number): Sentence[] {
  const chats = runs.filter(({provenance}) => provenance !== undefined && provenance.identity.chat !== "raw");
  return chats.flatMap(chat => {
    const raw = runs.find(
      ({provenance, model}) =>
        provenance?.identity.chat === "raw" &&
        model?.sha256 === chat.model?.sha256 &&
        model?.adapter?.id === chat.model?.adapter?.id,
    );
    const found = raw === undefined ? undefined : differenceOf(pairs, chat.run, raw.run);
    return found?.measured.value === undefined || raw === undefined
      ? []
      : [
          sentence(
            "variant",
            `The chat template on ${chat.model?.id ?? chat.run}: example-F1 ${moved(found.measured, "", {...found, level})}.`,
            evidence(found.measured, level, found.p),
          ),
        ];
  });
}

/** One run's example-F1 minus another's, from the paired tests, whichever of the two stands left there. */
function differenceOf(
  pairs: Results["pairs"],
  run: string,
  from: string,
): {measured: Measured; p?: number} | undefined {
  const found = pairs.find(
    ({left, right, estimator, metric}) =>
      estimator === "hard" && metric === ANSWERS && [left, right].includes(run) && [left, right].includes(from),
  );
  if (found === undefined) return undefined;
  const {difference, pHolm, left} = found;
  const p = pHolm === undefined ? {} : {p: pHolm};
  if (left === run) return {measured: difference, ...p};
  const {value, lower, upper} = difference;
  const negated = {
    ...difference,
    ...(value === undefined ? {} : {value: -value}),
    ...(lower === undefined || upper === undefined ? {} : {lower: -upper, upper: -lower}),
  };
  return {measured: negated, ...p};
}
