import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {klDivergenceNats} from "../../src/math/kl-divergence.ts";
import {goldenDynamics} from "../dynamics/golden.ts";

const INFINITE = Number.NEGATIVE_INFINITY;
const scores = fc.array(fc.double({min: -50, max: 50, noNaN: true}), {minLength: 3, maxLength: 3});

describe("klDivergenceNats", () => {
  test.each(goldenDynamics.divergences)("agrees with SciPy: $nats", ({p, q, nats}) => {
    expect(klDivergenceNats({p: p.map(value => value ?? INFINITE), q})).toBeCloseTo(nats, 9);
  });

  test("takes float32 vectors of a vocabulary's size", () => {
    const {p, q, nats} = goldenDynamics.divergences.at(-2) ?? {p: [], q: [], nats: 0};
    const seen = klDivergenceNats({p: Float32Array.from(p, value => value ?? INFINITE), q: Float32Array.from(q)});
    expect(seen).toBeCloseTo(nats, 5);
    expect(p.length).toBeGreaterThan(1000);
  });

  test("of a sure distribution against a fair coin is ln 2, the other way round infinite", () => {
    const [sure, coin] = [
      [0, INFINITE],
      [0, 0],
    ];
    expect(klDivergenceNats({p: sure, q: coin})).toBeCloseTo(Math.LN2, 12);
    expect(klDivergenceNats({p: coin, q: sure})).toBe(Number.POSITIVE_INFINITY);
  });

  test("is 0 against itself, never negative, and ignores a shift of the scores", () => {
    fc.assert(
      fc.property(scores, scores, fc.integer({min: -20, max: 20}), (p, q, shift) => {
        expect(klDivergenceNats({p, q: p})).toBe(0);
        const seen = klDivergenceNats({p, q});
        expect(seen).toBeGreaterThanOrEqual(0);
        expect(klDivergenceNats({p: p.map(value => value + shift), q})).toBeCloseTo(seen, 8);
      }),
    );
  });

  test("refuses lists of different lengths, and one without a distribution", () => {
    expect(() => klDivergenceNats({p: [0], q: [0, 1]})).toThrow(RangeError);
    expect(() => klDivergenceNats({p: [INFINITE], q: [0]})).toThrow(RangeError);
    expect(() => klDivergenceNats({p: [0], q: [Number.NaN]})).toThrow(RangeError);
  });
});
