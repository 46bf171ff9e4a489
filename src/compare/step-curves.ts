import {meanDraws, meanOfValues, type Samples, tally} from "../dynamics/measure.ts";
import {isExact, type Value} from "../math/bounded.ts";
import {largest, smallest} from "../math/extremes.ts";
import type {Curve} from "../records/results/curves.ts";
import type {Measured} from "../records/results/value.ts";
import type {LabelStep} from "../records/trace.ts";
import type {Draws} from "../stats/draws.ts";
import {
  commonFirstSteps,
  commonLaterSteps,
  observe,
  ownLaterSteps,
  type RunSteps,
  type StepAddress,
} from "./later-steps.ts";
import {type SizedRun, type SizeLine, totalOf} from "./size-lines.ts";
import {measureDraws, type Trend, trendOf, weightedSum} from "./trend.ts";

/** A run with its steps laid out on the documents that all compared runs hold. */
export interface SteppedRun extends SizedRun, RunSteps {}

interface Panel {
  readonly first: string;
  readonly later: string;
  readonly title: string;
  readonly unit: string;
  readonly value: (step: LabelStep) => Value | undefined;
}

/** What is drawn against size, with the names of the curves. */
const PANELS: readonly Panel[] = [
  {first: "step1", later: "later", title: "Entropy of the label distribution", unit: "bits", value: s => s.entropyBits},
  {
    first: "vocabStep1",
    later: "vocabLater",
    title: "Entropy of the full vocabulary",
    unit: "bits",
    value: s => s.vocabEntropyBits,
  },
  {first: "labelMass", later: "labelMassLater", title: "Label mass", unit: "share", value: s => s.labelMass},
];

/**
 * Entropy, full-vocabulary entropy and label mass against size, for one line: at step 1, and at later steps matched and
 * unmatched.
 *
 * @param line models of one family and variant
 * @param compared all runs of the comparison: the headline later-step curve uses the steps that all of them have
 * Source: METHODS §5
 */
export function stepCurves(
  line: SizeLine<SteppedRun>,
  compared: readonly SteppedRun[],
  samples: Samples,
): Record<string, Curve> {
  const first = commonFirstSteps(line.runs);
  const ofLine = commonLaterSteps(line.runs);
  const ofAll = commonLaterSteps(compared);
  const curves: Record<string, Curve> = {};
  for (const {first: firstName, later, title, unit, value} of PANELS) {
    const draw = (addresses: (run: SteppedRun) => readonly StepAddress[]) =>
      line.runs.map(run => {
        const values = observe(run, addresses(run), value);
        const exact = values.flatMap(({row, value: one}) =>
          one === undefined || !isExact(one) ? [] : [{row, value: one}],
        );
        // A mean over the exact ones alone would be of other documents than the point says.
        if (exact.length === values.length) return {run, draws: meanDraws(samples, tally(exact))};
        return {run, draws: meanDraws(samples, tally([])), bounded: meanOfValues(samples, values, "no step has it")};
      });
    const about = (curve: Pick<Curve, "steps" | "matched">, where: string) => ({
      title: `${title} ${where}`,
      unit,
      ...curve,
    });
    const unmatched = sizeCurve(
      draw(ownLaterSteps),
      about({steps: "later", matched: false}, "at later steps, each model's own documents"),
      "no document has a later label step",
      line,
      samples.level,
    );
    const matched = (addresses: readonly StepAddress[], of: string) => {
      const curve = sizeCurve(
        draw(() => addresses),
        about({steps: "later", matched: true}, `at the later steps that ${of} have`),
        `no later step is one that ${of} have`,
        line,
        samples.level,
      );
      return withSelection(curve, unmatched, samples.level);
    };
    curves[firstName] = sizeCurve(
      draw(() => first),
      about({steps: "first", matched: true}, "at step 1"),
      "no document has a first label step in all models of the line",
      line,
      samples.level,
    ).curve;
    curves[`${later}Matched`] = matched(ofAll, "all compared models");
    if (ofLine.length !== ofAll.length) curves[`${later}MatchedLine`] = matched(ofLine, "all models of this line");
    curves[`${later}Unmatched`] = unmatched.curve;
  }
  return curves;
}

/** A curve through the models of a line, with its trend for later comparison. */
export function sizeCurve(
  points: readonly {readonly run: SizedRun; readonly draws: Draws; readonly bounded?: Measured}[],
  about: Pick<Curve, "title" | "unit" | "matched"> & Partial<Curve>,
  why: string,
  line: Pick<SizeLine<SizedRun>, "note">,
  level: number,
): {curve: Curve; trend: Trend} {
  const sized = (size: (run: SizedRun) => number) =>
    trendOf(
      points.map(({run, draws}) => ({size: size(run), draws})),
      level,
    );
  const trend = sized(({manifest}) => totalOf(manifest.model));
  const totals = points.map(({run}) => totalOf(run.manifest.model)).filter(total => total > 0);
  const curve: Curve = {
    ...about,
    points: points.map(({run: {name, manifest}, draws, bounded}) => ({
      run: name,
      total: totalOf(manifest.model),
      nonEmbedding: manifest.model.nonEmbeddingParameters ?? 0,
      ...(bounded ?? measureDraws(draws, level, why)),
    })),
    slope: trend.slope,
    ...withoutSmallest(points, level),
    nonEmbeddingSlope: sized(({manifest}) => manifest.model.nonEmbeddingParameters ?? 0).slope,
    ...(trend.difference === undefined ? {} : {difference: trend.difference}),
    doublings: totals.length === 0 ? 0 : Math.log2(largest(totals) / smallest(totals)),
    ...(line.note === undefined ? {} : {note: line.note}),
  };
  return {curve, trend};
}

/** The slope through all models but the smallest, if three sizes are left. */
function withoutSmallest(
  points: readonly {readonly run: SizedRun; readonly draws: Draws}[],
  level: number,
): Pick<Curve, "slopeWithoutSmallest"> {
  const known = points
    .filter(({draws}) => draws.estimate !== undefined)
    .map(({run, draws}) => ({size: totalOf(run.manifest.model), draws}));
  const least = smallest(known.map(({size}) => size));
  const others = known.filter(({size}) => size > least);
  if (new Set(others.map(({size}) => size)).size < 3) return {};
  return {slopeWithoutSmallest: trendOf(others, level).slope};
}

/** Adds what of the unmatched trend is selection: the unmatched one minus the matched one, on the same resamples. */
function withSelection(
  matched: {curve: Curve; trend: Trend},
  unmatched: {curve: Curve; trend: Trend},
  level: number,
): Curve {
  const [own, free] = [matched.trend.draws, unmatched.trend.draws];
  const bothSloped = (matched.trend.difference === undefined) === (unmatched.trend.difference === undefined);
  if (own === undefined || free === undefined || !bothSloped) return matched.curve;
  const apart = weightedSum([
    {draws: free, weight: 1},
    {draws: own, weight: -1},
  ]);
  return {...matched.curve, selection: measureDraws(apart, level)};
}
