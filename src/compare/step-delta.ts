import {finiteMean, meanOfValues, type Samples, shareOf} from "../dynamics/measure.ts";
import {scoresOf} from "../estimate/label-distribution.ts";
import {minus, type Value} from "../math/bounded.ts";
import {largest} from "../math/extremes.ts";
import {klDivergenceNats} from "../math/kl-divergence.ts";
import {type Measured, missing} from "../records/results/value.ts";
import type {Delta, Flip, StepDelta} from "../records/results/variants.ts";
import type {LabelStep} from "../records/trace.ts";
import {byBaseCertainty} from "./by-base-certainty.ts";
import {klReport} from "./kl-report.ts";
import type {PairedStep} from "./paired-step.ts";
import type {VocabularyView} from "./vocabulary-view.ts";

export interface StepDeltaOptions {
  /** Paired documents without the step on one of the sides. */
  readonly leftOut: number;
  /** One side's answers were forced: nothing was chosen, so flips are of the most probable label. */
  readonly forced: boolean;
  /** Adds llama.cpp's report. */
  readonly quantisation: boolean;
  readonly why: string;
}

/**
 * What changed from base to variant, paired by document: variant − base of entropy, full-vocabulary entropy, top
 * probability and label mass, KL(variant‖base), and how often the choice is another one.
 *
 * A step at which a label has probability 0 on the base's side alone has an infinite KL: it is left out of that mean, and
 * the note counts it.
 *
 * Source: METHODS §5
 */
export function stepDelta(
  steps: readonly PairedStep[],
  samples: Samples,
  vocabulary: VocabularyView,
  {leftOut, forced, quantisation, why}: StepDeltaOptions,
): StepDelta {
  const delta = (value: (step: LabelStep) => Value | undefined): Delta => {
    const of = (read: (one: PairedStep) => Value | undefined) =>
      meanOfValues(
        samples,
        steps.map(one => ({row: one.row, value: read(one)})),
        why,
      );
    return {
      base: of(({base}) => value(base)),
      variant: of(({variant}) => value(variant)),
      difference: of(({base, variant}) => {
        const [before, after] = [value(base), value(variant)];
        return before === undefined || after === undefined ? undefined : minus(after, before);
      }),
    };
  };
  const share = (holds: (one: PairedStep) => boolean) =>
    shareOf(
      samples,
      steps.map(one => ({row: one.row, holds: holds(one)})),
      why,
    );
  const emitted = ({base, variant}: PairedStep) => ({base: emittedName(base), variant: emittedName(variant)});
  const top = ({base, variant}: PairedStep) => ({base: base.top, variant: variant.top});
  const chosen = forced ? top : emitted;
  const flips = steps.flatMap((one): Flip[] => {
    const {base, variant} = chosen(one);
    return base === variant ? [] : [{id: one.id, base, variant}];
  });
  return {
    n: new Set(steps.map(({row}) => row)).size,
    leftOut,
    entropyBits: delta(step => step.entropyBits),
    vocabEntropyBits: delta(step => step.vocabEntropyBits),
    topProbability: delta(step => largest(step.probabilities)),
    labelMass: delta(step => step.labelMass),
    labelKlNats: finiteMean(
      samples,
      steps.map(({row, base, variant}) => ({
        row,
        value: klDivergenceNats({p: scoresOf(variant), q: scoresOf(base)}),
      })),
      why,
    ),
    vocabKlNats: {
      bound: vocabulary.bound,
      ...vocabularyNumber(vocabulary, steps, why, () =>
        finiteMean(
          samples,
          vocabulary.steps.map(({row, klNats}) => ({row, value: klNats})),
          why,
        ),
      ),
    },
    sameTopLabel: share(({base, variant}) => base.top === variant.top),
    sameTopToken: vocabularyNumber(vocabulary, steps, why, () => share(hasSameTopToken)),
    ...(forced ? {} : {flipRate: share(one => emitted(one).base !== emitted(one).variant)}),
    flips,
    ...(quantisation && steps.length > 0 ? {byBaseCertainty: byBaseCertainty(steps, samples, why)} : {}),
    ...(quantisation && vocabulary.reason === undefined
      ? {klReport: klReport(vocabulary, samples, share(hasSameTopToken), why)}
      : {}),
  };
}

/** A number about tokens, where the two runs have the same ones. */
function vocabularyNumber(
  vocabulary: VocabularyView,
  steps: readonly PairedStep[],
  why: string,
  number: () => Measured,
): Measured {
  if (steps.length === 0) return missing(why);
  return vocabulary.reason === undefined ? number() : missing(vocabulary.reason);
}

/** Both steps have the same best token of the full vocabulary. */
function hasSameTopToken({base, variant}: PairedStep): boolean {
  return base.topTokens[0]?.token === variant.topTokens[0]?.token;
}

function emittedName({emitted}: LabelStep): string {
  return emitted.label ?? emitted.text;
}
