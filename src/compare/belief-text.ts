import {alignColumns} from "../catalog/table.ts";
import type {Curve} from "../records/results/curves.ts";
import type {Results} from "../records/results/results.ts";
import type {Measured} from "../records/results/value.ts";
import type {StepDelta} from "../records/results/variants.ts";
import {runTitles} from "./run-titles.ts";
import {UNKNOWN, withInterval} from "./text-cells.ts";

/** Curves that the terminal names, as columns. */
const SHOWN_CURVES = [
  ["step1", "entropy step 1"],
  ["laterMatched", "later steps, same ones"],
  ["labelMass", "label mass step 1"],
] as const;

/**
 * What the models believe and how that changes, before anything is held against annotators: a row a run, a row a family of
 * several sizes, a row a pair of base and variant. A block without rows is left out.
 */
export function beliefText(results: Results): string {
  return [runsBlock(results), sizesBlock(results), variantsBlock(results)].filter(block => block !== "").join("\n\n");
}

function runsBlock(results: Results): string {
  const {runs, dynamics} = results;
  const titles = runTitles(results);
  const rows = runs.flatMap(({run, model}) => {
    const own = dynamics[run];
    if (own === undefined || model === undefined) return [];
    const [first, second] = [own.steps["1"]?.all, own.steps["2"]?.all];
    return [
      [
        titles.get(run) ?? run,
        model.parameters.total?.toLocaleString("en-US") ?? UNKNOWN,
        interval(first?.entropyBits.mean),
        second === undefined ? UNKNOWN : `${number(second.entropyBits.mean)} (${second.n})`,
        number(first?.topProbability.mean),
        number(first?.labelMass.mean),
        share(own.wellFormed.share),
        share(own.multiLabel.answers),
        share(own.diversity.answers.mostCommonShare),
      ],
    ];
  });
  if (rows.length === 0) return "";
  const head = [
    "model",
    "parameters",
    "entropy step 1",
    "step 2 (n)",
    "top p",
    "mass",
    "well-formed",
    "several",
    "same",
  ];
  return [
    table("What the models believe: entropy in bits of the label distribution", [head, ...rows]),
    "top p: of the most probable label; mass: of all labels (step 1); several: answers with more than one; same: the commonest",
  ].join("\n");
}

function sizesBlock({curves}: Results): string {
  const rows = Object.entries(curves).flatMap(([family, variants]) =>
    Object.entries(variants).flatMap(([variant, byName]) => {
      const sizes = new Set(byName.step1?.points.map(({total}) => total)).size;
      return sizes < 2
        ? []
        : [[`${family} ${variant}`, String(sizes), ...SHOWN_CURVES.map(([name]) => change(byName[name]))]];
    }),
  );
  if (rows.length === 0) return "";
  return table("With size: change per doubling of the parameters (of two sizes: from the smaller to the larger)", [
    ["family", "sizes", ...SHOWN_CURVES.map(([, title]) => title)],
    ...rows,
  ]);
}

/** The slope, or where there are two sizes their difference, marked as such. */
function change(curve: Curve | undefined): string {
  if (curve === undefined) return UNKNOWN;
  const {slope, difference} = curve;
  if (slope.value !== undefined) return interval(slope, true);
  return difference?.value === undefined ? UNKNOWN : `${interval(difference, true)} Δ`;
}

function variantsBlock(results: Results): string {
  const {variants} = results;
  const titles = runTitles(results);
  const titleOf = (run: string) => titles.get(run) ?? run;
  const rows = variants.map(({base, variant, matchedPrompt, step1}) => [
    `${titleOf(base)} → ${titleOf(variant)}${matchedPrompt ? "" : " *"}`,
    String(step1.n),
    interval(step1.entropyBits.difference, true),
    number(step1.labelKlNats, 4),
    vocabularyKl(step1.vocabKlNats),
    share(step1.sameTopLabel),
    share(step1.flipRate),
  ]);
  if (rows.length === 0) return "";
  const head = ["pair", "n", "Δ entropy", "KL labels", "KL vocab.", "same top", "other"];
  const remark = variants.some(({matchedPrompt}) => !matchedPrompt) ? "\n* the two were not sent the same prompts" : "";
  const legend = "KL(variant‖base) in nats; same top: most probable label; other: documents with another first answer";
  return `${table("With finetuning and quantisation: variant − base at step 1, entropy in bits", [head, ...rows])}\n${legend}${remark}`;
}

function vocabularyKl(measured: StepDelta["vocabKlNats"]): string {
  const isBound = measured.bound === "lower" && measured.value !== undefined;
  return `${isBound ? "≥ " : ""}${number(measured, 4)}`;
}

/** A titled table: names to the left, numbers to the right, without the columns that nothing is known in. */
function table(title: string, [head = [], ...rows]: readonly (readonly string[])[]): string {
  const known = [...head.keys()].filter(column => rows.some(row => row[column] !== UNKNOWN));
  const cells = [head, ...rows].map(row => known.map(column => row[column] ?? UNKNOWN));
  return `${title}\n${alignColumns(cells, [...known.keys()].slice(1)).trimEnd()}`;
}

/** `1.356 [1.310, 1.402]`; of a change the sign is shown as well. */
function interval(measured: Measured | undefined, isChange = false): string {
  return measured === undefined ? UNKNOWN : withInterval(measured, isChange ? signed : x => x.toFixed(3));
}

/** Three decimals with a sign, which 0 does not have. */
function signed(x: number): string {
  const text = x.toFixed(3);
  return Number(text) === 0 ? text.replace("-", "") : x > 0 ? `+${text}` : text;
}

function number(measured: Measured | undefined, digits = 3): string {
  return measured?.value?.toFixed(digits) ?? UNKNOWN;
}

function share(measured: Measured | undefined): string {
  return measured?.value === undefined ? UNKNOWN : `${Math.round(100 * measured.value)} %`;
}
