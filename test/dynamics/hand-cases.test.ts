import {describe, expect, test} from "vitest";
import {dynamicsOf} from "../../src/dynamics/dynamics.ts";
import {captured, labelStep, rng, run} from "./support.ts";

/** Four documents over anger, fear, joy and none, small enough for paper. */
const documents = [
  // Says joy, then fear, its runner-up.
  captured("a", {
    steps: [labelStep(1, [0.1, 0.2, 0.6, 0.1], "joy"), labelStep(2, [0.2, 0.7, 0.05, 0.05], "fear")],
    labels: ["joy", "fear"],
    gold: ["joy", "fear"],
  }),
  // Says fear, then joy: the runner-up anger (none aside) falls and is never said.
  captured("b", {
    steps: [labelStep(1, [0.2, 0.4, 0.1, 0.3], "fear"), labelStep(2, [0.1, 0.1, 0.3, 0.5], "joy")],
    labels: ["fear", "joy"],
    gold: ["anger"],
  }),
  // Says the null label and stops.
  captured("c", {steps: [labelStep(1, [0, 0, 0, 1], "none")], labels: [], gold: []}),
  // Says joy, then something else.
  captured("d", {
    steps: [labelStep(1, [0.25, 0.25, 0.4, 0.1], "joy"), labelStep(2, [0.3, 0.3, 0.2, 0.2], "other")],
    labels: ["joy"],
    problems: ["other-text", "not-closed"],
    text: 'joy", "zzz',
    gold: ["joy"],
  }),
];

const seen = dynamicsOf(toDynamics(), {rng: rng()});

function toDynamics() {
  const {manifest, documents: splits} = run(documents);
  return {manifest, documents: splits.test};
}

describe("steps", () => {
  test("stand by their place, intermediate and last apart", () => {
    expect(Object.keys(seen.steps)).toEqual(["1", "2"]);
    expect(seen.steps["1"]?.all.n).toBe(4);
    expect(seen.steps["1"]?.intermediate.n).toBe(3);
    expect(seen.steps["1"]?.last.n).toBe(1);
    expect(seen.steps["2"]?.last.n).toBe(3);
    expect(seen.steps["2"]?.intermediate.entropyBits.mean).toEqual({reason: "no document has such a label step", n: 0});
  });

  test("have a mean and a box of their top probabilities", () => {
    const top = seen.steps["1"]?.all.topProbability;
    expect(top?.mean.value).toBeCloseTo((0.6 + 0.4 + 1 + 0.4) / 4, 12);
    expect(top?.box).toMatchObject({min: 0.4, median: 0.5, max: 1});
    expect(top?.outline?.kind).toBe("curve");
  });

  test("have a geometric mean of the ratios, the infinite ones counted", () => {
    const group = seen.steps["1"]?.all;
    expect(group?.infiniteRatios).toBe(1);
    expect(group?.topToSecond).toMatchObject({n: 3, scale: "log10"});
    expect(group?.topToSecond.mean.value).toBeCloseTo((3 * (0.4 / 0.3) * (0.4 / 0.25)) ** (1 / 3), 12);
    expect(group?.topToSecond.box?.max).toBeCloseTo(3, 12);
  });

  test("say where no branch could be read", () => {
    expect(seen.steps["1"]?.all.stop).toEqual({reason: "at no such step could the branch be read", n: 0});
  });
});

