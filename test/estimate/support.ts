import fc from "fast-check";
import type {DocumentRecords, Estimate, RunLabels} from "../../src/estimate/estimator.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import {softmax} from "../../src/math/softmax.ts";
import type {Document, Split} from "../../src/records/document.ts";
import type {Binary, Pair} from "../../src/records/questions.ts";
import type {LabelStep, Problem, Trace} from "../../src/records/trace.ts";

/** A run with two labels and the null label: distributions small enough for paper. */
export const RUN: RunLabels = {labels: ["joy", "fear", "none"], noneLabel: "none"};

export const NO_NONE: RunLabels = {labels: ["joy", "fear"], noneLabel: null};

/** Scores whose softmax is this distribution; null for 0. */
export const scoresFor = (p: readonly number[]) => p.map(value => (value === 0 ? null : Math.log(value)));

interface StepOptions {
  readonly scores: readonly (number | null)[];
  /** What was written there: a kind, and the label where it has one. */
  readonly emitted?: LabelStep["emitted"];
  readonly forced?: boolean;
}

/** A label step with everything but its scores made up; its stored probabilities are those of the scores, or zeros. */
export function step(r: number, {scores, emitted, forced}: StepOptions): LabelStep {
  const numbers = scores.map(score => score ?? Number.NEGATIVE_INFINITY);
  const some = numbers.some(Number.isFinite);
  const probabilities = some ? softmax(numbers) : numbers.map(() => 0);
  return {
    r,
    answerTokens: 2 * (r - 1),
    kind: "last",
    ...(forced === undefined ? {} : {forced}),
    scores: [...scores],
    probabilities,
    entropyBits: some ? entropyBits(probabilities) : 0,
    vocabEntropyBits: 1,
    logSumExp: 0,
    labelMass: 1,
    argmaxIsLabel: true,
    top: "",
    second: "",
    topToSecond: null,
    emitted: emitted ?? {text: "joy", kind: "label", label: "joy"},
    topTokens: [],
  };
}

/** The steps of a greedy answer with these distributions, and the labels that it names. */
export function trace(
  steps: readonly LabelStep[],
  labels: readonly string[] = [],
  problems: readonly Problem[] = [],
): Pick<Trace, "steps" | "answer"> {
  const malformed = problems.some(problem => problem !== "straddled");
  return {
    steps: [...steps],
    answer: {tokens: [], text: "", wellFormed: !malformed, problems: [...problems], labels: [...labels]},
  };
}

export function records(
  about: Partial<Omit<DocumentRecords, "document">> & {
    readonly document?: Partial<Document>;
    readonly id?: string;
  } = {},
): DocumentRecords {
  const {document = {annotations: [[]]}, id = "d", split = "test", ...captured} = about;
  return {document: {id, text: "a", ...document}, split, ...captured};
}

/** A calibration document whose first step has this distribution. */
export function calibrated(
  id: string,
  p: readonly number[],
  annotations: readonly (readonly string[])[],
  split: Split = "calibration",
): DocumentRecords {
  const document = {annotations: annotations.map(set => [...set])};
  return records({id, split, document, trace: trace([step(1, {scores: scoresFor(p)})])});
}

export function valuesOf(estimate: Estimate): readonly number[] {
  if ("reason" in estimate) throw new Error(`no estimate: ${estimate.reason}`);
  return estimate.values;
}

export function reasonOf(estimate: Estimate): string {
  if ("values" in estimate) throw new Error(`an estimate: ${estimate.values.join(", ")}`);
  return estimate.reason;
}

export const close = (one: readonly number[], other: readonly number[], by = 1e-9) =>
  one.length === other.length && one.every((value, place) => Math.abs(value - (other[place] ?? Number.NaN)) <= by);

const LABELS = ["anger", "fear", "joy", "pride"];

