import {expect, test} from "vitest";
import {createRng, type Rng} from "../../src/math/rng.ts";
import {resample} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";

/** A mean of numbers without gaps, as plain as it can be: this file evaluates it a million times. */
const meanOf = (values: Float64Array) => ({
  documents: values.length,
  value: (weights: Int32Array) => {
    let sum = 0;
    for (let index = 0; index < values.length; index += 1) sum += (weights[index] ?? 0) * (values[index] ?? 0);
    return sum / values.length;
  },
});

/** Three laws with a known mean: symmetric, skewed, and the few equal steps of a `hard` estimator's NLL. */
const laws: {name: string; mean: number; documents: number; draw: (rng: Rng) => number}[] = [
  {name: "uniform", mean: 0.5, documents: 50, draw: rng => rng()},
  {name: "exponential", mean: 1, documents: 200, draw: rng => -Math.log(1 - rng())},
  {
    name: "hard NLL: 18.42 × Binomial(7, 0.1)",
    mean: 18.42 * 0.7,
    documents: 100,
    draw: rng =>
      18.42 * Array.from({length: 7}, () => (rng() < 0.1 ? 1 : 0)).reduce((sum: number, hit) => sum + hit, 0),
  },
];

test.each(laws)(
  "95 % intervals hold the mean of $name in 95 ± 2 % of samples",
  ({name, mean, documents, draw}) => {
    const rng = createRng(`coverage/${name}`);
    const samples = 800;
    const held = {bca: 0, percentile: 0};
    for (let sample = 0; sample < samples; sample += 1) {
      const values = Float64Array.from({length: documents}, () => draw(rng));
      const [draws] = resample([meanOf(values)], {documents, resamples: 400, rng});
      if (draws === undefined) throw new Error("one statistic gives one draws");
      for (const method of ["bca", "percentile"] as const) {
        const interval = bootstrapInterval(draws, {method});
        if (interval.given && interval.low <= mean && mean <= interval.high) held[method] += 1;
      }
    }
    expect(Math.abs(held.bca / samples - 0.95)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(held.percentile / samples - 0.95)).toBeLessThanOrEqual(0.02);
  },
  60_000,
);
