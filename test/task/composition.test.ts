import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {countComposition, fittingComposition, planComposition, shareOf} from "../../src/task/composition.ts";

describe("planComposition", () => {
  test("gives ten demonstrations five of several labels, four of one and one of none", () => {
    const rule = {count: 10, multiShare: 0.5, noneShare: 0.1, hasNull: true};
    expect(planComposition(rule)).toEqual({count: 10, multi: 5, single: 4, none: 1});
    expect(planComposition({...rule, noneShare: 0})).toEqual({count: 10, multi: 5, single: 5, none: 0});
    expect(planComposition({...rule, multiShare: 1})).toEqual({count: 10, multi: 9, single: 0, none: 1});
  });

  test("demonstrates the null label at least once from two demonstrations on", () => {
    const rule = {multiShare: 0.5, noneShare: 0.1, hasNull: true};
    expect(planComposition({...rule, count: 2})).toEqual({count: 2, multi: 1, single: 0, none: 1});
    expect(planComposition({...rule, count: 1})).toEqual({count: 1, multi: 1, single: 0, none: 0});
  });

  test("always adds up and never demonstrates an empty set without a null label", () => {
    const unit = fc.double({min: 0, max: 1, noNaN: true});
    fc.assert(
      fc.property(fc.nat(50), unit, unit, fc.boolean(), (count, multiShare, noneShare, hasNull) => {
        const {multi, single, none} = planComposition({count, multiShare, noneShare, hasNull});
        expect(multi + single + none).toBe(count);
        expect(Math.min(multi, single, none)).toBeGreaterThanOrEqual(0);
        expect(hasNull || none === 0).toBe(true);
      }),
    );
  });
});

describe("fittingComposition", () => {
  const usual = {count: 10, multi: 5, single: 4, none: 1};

  test("lets single labels stand in for kinds that run short, then several, then makes do with fewer", () => {
    expect(fittingComposition(usual, {multi: 50, single: 40, none: 10})).toEqual(usual);
    expect(fittingComposition(usual, {multi: 0, single: 40, none: 0})).toEqual({
      count: 10,
      multi: 0,
      single: 10,
      none: 0,
    });
    expect(fittingComposition(usual, {multi: 9, single: 2, none: 1})).toEqual({
      count: 10,
      multi: 7,
      single: 2,
      none: 1,
    });
    expect(fittingComposition(usual, {multi: 1, single: 2, none: 9})).toEqual({count: 4, multi: 1, single: 2, none: 1});
    expect(fittingComposition(usual, {multi: 0, single: 0, none: 9}).count).toBe(0);
    const none = {count: 1, multi: 0, single: 0, none: 1};
    expect(fittingComposition(none, {multi: 0, single: 1, none: 1})).toEqual(none);
  });

  test("is what its shares plan again, and within what is there", () => {
    const there = fc.record({multi: fc.nat(12), single: fc.nat(12), none: fc.nat(12)});
    const unit = fc.double({min: 0, max: 1, noNaN: true});
    fc.assert(
      fc.property(there, fc.nat(999), unit, unit, (held, count, multiShare, noneShare) => {
        const wanted = planComposition({count, multiShare, noneShare, hasNull: true});
        const found = fittingComposition(wanted, held);
        const again = {count: found.count, multiShare: shareOf(found, "multi"), noneShare: shareOf(found, "none")};
        expect(planComposition({...again, hasNull: true})).toEqual(found);
        for (const kind of ["multi", "single", "none"] as const) expect(found[kind]).toBeLessThanOrEqual(held[kind]);
        const enough = held.multi + held.single >= count;
        expect(found.count === count || !enough).toBe(true);
      }),
    );
  });
});

describe("countComposition", () => {
  test("counts by the size of the gold set", () => {
    expect(countComposition([[], ["a"], ["a", "b"], ["b"]])).toEqual({count: 4, multi: 1, single: 2, none: 1});
  });
});