/** What was written at a step, by the index of the label in the run. */
const emittedIn = (run: RunLabels) =>
  fc.oneof(
    fc.constant<LabelStep["emitted"]>({text: "zzz", kind: "other"}),
    fc.constantFrom(...run.labels).map((label): LabelStep["emitted"] => ({
      text: label,
      kind: label === run.noneLabel ? "none" : "label",
      label,
    })),
  );

/** Two answers: spiky, and now and then without any probability at all. */
const answers = fc.oneof(
  {weight: 30, arbitrary: fc.tuple(fc.integer({min: 0, max: 20}), fc.integer({min: 1, max: 20}))},
  {weight: 1, arbitrary: fc.constant([0, 0] as const)},
);

/** Every unordered pair of so many labels, asked in both orders. */
const binaryArbitrary = (labels: number): fc.Arbitrary<Pick<Binary, "pairs" | "answers">> => {
  const indices = Array.from({length: labels}, (_, index) => index);
  const places = indices.flatMap(first => indices.slice(first + 1).map(second => ({first, second})));
  const all = fc.tuple(...places.map(() => fc.tuple(answers, answers)));
  return fc.tuple(all, fc.boolean()).map(([asked, lettered]) => ({
    ...(lettered ? {answers: "letters"} : {}),
    pairs: places.map((place, index): Pair => {
      const [one = [0, 0], other = [0, 0]] = asked[index] ?? [];
      const preference = ([first, second]: readonly [number, number]) => ({
        first: first / 40,
        second: second / 40,
        ...(lettered ? {firstToken: {first: first / 40, second: second / 50}} : {}),
      });
      return {...place, asked: [preference(one), preference(other)]};
    }),
  }));
};

const featuresArbitrary = fc.array(fc.integer({min: -8, max: 8}), {minLength: 3, maxLength: 3});

const boundsArbitrary = fc
  .tuple(fc.double({min: 0, max: 1, noNaN: true}), fc.double({min: 0, max: 1, noNaN: true}))
  .map(([one, other]) => ({lower: Math.min(one, other), upper: Math.max(one, other)}));

/** Everything that any estimator may want of one document: spiky scores, −∞ among them, and several steps. */
export function recordsIn(run: RunLabels, split: Split): fc.Arbitrary<DocumentRecords> {
  const labels = run.labels.filter(label => label !== run.noneLabel);
  // Not closer than that: where scores differ by rounding, so would what is learned from them.
  const quarters = fc.integer({min: -160, max: 160}).map(count => count / 4);
  const score = fc.oneof({weight: 12, arbitrary: quarters}, fc.constant(null));
  const steps = fc
    .array(
      fc.record({
        scores: fc.array(score, {minLength: run.labels.length, maxLength: run.labels.length}),
        emitted: emittedIn(run),
      }),
      {maxLength: 4},
    )
    .map(drawn => drawn.map((one, index) => step(index + 1, one)));
  return fc
    .record({
      id: fc.uuid(),
      steps,
      answer: fc.subarray(labels),
      annotations: fc.array(fc.subarray(labels), {minLength: 1, maxLength: 4}),
      truth: fc.option(
        fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: labels.length, maxLength: labels.length}),
      ),
      tree: fc.option(fc.array(boundsArbitrary, {minLength: labels.length, maxLength: labels.length})),
      captured: fc.boolean(),
      unary: fc.option(fc.array(answers, {minLength: labels.length, maxLength: labels.length})),
      binary: fc.option(binaryArbitrary(run.labels.length), {nil: undefined}),
      hidden: fc.option(featuresArbitrary, {nil: undefined, freq: 20}),
      embedding: fc.option(featuresArbitrary, {nil: undefined, freq: 20}),
    })
    .map(({id, steps: taken, answer, annotations, truth, tree, captured, unary, ...others}) =>
      records({
        id,
        split,
        document: {
          annotations,
          ...(truth === null
            ? {}
            : {truth: {marginal: Object.fromEntries(labels.map((label, index) => [label, truth[index] ?? 0]))}}),
        },
        ...(captured ? {trace: trace(taken, answer)} : {}),
        tree: tree === null ? {} : {labels: tree},
        ...(unary === null
          ? {}
          : {
              unary: {
                labels: unary.map(([yes, no]) => ({
                  reasonable: yes / 40,
                  unreasonable: no / 40,
                  ...(captured ? {firstToken: {reasonable: yes / 30, unreasonable: no / 40}} : {}),
                })),
              },
            }),
        ...others,
      }),
    );
}

