import {isExact} from "../math/bounded.ts";
import {largest} from "../math/extremes.ts";
import type {StepDynamics, StepGroup} from "../records/results/dynamics.ts";
import type {Spread} from "../records/results/spread.ts";
import type {LabelStep} from "../records/trace.ts";
import {meanOfValues, type Samples, shareOf} from "./measure.ts";
import {NO_DOCUMENTS, type RunView} from "./run-view.ts";
import {spreadOf} from "./spread.ts";

/** Places of an answer that are looked at one by one. */
export const MOST_STEPS = 8;

const SHARE = {low: 0, high: 1 + 1e-9};

interface Placed {
  readonly row: number;
  readonly step: LabelStep;
}

/**
 * Spikiness, entropy and label mass by step, `intermediate` and `last` apart.
 *
 * Every label step at a place counts, also after a repeat or other text: what was emitted is told apart elsewhere. The
 * first place is always there, so that a run without label steps says why it has no numbers.
 *
 * Source: METHODS §5; [Ma et al. 2025, §4]
 */
export function stepDynamics(view: RunView, samples: Samples): {steps: Record<string, StepDynamics>; beyond: number} {
  const all = view.traced.flatMap(({row, steps}) => [...steps.values()].map(step => ({row, step})));
  const last = Math.min(
    MOST_STEPS,
    largest(
      all.map(({step}) => step.r),
      1,
    ),
  );
  const places = Array.from({length: last}, (_, index) => index + 1);
  const steps = Object.fromEntries(
    places.map(r => [
      String(r),
      atPlace(
        view,
        samples,
        all.filter(({step}) => step.r === r),
      ),
    ]),
  );
  return {steps, beyond: all.filter(({step}) => step.r > MOST_STEPS).length};
}

function atPlace(view: RunView, samples: Samples, placed: readonly Placed[]): StepDynamics {
  const ofKind = (kind: LabelStep["kind"]) => placed.filter(({step}) => step.kind === kind);
  const none = view.traced.length === 0 ? NO_DOCUMENTS : "no document has such a label step";
  const group = (some: readonly Placed[]) => stepGroup(view, samples, some, none);
  return {
    all: group(placed),
    intermediate: group(ofKind("intermediate")),
    last: group(ofKind("last")),
    cut: ofKind("cut").length,
    forced: placed.filter(({step}) => step.forced === true).length,
  };
}

function stepGroup(view: RunView, samples: Samples, placed: readonly Placed[], why: string): StepGroup {
  const spread = (value: (step: LabelStep) => number, high?: number) =>
    spreadOf(
      samples,
      placed.map(({row, step}) => ({row, value: value(step)})),
      why,
      high === undefined ? {} : {bounds: {low: 0, high}},
    );
  const ratios = placed.flatMap(({row, step}) => (step.topToSecond === null ? [] : [{row, value: step.topToSecond}]));
  const infinite = placed.length - ratios.length;
  const stops = placed.flatMap(({row, step}) => (step.branch === undefined ? [] : [{row, value: step.branch.stop}]));
  return {
    n: placed.length,
    topProbability: spread(step => largest(step.probabilities), SHARE.high),
    topToSecond: spreadOf(samples, ratios, infinite > 0 ? "every ratio is infinite: the second is 0" : why, {
      scale: "log10",
    }),
    infiniteRatios: infinite,
    entropyBits: spread(step => Math.max(0, step.entropyBits), Math.log2(view.labels.length) + 1e-9),
    vocabEntropyBits: vocabularySpread(samples, placed, why),
    labelMass: spread(step => step.labelMass, SHARE.high),
    argmaxIsLabel: shareOf(
      samples,
      placed.map(({row, step}) => ({row, holds: step.argmaxIsLabel})),
      why,
    ),
    stop: meanOfValues(samples, stops, placed.length > 0 ? "at no such step could the branch be read" : why),
  };
}

/** Where an engine bounds the entropy there is a mean between two bounds, and nothing to draw. */
function vocabularySpread(samples: Samples, placed: readonly Placed[], why: string): Spread {
  const values = placed.map(({row, step}) => ({row, value: step.vocabEntropyBits}));
  const exact = values.flatMap(({row, value}) =>
    value === undefined || !isExact(value) ? [] : [{row, value: Math.max(0, value)}],
  );
  if (exact.length === values.length) return spreadOf(samples, exact, why);
  return {
    n: values.filter(({value}) => value !== undefined).length,
    scale: "linear",
    mean: meanOfValues(samples, values, why),
  };
}
