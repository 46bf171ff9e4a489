import {finiteMean, meanOf, type Samples} from "../dynamics/measure.ts";
import type {KlReport} from "../records/results/kl-report.ts";
import type {Measured} from "../records/results/value.ts";
import {ascending, quantile} from "../stats/quantile.ts";
import type {VocabularyView} from "./vocabulary-view.ts";

/**
 * The statistics that llama.cpp reports of a quantisation, over label steps.
 *
 * KL(base‖quantised) in nats, and Δp: how much more probable the quantised model finds the token that the base run's
 * answer has. Percentiles interpolate between order statistics, as llama.cpp's do. Intervals are over documents, where
 * llama.cpp gives standard errors over tokens.
 *
 * Source: llama.cpp, tools/perplexity, `--kl-divergence`
 */
export function klReport(vocabulary: VocabularyView, samples: Samples, sameTop: Measured, why: string): KlReport {
  const {steps} = vocabulary;
  const divergences = steps.map(({row, reversedKlNats}) => ({row, value: reversedKlNats}));
  const changes = steps.flatMap(({row, probabilityChange}) =>
    probabilityChange === undefined ? [] : [{row, value: probabilityChange}],
  );
  const at = percentiles(divergences.map(({value}) => value).filter(Number.isFinite));
  const change = percentiles(changes.map(({value}) => value));
  const whyUnknown = steps.length === 0 ? why : "the answer's token is nowhere among the recorded ones";
  return {
    direction: "base‖variant",
    bound: vocabulary.bound,
    kld: {
      n: divergences.length,
      mean: finiteMean(samples, divergences, why),
      ...at({max: 1, p999: 0.999, p99: 0.99, p95: 0.95, p90: 0.9, median: 0.5, p10: 0.1, p05: 0.05, p01: 0.01, min: 0}),
    },
    deltaP: {
      n: changes.length,
      unknown: steps.length - changes.length,
      mean: meanOf(samples, changes, whyUnknown),
      ...change({max: 1, p999: 0.999, p99: 0.99, p95: 0.95, p90: 0.9, p75: 0.75, median: 0.5}),
      ...change({p25: 0.25, p10: 0.1, p05: 0.05, p01: 0.01, p001: 0.001, min: 0}),
      rms: rootOf(
        meanOf(
          samples,
          changes.map(({row, value}) => ({row, value: value ** 2})),
          whyUnknown,
        ),
      ),
    },
    sameTop,
  };
}

/** Reads named quantiles of some values; all absent where there are none. */
function percentiles(values: readonly number[]) {
  const sorted = ascending(values);
  return <Name extends string>(shares: Readonly<Record<Name, number>>): {[name in Name]?: number} => {
    const found: {[name in Name]?: number} = {};
    for (const name in shares) {
      const value = quantile(sorted, shares[name]);
      if (value !== undefined) found[name] = value;
    }
    return found;
  };
}

/** The root of a measured mean square; its ends move along, since the root is monotone. */
function rootOf({value, lower, upper, ...rest}: Measured): Measured {
  return {
    ...rest,
    ...(value === undefined ? {} : {value: Math.sqrt(value)}),
    ...(lower === undefined ? {} : {lower: Math.sqrt(Math.max(0, lower))}),
    ...(upper === undefined ? {} : {upper: Math.sqrt(Math.max(0, upper))}),
  };
}
