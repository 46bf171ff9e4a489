import fc from "fast-check";
import {expect, test} from "vitest";
import {conformalPs} from "../../src/math/conformal.ts";
import {createRng} from "../../src/math/rng.ts";

test("three scores on paper: ties conform no better than they do", () => {
  const scores = Float64Array.of(0.1, 0.25, 0.75);
  expect(conformalPs(scores, 0.25)).toEqual({zero: 3 / 4, one: 2 / 4});
  expect(conformalPs(scores, 0)).toEqual({zero: 1, one: 1 / 4});
});

test("counting them one by one gives the same", () => {
  const share = fc.double({min: 0, max: 1, noNaN: true});
  fc.assert(
    fc.property(fc.array(share), share, (some, q) => {
      const count = (score: number) => (1 + some.filter(one => one >= score).length) / (some.length + 1);
      const seen = conformalPs(Float64Array.from(some).sort(), q);
      expect(seen).toEqual({zero: count(q), one: count(1 - q)});
    }),
  );
});

test("whatever the estimate, sets at an error of 10 % hold the truth in 90 ± 2 % of exchangeable documents", () => {
  const rng = createRng("conformal");
  const draw = () => {
    const truth = rng();
    // A poor estimate of a truth: the guarantee does not need a good one.
    return {q: Math.min(1, Math.max(0, truth ** 2 + 0.3 * (rng() - 0.5))), yes: rng() < truth};
  };
  const scores = Float64Array.from({length: 2000}, () => {
    const {q, yes} = draw();
    return yes ? 1 - q : q;
  }).sort();
  const tested = Array.from({length: 5000}, draw);
  const covered = tested.filter(({q, yes}) => conformalPs(scores, q)[yes ? "one" : "zero"] > 0.1).length;
  expect(Math.abs(covered / tested.length - 0.9)).toBeLessThan(0.02);
});
