import type {Statistic} from "../../src/stats/draws.ts";

/** The weighted mean of values, as a statistic to resample; some values may be missing. */
export function meanOf(values: readonly (number | undefined)[]): Statistic {
  return {
    documents: values.filter(value => value !== undefined).length,
    value: weights => {
      let sum = 0;
      let count = 0;
      values.forEach((value, index) => {
        if (value === undefined) return;
        sum += (weights[index] ?? 0) * value;
        count += weights[index] ?? 0;
      });
      return count === 0 ? undefined : sum / count;
    },
  };
}