describe("second-label fate", () => {
  const fate = seen.secondFate["1"];

  test("follows the documents that go on, and counts those that do not", () => {
    expect(fate?.n).toBe(3);
    expect(fate?.leftOut).toEqual({noNextStep: 1, noLabelEmitted: 0, alreadyEmitted: 0});
  });

  test("says how often the runner-up is next, where the null label competes", () => {
    // a: fear is next. b: none is. d: anger, its runner-up by the order of the labels.
    expect(fate?.isNextArgmax.value).toBeCloseTo(2 / 3, 12);
    expect(fate?.noneIsNextArgmax.value).toBeCloseTo(1 / 3, 12);
    expect(fate?.isEmittedNext.value).toBeCloseTo(1 / 3, 12);
  });

  test("says how often it is never emitted when it is not next, and what becomes of its probability", () => {
    expect(fate?.neverEmittedOtherwise).toMatchObject({value: 1, n: 1});
    expect(fate?.probabilityBefore.value).toBeCloseTo((0.2 + 0.2 + 0.25) / 3, 12);
    expect(fate?.probabilityAfter.value).toBeCloseTo((0.7 + 0.1 + 0.3) / 3, 12);
  });

  test("says how probable the label was that came next, where one did", () => {
    expect(fate?.probabilityBeforeOfNext).toMatchObject({n: 2});
    expect(fate?.probabilityBeforeOfNext.value).toBeCloseTo((0.2 + 0.1) / 2, 12);
  });

  test("leaves out a runner-up that was emitted by then", () => {
    const again = captured("e", {
      steps: [labelStep(1, [0.5, 0.4, 0.05, 0.05], "fear"), labelStep(2, [0.7, 0.1, 0.1, 0.1], "anger")],
      labels: ["fear", "anger"],
    });
    const {manifest, documents: splits} = run([again]);
    const {secondFate} = dynamicsOf({manifest, documents: splits.test}, {rng: rng()});
    expect(secondFate["1"]).toMatchObject({n: 0, leftOut: {alreadyEmitted: 1}});
    expect(secondFate["1"]?.isNextArgmax.reason).toMatch(/no document has label steps 1 and 2/);
  });
});

describe("ranking", () => {
  test("says how often the second emitted label was ranked second at step 1, the null label aside", () => {
    expect(seen.ranking.n).toBe(2);
    expect(seen.ranking.secondIsRankedSecond.value).toBe(0.5);
    expect(seen.ranking.secondIsBestOfRest.value).toBe(0.5);
    expect(seen.ranking.ranks).toEqual([0, 1, 1]);
  });
});

describe("the paper's own readings", () => {
  const more = [
    ...documents,
    // The runner-up anger is not next, and never said.
    captured("e", {
      steps: [labelStep(1, [0.3, 0.5, 0.1, 0.1], "fear"), labelStep(2, [0.1, 0.2, 0.6, 0.1], "joy")],
      labels: ["fear", "joy"],
    }),
    // It is not next, but said later; at step 2 the runner-up is the null label, which an answer of labels never holds.
    captured("f", {
      steps: [
        labelStep(1, [0.3, 0.5, 0.1, 0.1], "fear"),
        labelStep(2, [0.05, 0.05, 0.6, 0.3], "joy"),
        labelStep(3, [0.8, 0.1, 0.05, 0.05], "anger"),
      ],
      labels: ["fear", "joy", "anger"],
    }),
  ];
  const {manifest, documents: splits} = run(more);
  const {paper} = dynamicsOf({manifest, documents: splits.test}, {rng: rng()});

  test("never predicted: of three steps whose runner-up is not the next argmax, two have it nowhere in the answer", () => {
    expect(paper?.["neverPredicted@paper"]).toMatchObject({steps: 3, share: {value: expect.closeTo(2 / 3, 12)}});
  });

  test("second is second: of two documents whose runner-up is in the answer, one says it second", () => {
    // a, whose runner-up fear comes second, and f, whose runner-up anger comes third.
    expect(paper?.["secondIsSecond@paper"]).toMatchObject({steps: 2, share: {value: 0.5}});
  });

  test("have a reason where no step counts", () => {
    expect(seen.paper?.["neverPredicted@paper"].share.reason).toMatch(/the runner-up is the next argmax/);
  });
});

describe("sorted probabilities", () => {
  test("are means by rank over all documents", () => {
    const {ranks, dropped, n} = seen.sortedProbabilities;
    expect(ranks.map(({rank}) => rank)).toEqual([1, 2, 3, 4]);
    expect(ranks[0]?.probability.value).toBeCloseTo(0.6, 12);
    expect(ranks[1]?.probability.value).toBeCloseTo((0.2 + 0.3 + 0 + 0.25) / 4, 12);
    expect({dropped, n}).toEqual({dropped: 0, n: 4});
  });

  test("leave out documents below a threshold and count them", () => {
    const {sortedProbabilities} = dynamicsOf(toDynamics(), {rng: rng(), threshold: 0.5});
    expect(sortedProbabilities).toMatchObject({threshold: 0.5, dropped: 2, n: 2});
    expect(sortedProbabilities.ranks[0]?.probability.value).toBeCloseTo(0.8, 12);
    expect(() => dynamicsOf(toDynamics(), {rng: rng(), threshold: 2})).toThrow(RangeError);
  });
});