/** What a classifier may learn from: annotations and features alone. */
const trainIn = (run: RunLabels): fc.Arbitrary<DocumentRecords> =>
  fc
    .record({
      id: fc.uuid(),
      annotations: fc.array(fc.subarray(run.labels.filter(label => label !== run.noneLabel)), {
        minLength: 1,
        maxLength: 3,
      }),
      hidden: fc.option(featuresArbitrary, {nil: undefined, freq: 20}),
      embedding: featuresArbitrary,
    })
    .map(({id, annotations, ...features}) => records({id, split: "train", document: {annotations}, ...features}));

/** A run with or without a null label, documents of all splits, and an order to put the labels in. */
export const anyRun = fc.boolean().chain(withNone => {
  const run: RunLabels = withNone
    ? {labels: [...LABELS, "none"], noneLabel: "none"}
    : {labels: [...LABELS], noneLabel: null};
  return fc.record({
    run: fc.constant(run),
    calibration: fc.array(recordsIn(run, "calibration"), {minLength: 1, maxLength: 8}),
    // Too few to learn from now and then.
    train: fc.oneof(
      {weight: 4, arbitrary: fc.array(trainIn(run), {minLength: 12, maxLength: 12})},
      {weight: 1, arbitrary: fc.array(trainIn(run), {minLength: 1, maxLength: 3})},
    ),
    documents: fc.array(recordsIn(run, "test"), {minLength: 1, maxLength: 6}),
    order: fc.shuffledSubarray(run.labels, {minLength: run.labels.length, maxLength: run.labels.length}),
  });
});

/** The same records with the labels of the run in another order: every array over labels moves along. */
export function reordered(run: RunLabels, order: readonly string[]) {
  const without = (names: readonly string[]) => names.filter(label => label !== run.noneLabel);
  const moved = <T>(values: readonly T[], from: readonly string[], to: readonly string[]) =>
    to.flatMap(label => values.slice(from.indexOf(label), from.indexOf(label) + 1));
  const pairsMoved = ({pairs, ...others}: Pick<Binary, "pairs" | "answers">): Pick<Binary, "pairs" | "answers"> => ({
    ...others,
    pairs: pairs.map(({first, second, asked}): Pair => {
      const [one, other] = [first, second].map(index => order.indexOf(run.labels[index] ?? ""));
      if (one === undefined || other === undefined) throw new Error("a pair of labels that are not there");
      if (one < other) return {first: one, second: other, asked};
      const turned = asked.map(({first: of, second: against}) => ({first: against, second: of}));
      const [there = {first: 0, second: 0}, back = {first: 0, second: 0}] = turned;
      return {first: other, second: one, asked: [back, there]};
    }),
  });
  return {
    run: {...run, labels: [...order]},
    records: (one: DocumentRecords): DocumentRecords => ({
      ...one,
      ...(one.trace === undefined
        ? {}
        : {
            trace: {
              answer: {...one.trace.answer, labels: one.trace.answer.labels.toReversed()},
              steps: one.trace.steps.map(taken => ({
                ...taken,
                scores: moved(taken.scores, run.labels, order),
                probabilities: moved(taken.probabilities, run.labels, order),
              })),
            },
          }),
      ...(one.unary === undefined
        ? {}
        : {unary: {labels: moved(one.unary.labels, without(run.labels), without(order))}}),
      ...(one.binary === undefined ? {} : {binary: pairsMoved(one.binary)}),
      tree:
        one.tree?.labels === undefined
          ? one.tree
          : {labels: moved(one.tree.labels, without(run.labels), without(order))},
    }),
    values: (values: readonly number[]) => moved(values, without(run.labels), without(order)),
  };
}
