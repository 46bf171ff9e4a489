import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {z} from "zod";
import type {MetricDocument, MetricInput} from "../../src/metric/input.ts";

const row = z.object({value: z.number().nullable(), parts: z.array(z.number().nullable()).optional()});
const expected = z.object({metrics: z.record(z.string(), row), asScikitLearn: z.record(z.string(), z.number())});

const golden = z.object({
  versions: z.record(z.string(), z.string()),
  cases: z.array(
    z.object({
      name: z.string(),
      q: z.array(z.array(z.number())),
      human: z.array(z.array(z.number())),
      gold: z.array(z.array(z.boolean())),
      weights: z.array(z.number()),
      expected,
      expectedWeighted: expected,
    }),
  ),
});

/** Values of scikit-learn and SciPy; see scripts/golden. */
export const {cases: goldenCases, versions} = golden.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden/metrics.golden.json"), "utf8")),
);

/** Rows of numbers as a metric's input, with made-up names. */
export function inputOf(rows: {
  readonly q: readonly (readonly number[])[];
  readonly human?: readonly (readonly number[])[];
  readonly gold: readonly (readonly boolean[])[];
}): MetricInput {
  const {q, gold, human = gold.map(set => set.map(Number))} = rows;
  return {
    labels: (q[0] ?? [0]).map((_, index) => `label ${index}`),
    documents: q.map((estimate, index) => ({id: `d${index}`, q: estimate, human: human[index], gold: gold[index]})),
  };
}

/** Estimates as models give them: many at the ends, ties, the threshold and bin edges, and anything in between. */
const share = fc.oneof(
  fc.constantFrom(0, 1, 1e-8, 1 - 1e-8, 0.5),
  fc.nat(15).map(step => step / 15),
  fc.double({min: 0, max: 1, noNaN: true}),
);

function documentOf(id: string, labels: number): fc.Arbitrary<MetricDocument> {
  const votes = fc.array(fc.nat(4), {minLength: labels, maxLength: labels});
  return fc.record({
    id: fc.constant(id),
    q: fc.array(share, {minLength: labels, maxLength: labels}),
    human: votes.map(counts => counts.map(count => count / 4)),
    gold: fc.array(fc.boolean(), {minLength: labels, maxLength: labels}),
  });
}

/** One to four labels and a number of fully annotated documents. */
export function inputs(least = 1, most = 9): fc.Arbitrary<MetricInput> {
  return fc.tuple(fc.integer({min: 1, max: 4}), fc.integer({min: least, max: most})).chain(([labels, documents]) =>
    fc.record({
      labels: fc.constant(Array.from({length: labels}, (_, index) => `label ${index}`)),
      documents: fc.tuple(...Array.from({length: documents}, (_, index) => documentOf(`d${index}`, labels))),
    }),
  );
}

/** The same, where some documents lack an estimate, a human distribution or a gold set. */
export function holedInputs(): fc.Arbitrary<MetricInput> {
  const holes = fc.array(fc.constantFrom("q", "human", "gold", "none"), {minLength: 9, maxLength: 9});
  return fc.tuple(inputs(0), holes).map(([input, lacks]) => ({
    ...input,
    documents: input.documents.map((document, index) => ({
      ...document,
      q: lacks[index] === "q" ? undefined : document.q,
      human: lacks[index] === "human" ? undefined : document.human,
      gold: lacks[index] === "gold" ? undefined : document.gold,
    })),
  }));
}