describe("answers", () => {
  test("are counted as written and as sets, against gold", () => {
    expect(seen.diversity.answers.distinct).toBe(4);
    expect(seen.diversity.sets.distinct).toBe(3);
    expect(seen.diversity.sets.mostCommon).toEqual({answer: "fear, joy", documents: 2});
    expect(seen.diversity.sets.mostCommonShare.value).toBe(0.5);
    expect(seen.diversity.gold.distinct).toBe(4);
  });

  test("have a precision by place, on those with two labels", () => {
    // a: joy right, fear right; b: fear wrong, joy wrong.
    expect(seen.accuracyByOrder).toMatchObject({"1": {value: 0.5, n: 2}, "2": {value: 0.5, n: 2}});
  });

  test("have a share in alphabetical and in prompt order, beside chance", () => {
    expect(seen.order.alphabetical).toMatchObject({value: 0.5, n: 2});
    expect(seen.order.prompt).toMatchObject({value: 0.5, n: 2});
    expect(seen.order.byChance).toMatchObject({value: 0.5, n: 2});
    const {manifest, documents: splits} = run(documents, {prompt: {labelOrder: ["joy", "fear", "anger"]}});
    const bothReversed = dynamicsOf({manifest, documents: splits.test.slice(0, 1)}, {rng: rng()});
    expect(bothReversed.order).toMatchObject({alphabetical: {value: 0}, prompt: {value: 1}});
  });

  test("have several labels as often as they do, beside gold and demonstrations", () => {
    expect(seen.multiLabel.answers.value).toBe(0.5);
    expect(seen.multiLabel.gold.value).toBe(0.25);
    expect(seen.multiLabel.demonstrations).toEqual({count: 0, multi: 0});
    const {manifest, documents: splits} = run(documents, {
      prompt: {composition: {count: 10, multi: 5, single: 4, none: 1}},
    });
    const {multiLabel} = dynamicsOf({manifest, documents: splits.test}, {rng: rng()});
    expect(multiLabel.demonstrations).toEqual({count: 10, multi: 5, share: 0.5});
  });

  test("are well-formed or not, by problem", () => {
    expect(seen.wellFormed.share.value).toBe(0.75);
    expect(Object.keys(seen.wellFormed.problems)).toEqual(["not-closed", "other-text"]);
    expect(seen.wellFormed.problems["other-text"]).toMatchObject({value: 0.25, n: 4});
  });
});

describe("label confusion", () => {
  const {rows, columns, together, instead, gold, emitted, n} = seen.confusion;

  test("counts documents by gold and emitted label", () => {
    expect(rows).toEqual(["anger", "fear", "joy", "none"]);
    expect(columns).toEqual([...rows, "(malformed)"]);
    expect(n).toBe(4);
    expect(gold).toEqual([1, 1, 2, 1]);
    expect(emitted).toEqual([0, 2, 3, 1, 0]);
    expect(together).toEqual([
      [0, 1, 1, 0, 0],
      [0, 1, 1, 0, 0],
      [0, 1, 2, 0, 0],
      [0, 0, 0, 1, 0],
    ]);
  });

  test("counts what is emitted instead of a missed label", () => {
    expect(instead[0]).toEqual([0, 1, 1, 0, 0]);
    expect(
      instead
        .slice(1)
        .flat()
        .every(count => count === 0),
    ).toBe(true);
  });

  test("keeps a malformed answer without a label apart from the null label", () => {
    const odd = captured("x", {labels: [], problems: ["no-label-step"], text: "[]", gold: ["joy"]});
    const {manifest, documents: splits} = run([odd]);
    const {confusion} = dynamicsOf({manifest, documents: splits.test}, {rng: rng()});
    expect(confusion.emitted).toEqual([0, 0, 0, 0, 1]);
    expect(confusion.instead[2]).toEqual([0, 0, 0, 0, 1]);
  });
});
