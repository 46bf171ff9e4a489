import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {sharedFlipTest, signFlips} from "../../src/stats/sign-flips.ts";
import {goldenStats} from "./golden.ts";

const rng = () => createRng("permutation");
/** The test with signs of its own. */
const signFlipTest = (
  differences: readonly number[],
  options: {readonly rng: () => number; readonly permutations?: number},
) =>
  sharedFlipTest(
    differences,
    signFlips(options.permutations, () => options.rng),
  );
const halves = fc.array(
  fc.integer({min: -4, max: 4}).map(value => value / 2),
  {minLength: 1, maxLength: 9},
);

describe("a test by sign flips", () => {
  test.each(goldenStats.signFlips)("agrees with SciPy's exact test: p = $p", ({differences, p}) => {
    const seen = signFlipTest(differences, {rng: rng()});
    expect(seen).toMatchObject({given: true, exact: true});
    expect(seen.given ? seen.p : Number.NaN).toBeCloseTo(p, 9);
  });

  test("gives p = 1 where nothing differs, exactly", () => {
    expect(signFlipTest([0, 0, 0], {rng: rng()})).toMatchObject({p: 1, observed: 0, exact: true, smallestP: 1});
  });

  test("is exact on paper: three differences of one sign, 2 of 8 flips as extreme", () => {
    expect(signFlipTest([1, 2, 3], {rng: rng()})).toMatchObject({p: 2 / 8, observed: 2, exact: true, smallestP: 2 / 8});
  });

  test("eight documents at a time are the flips one by one: the same draws, the same p", () => {
    const differences = Array.from({length: 45}, (_, index) => ((index * 7) % 11) - 4.25);
    const meanOf = (signs: readonly number[]) =>
      differences.reduce((sum, value, index) => sum + value * (signs[index] ?? 1), 0) / 45;
    const source = rng();
    // 32 signs to a number, the lowest bit first; a set bit flips.
    const means = Array.from({length: 500}, () => {
      const words = [source(), source()].map(number => Math.floor(number * 2 ** 32));
      return meanOf(differences.map((_, index) => (((words[index >> 5] ?? 0) >>> (index & 31)) & 1 ? -1 : 1)));
    });
    const observed = meanOf([]);
    const atLeast = means.filter(mean => Math.abs(mean) >= Math.abs(observed) - 1e-9).length;
    const seen = signFlipTest(differences, {rng: rng(), permutations: 500});
    expect(seen).toMatchObject({exact: false, permutations: 500, smallestP: 1 / 501});
    expect(seen.given ? seen.p : 0).toBeCloseTo((atLeast + 1) / 501, 12);
    expect(seen.given ? seen.observed : 0).toBeCloseTo(observed, 12);
    expect(atLeast).toBeGreaterThan(0);
  });

  test("is not changed by documents that do not differ, apart from the mean", () => {
    fc.assert(
      fc.property(halves, fc.nat(5), (differences, ties) => {
        const [without, withTies] = [differences, [...differences, ...new Array<number>(ties).fill(0)]].map(list =>
          signFlipTest(list, {rng: rng()}),
        );
        if (!without?.given || !withTies?.given) throw new Error("there are documents");
        expect(withTies.p).toBe(without.p);
        expect(withTies.observed * (differences.length + ties)).toBeCloseTo(without.observed * differences.length, 9);
      }),
    );
  });

  test("does not care which system is called left, nor for the order of documents", () => {
    fc.assert(
      fc.property(halves, differences => {
        const forth = signFlipTest(differences, {rng: rng()});
        const back = signFlipTest(differences.map(value => -value).reverse(), {rng: rng()});
        expect(forth.given && back.given ? back.p - forth.p : Number.NaN).toBeCloseTo(0, 12);
      }),
    );
  });

  test("comes close to the exact test when it draws flips, and never gives 0", () => {
    const differences = [0.9, -0.2, 0.4, 0.3, -0.1, 0.6, 0.2, 0.5, -0.3, 0.1];
    const exact = signFlipTest(differences, {rng: rng()});
    const drawn = signFlipTest(differences, {rng: rng(), permutations: 1023});
    if (!exact.given || !drawn.given) throw new Error("there are documents");
    expect([exact.exact, drawn.exact]).toEqual([true, false]);
    // Standard error √(p(1−p)/1023), three of them.
    expect(Math.abs(drawn.p - exact.p)).toBeLessThan(3 * Math.sqrt((exact.p * (1 - exact.p)) / 1023));
    const sure = signFlipTest(new Array<number>(60).fill(1), {rng: rng(), permutations: 99});
    expect(sure).toMatchObject({p: 1 / 100, exact: false, smallestP: 1 / 100});
  });

  test("rejects a true null hypothesis about as often as it says", () => {
    const source = createRng("null");
    const rejected = Array.from({length: 1000}, () => {
      const differences = Array.from({length: 8}, () => (source() - 0.5) ** 3);
      const seen = signFlipTest(differences, {rng: source});
      return seen.given && seen.p <= 0.05;
    }).filter(Boolean).length;
    // 8 documents allow p in steps of 2/256, so at most 6/128 = 0.047; four standard errors around that.
    expect(Math.abs(rejected / 1000 - 12 / 256)).toBeLessThan(0.027);
  });

  test("has no test without documents, and refuses what is not finite", () => {
    expect(signFlipTest([], {rng: rng()})).toEqual({given: false, reason: "no documents"});
    expect(() => signFlipTest([Number.NaN], {rng: rng()})).toThrow(RangeError);
    expect(() => signFlipTest([1], {rng: rng(), permutations: 0})).toThrow(RangeError);
  });
});

describe("tests that share their signs", () => {
  test("gives every test that shares signs what it has alone, whichever comes first and however many documents differ", () => {
    const lists = fc.array(fc.array(fc.integer({min: -9, max: 9}), {maxLength: 90}), {minLength: 2, maxLength: 4});
    fc.assert(
      fc.property(lists, list => {
        const flips = signFlips(200, rng);
        const shared = list.map(differences => sharedFlipTest(differences, flips));
        expect(shared).toEqual(list.map(differences => signFlipTest(differences, {rng: rng(), permutations: 200})));
      }),
    );
  });
});
