import {runTitles} from "../../compare/run-titles.ts";
import type {Results} from "../../records/results/results.ts";
import type {Delta, StepDelta, VariantPair} from "../../records/results/variants.ts";
import {plus} from "./curve-lines.ts";
import {type Drawing, type Figure, fileName, intervalWords, reasonsOf} from "./figure.ts";
import {inGrid} from "./picture.ts";
import {slopeChart} from "./slope-chart.ts";

interface Panel {
  readonly heading: string;
  readonly unit: string;
  readonly of: (step: StepDelta) => Delta;
  readonly bounds: {readonly low: number; readonly high?: number};
}

const PANELS: readonly Panel[] = [
  {heading: "Entropy of the label distribution", unit: "bits", of: step => step.entropyBits, bounds: {low: 0}},
  {
    heading: "Probability of the top label",
    unit: "probability",
    of: step => step.topProbability,
    bounds: {low: 0, high: 1},
  },
  {heading: "Entropy of the full vocabulary", unit: "bits", of: step => step.vocabEntropyBits, bounds: {low: 0}},
  {heading: "Label mass", unit: "probability", of: step => step.labelMass, bounds: {low: 0, high: 1}},
];

/** What finetuning, an adapter or fewer bits did to the distribution: base on the left, variant on the right. */
export const variantSlopes: Figure = {
  name: "variants",
  section: "variants",
  path: "variants",
  read: "Base on the left, variant on the right, the same documents; the change stands at the line’s end.",
  worry: "Label mass that falls: the variant’s distribution describes less of what it would say.",
  draw: results => {
    const first = slopes(results, {
      name: "variants-step-1",
      title: "From base to variant: step 1",
      of: pair => pair.step1,
    });
    const forced = results.variants.filter(({later}) => later?.all !== undefined);
    if (forced.length === 0) return [first];
    const title = "From base to variant: later steps of the same, forced answers";
    return [first, slopes(results, {name: "variants-later-steps", title, of: pair => pair.later?.all})];
  },
};

function slopes(
  results: Results,
  what: {readonly name: string; readonly title: string; readonly of: (pair: VariantPair) => StepDelta | undefined},
): Drawing {
  const {name, title} = what;
  const titles = runTitles(results);
  const pairs = results.variants.flatMap((pair, index) => {
    const step = what.of(pair);
    return step === undefined ? [] : [{pair, step, index}];
  });
  if (pairs.length === 0)
    return {
      name,
      title,
      reason: "no two of the compared runs are a base model and a variant of it (catalogue: parent)",
    };
  const numbers = pairs.flatMap(({step}) => PANELS.flatMap(({of}) => [of(step).base, of(step).variant]));
  if (!numbers.some(({value}) => value !== undefined)) return {name, title, reason: reasonsOf(numbers)};
  const panels = PANELS.map(({heading, unit, of, bounds}) => ({
    heading,
    picture: slopeChart({
      slopes: pairs.map(({pair, step, index}) => ({
        name: `${titles.get(pair.base) ?? pair.base} → ${bitsOf(results, pair) ?? pair.kind}`,
        remark: `${plus(of(step).difference)} ${unit}`,
        index,
        from: of(step).base,
        to: of(step).variant,
      })),
      ends: ["base", "variant"],
      yLabel: unit,
      bounds,
      height: Math.max(240, 60 + 30 * pairs.length),
    }),
  }));
  const unmatched = pairs
    .filter(({pair}) => !pair.matchedPrompt)
    .map(({pair}) => titles.get(pair.variant) ?? pair.variant);
  const caption = [
    "Means over the same documents on both sides; the change and its interval are of the paired differences.",
    intervalWords(results, numbers),
    ...(unmatched.length > 0 ? [`Prompts differ between base and variant: ${unmatched.join(", ")}.`] : []),
  ].join(" ");
  return {name: fileName(name), title, caption, picture: inGrid(panels, 2)};
}

/** What a quantisation is called: several of one base differ in it alone. */
function bitsOf({runs}: Results, {kind, variant}: VariantPair): string | undefined {
  return kind === "quantisation" ? runs.find(({run}) => run === variant)?.model?.quantisation : undefined;
}
