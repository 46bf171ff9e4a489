import fc from "fast-check";
import {expect, test} from "vitest";
import {weightedSums} from "../../src/stats/weighted-sums.ts";

test("weighted sums are one plain sum a resample, to the bit, however many resamples there are", () => {
  const pairs = fc.array(fc.record({row: fc.nat({max: 5}), value: fc.double({min: -1e3, max: 1e3, noNaN: true})}), {
    maxLength: 12,
  });
  const resamples = fc.array(fc.array(fc.nat({max: 4}), {minLength: 6, maxLength: 6}), {maxLength: 11});
  fc.assert(
    fc.property(pairs, resamples, (some, lists) => {
      const rows = Int32Array.from(some, ({row}) => row);
      const values = Float64Array.from(some, ({value}) => value);
      const wanted = lists.map(list => some.reduce((sum, {row, value}) => sum + (list[row] ?? 0) * value, 0));
      const seen = weightedSums(
        rows,
        values,
        lists.map(list => Int32Array.from(list)),
      );
      expect([...seen].map(sum => sum + 0)).toEqual(wanted.map(sum => sum + 0));
    }),
  );
});
