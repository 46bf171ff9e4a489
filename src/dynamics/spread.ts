import type {Outline, Spread} from "../records/results/spread.ts";
import type {Measured} from "../records/results/value.ts";
import {type Density, density} from "../stats/density.ts";
import {ascending, quantile} from "../stats/quantile.ts";
import {meanOf, type Observation, type Samples} from "./measure.ts";

/** Heights of a stored outline: enough to draw a violin 2 cm wide, few enough for a hundred of them in a file. */
const OUTLINE_POINTS = 64;

/** What a number is spread over: its scale, and where it cannot lie outside. */
export interface SpreadOptions {
  readonly scale?: Spread["scale"];
  /** In the unit of the value. */
  readonly bounds?: {readonly low: number; readonly high: number} | undefined;
}

/**
 * Summarises one number over documents for a violin with a box: mean with interval, five quantiles, outline.
 *
 * On the `log10` scale, for ratios ≥ 1, the outline is of log10 of the values, and the mean is the geometric mean: the
 * interval is computed on the logarithms and put back.
 *
 * @param observations finite values; positive ones on the log10 scale
 * @param why the reason to give where there are none
 * @throws RangeError as `density`
 */
export function spreadOf(
  samples: Samples,
  observations: readonly Observation[],
  why: string,
  {scale = "linear", bounds}: SpreadOptions = {},
): Spread {
  const moved =
    scale === "linear" ? observations : observations.map(({row, value}) => ({row, value: Math.log10(value)}));
  const edges = bounds === undefined || scale === "linear" ? bounds : logBounds(bounds);
  const sorted = ascending(observations.map(({value}) => value));
  const outline = outlineOf(
    density(
      moved.map(({value}) => value),
      {points: OUTLINE_POINTS, ...(edges === undefined ? {} : {bounds: edges})},
    ),
  );
  const mean = meanOf(samples, moved, why);
  const at = (share: number) => quantile(sorted, share) ?? 0;
  return {
    n: sorted.length,
    scale,
    mean: scale === "linear" ? mean : fromLog10(mean),
    ...(sorted.length === 0 ? {} : {box: {min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1)}}),
    ...(outline === undefined ? {} : {outline}),
  };
}

/** A measured logarithm as the number itself; its ends move along, since the power is monotone. */
function fromLog10({value, lower, upper, ...rest}: Measured): Measured {
  return {
    ...rest,
    ...(value === undefined ? {} : {value: 10 ** value}),
    ...(lower === undefined ? {} : {lower: 10 ** lower}),
    ...(upper === undefined ? {} : {upper: 10 ** upper}),
  };
}

function logBounds({low, high}: {readonly low: number; readonly high: number}) {
  return {low: Math.log10(low), high: Math.log10(high)};
}

function outlineOf(curve: Density): Outline | undefined {
  if (curve.kind === "none") return undefined;
  if (curve.kind === "point") return {kind: "point", at: curve.at};
  const {points, bandwidth} = curve;
  return {
    kind: "curve",
    from: points[0]?.x ?? 0,
    to: points.at(-1)?.x ?? 0,
    heights: points.map(point => Number(point.density.toPrecision(4))),
    bandwidth,
  };
}
