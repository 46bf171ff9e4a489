import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {ComparedDocument, ComparedRun} from "../../src/compare/compared-run.ts";
import {variantPairs} from "../../src/compare/variant-pairs.ts";
import {type VariantOptions, variantsOf} from "../../src/compare/variants.ts";
import {createRng} from "../../src/math/rng.ts";
import {variantPairSchema} from "../../src/records/results/variants.ts";
import type {LabelStep} from "../../src/records/trace.ts";
import {goldenDynamics} from "../dynamics/golden.ts";
import {anyDocuments, captured, labelStep, run} from "../dynamics/support.ts";

const options: VariantOptions = {rngFor: name => createRng(name), resamples: 40};

const tuned = (documents: readonly ComparedDocument[], about: Parameters<typeof run>[1] = {}) =>
  run(documents, {name: "variant", ...about, model: {id: "tuned", variant: "sft", parent: "model", ...about.model}});

const base = (documents: readonly ComparedDocument[], about: Parameters<typeof run>[1] = {}) =>
  run(documents, {name: "base", ...about});

function onePair(runs: readonly ComparedRun[], more: Partial<VariantOptions> = {}) {
  const [pair, ...others] = variantsOf(runs, {...options, ...more});
  expect(others).toEqual([]);
  if (pair === undefined) throw new Error("no pair was found");
  return pair;
}

const step = (p: readonly number[], word: string, changes: Partial<LabelStep> = {}) => labelStep(1, p, word, changes);

describe("a run against itself", () => {
  test("has differences and divergences of 0, and flips nothing, under its schema", () => {
    fc.assert(
      fc.property(anyDocuments, documents => {
        const pair = onePair([base(documents), {...base(documents), name: "variant"}], {base: "base"});
        expect(variantPairSchema.safeParse(pair).error).toBeUndefined();
        const {step1} = pair;
        for (const delta of [step1.entropyBits, step1.vocabEntropyBits, step1.topProbability, step1.labelMass]) {
          expect(delta.difference.value ?? 0).toBe(0);
        }
        expect(step1.labelKlNats.value ?? 0).toBe(0);
        expect(step1.vocabKlNats.value ?? 0).toBe(0);
        expect(step1.sameTopLabel.value ?? 1).toBe(1);
        expect(step1.flipRate?.value ?? 0).toBe(0);
        expect(step1.flips).toEqual([]);
        expect(pair.matchedPrompt).toBe(true);
      }),
      {numRuns: 12},
    );
  });
});

describe("step 1 of a pair", () => {
  const before = [
    captured("a", {steps: [step([0.5, 0.25, 0.25, 0], "anger", {labelMass: 0.5})]}),
    captured("b", {steps: [step([0.25, 0.5, 0.25, 0], "fear", {labelMass: 0.5})]}),
    captured("only base", {steps: [step([1, 0, 0, 0], "anger")]}),
  ];
  const after = [
    captured("b", {steps: [step([0.25, 0.5, 0.25, 0], "fear", {labelMass: 0.75})]}),
    captured("a", {steps: [step([0.25, 0.25, 0.5, 0], "joy", {labelMass: 1})]}),
    captured("only variant", {steps: [step([1, 0, 0, 0], "anger")]}),
  ];
  const {step1, kind, title} = onePair([base(before), tuned(after)]);

  test("is paired by document, whatever the order", () => {
    expect({kind, title}).toEqual({kind: "sft", title: "base → sft"});
    expect(step1).toMatchObject({n: 2, leftOut: 0});
    expect(step1.labelMass).toMatchObject({base: {value: 0.5}, variant: {value: 0.875}, difference: {value: 0.375}});
    expect(step1.entropyBits.difference.value).toBeCloseTo(0, 12);
  });

  test("has KL(variant‖base) in nats", () => {
    // a: ¼ ln ½ + ½ ln 2 = ¼ ln 2; b: 0.
    expect(step1.labelKlNats.value).toBeCloseTo(Math.LN2 / 8, 12);
  });

  test("names the documents behind a flip", () => {
    expect(step1.flipRate?.value).toBe(0.5);
    expect(step1.sameTopLabel.value).toBe(0.5);
    expect(step1.flips).toEqual([{id: "a", base: "anger", variant: "joy"}]);
  });

  test("leaves out and counts an infinite divergence", () => {
    const sure = [captured("a", {steps: [step([1, 0, 0, 0], "anger")]}), before[1]].flatMap(one => one ?? []);
    const pair = onePair([base(sure), tuned(after)]);
    expect(pair.step1.labelKlNats).toMatchObject({
      value: 0,
      n: 1,
      note: expect.stringMatching(/1 label steps with an inf/),
    });
  });

  test("counts documents without the step on one side", () => {
    const pair = onePair([base(before), tuned([captured("a", {}), ...after.slice(0, 1)])]);
    expect(pair.step1).toMatchObject({n: 1, leftOut: 1});
  });

  test("has no document in common, and says so", () => {
    const pair = onePair([base(before.slice(2)), tuned(after)]);
    expect(pair.step1.entropyBits.difference).toEqual({reason: "the two runs have no traced document in common", n: 0});
    expect(pair.step1.vocabKlNats).toMatchObject({bound: "lower", reason: expect.stringMatching(/no traced document/)});
  });
});

describe("the full vocabulary", () => {
  const logits = {base: [0, Math.log(2), Math.log(1)], variant: [Math.log(2), 0, Math.log(5)]};
  const total = {base: Math.log(4), variant: Math.log(8)};
  const sides = (["base", "variant"] as const).map(side => {
    const top = {base: [1, 2], variant: [2, 0]}[side];
    const topTokens = top.map(token => ({token, text: "", logit: logits[side][token] ?? 0}));
    return captured("a", {
      tokens: [2],
      steps: [step([0.5, 0.25, 0.25, 0], "anger", {logSumExp: total[side], topTokens, logitsRow: 0})],
    });
  });
  const [left, right] = sides;
  const runs = [base(left === undefined ? [] : [left]), tuned(right === undefined ? [] : [right])];
  const readers = {
    base: () => Float32Array.from(logits.base),
    variant: () => Float32Array.from(logits.variant),
  };
  // p = variant (2/8, 1/8, 5/8), q = base (1/4, 2/4, 1/4).
  const exact = 0.25 * Math.log(1) + 0.125 * Math.log(0.25) + 0.625 * Math.log(2.5);

  test("is exact from stored logits", () => {
    const {vocabKlNats} = onePair(runs, {logits: readers}).step1;
    expect(vocabKlNats.bound).toBe("exact");
    expect(vocabKlNats.value).toBeCloseTo(exact, 6);
  });

  test("is a lower bound of the common tokens without them, and named so", () => {
    // Both recorded token 2; the base also 1, the variant 0.
    const bound = 0.625 * Math.log(2.5) + 0.375 * Math.log(0.5);
    for (const some of [{}, {logits: {base: readers.base}}, {logits: {...readers, variant: () => undefined}}]) {
      const {vocabKlNats} = onePair(runs, some).step1;
      expect(vocabKlNats.bound).toBe("lower");
      expect(vocabKlNats.value).toBeCloseTo(bound, 12);
      expect(vocabKlNats.value).toBeLessThan(exact);
    }
  });

  test("cannot be compared between different tokenisers; the labels can", () => {
    const [one, other] = runs;
    if (one === undefined || other === undefined) throw new Error("two runs");
    const foreign = {
      ...other,
      manifest: {...other.manifest, model: {...other.manifest.model, tokenizerHash: "f".repeat(64)}},
    };
    const {step1} = onePair([one, foreign], {logits: readers});
    expect(step1.vocabKlNats).toMatchObject({reason: "the two models have different vocabularies"});
    expect(step1.sameTopToken.reason).toBe("the two models have different vocabularies");
    expect(step1.labelKlNats.value).toBe(0);
  });
});

describe("the report of a quantisation", () => {
  const {base: before, variant: after, percentiles, mean, rms} = goldenDynamics.percentiles;
  const documents = (probabilities: readonly number[]) =>
    probabilities.map((p, index) =>
      captured(`d${index}`, {
        tokens: [7],
        steps: [step([1, 0, 0, 0], "anger", {logSumExp: 0, topTokens: [{token: 7, text: "", logit: Math.log(p)}]})],
      }),
    );
  const quantised = (name: string, quantisation: string, some: readonly number[]) =>
    run(documents(some), {name, model: {quantisation, sha256: name.padEnd(64, "0")}});
  const pair = onePair([quantised("few", "Q4_K_M", after), quantised("many", "F16", before)]);

  test("pairs the one with fewer bits with the one that has the most", () => {
    expect(pair).toMatchObject({base: "many", variant: "few", kind: "quantisation", title: "F16 → Q4_K_M"});
  });

  test("splits what changed by how sure the base was, the least sure third first", () => {
    const top = [0.9, 0.4, 0.6, 0.5, 0.8, 0.7];
    const some = (shift: number) =>
      top.map((p, index) => {
        const own = p < 0.6 ? p - shift : p;
        return captured(`d${index}`, {tokens: [7], steps: [step([own, 1 - own, 0, 0], "anger")]});
      });
    const of = (name: string, quantisation: string, shift: number) =>
      run(some(shift), {name, model: {quantisation, sha256: name.padEnd(64, "0")}});
    const parts = onePair([of("few", "Q4_K_M", 0.2), of("many", "F16", 0)]).step1.byBaseCertainty ?? [];
    expect(parts.map(({n}) => n)).toEqual([2, 2, 2]);
    // A base of .4 against .6, and of .5 against .5: .6 and .5 at the top; the variant's .2 and .3 leave .8 and .7 there.
    expect(parts[0]?.topProbability.value).toBeCloseTo((0.8 - 0.6 + 0.7 - 0.5) / 2, 12);
    expect(parts[2]?.topProbability.value).toBeCloseTo(0, 12);
    expect(parts[2]).toMatchObject({from: 0.8, to: 0.9, sameTopLabel: {value: 1}});
  });

  test("splits nothing by the base's certainty unless the variant is a quantisation", () => {
    const documents = [captured("d0", {tokens: [7], steps: [step([0.7, 0.3, 0, 0], "anger")]})];
    expect(onePair([base(documents), tuned(documents)]).step1.byBaseCertainty).toBeUndefined();
  });

  test("has NumPy's percentiles, mean and RMS of the change in the token's probability", () => {
    const report = pair.step1.klReport?.deltaP;
    const seen: Readonly<Record<string, unknown>> = {...report};
    for (const [name, expected] of Object.entries(percentiles)) expect(seen[name], name).toBeCloseTo(expected, 9);
    expect(report?.mean.value).toBeCloseTo(mean, 9);
    expect(report?.rms.value).toBeCloseTo(rms, 9);
    expect(report).toMatchObject({n: before.length, unknown: 0});
  });

  test("has KL(base‖quantised), the other direction than the delta's", () => {
    const kl = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    const forward = before.map((p, index) => kl(p, after[index] ?? 0));
    const backward = before.map((p, index) => kl(after[index] ?? 0, p));
    const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(pair.step1.klReport?.kld.mean.value).toBeCloseTo(average(forward), 9);
    expect(pair.step1.klReport?.kld.max).toBeCloseTo(Math.max(...forward), 9);
    const ascending = [...forward].sort((one, other) => one - other);
    // NumPy's linear rule: the quantile at a share lies at share · (n − 1) of the values in order.
    const at = (share: number) => {
      const place = share * (ascending.length - 1);
      const [low = 0, high = low] = ascending.slice(Math.floor(place));
      return low + (place - Math.floor(place)) * (high - low);
    };
    for (const [name, share] of Object.entries({p01: 0.01, p05: 0.05, p10: 0.1, median: 0.5, p90: 0.9, p99: 0.99})) {
      const seen: Readonly<Record<string, unknown>> = {...pair.step1.klReport?.kld};
      expect(seen[name], name).toBeCloseTo(at(share), 9);
    }
    expect(pair.step1.vocabKlNats.value).toBeCloseTo(average(backward), 9);
    expect(pair.step1.klReport).toMatchObject({bound: "lower", direction: "base‖variant", sameTop: {value: 1}});
  });

  test("counts steps whose token was not recorded", () => {
    const odd = quantised("few", "Q4_K_M", after).documents.test.map(({trace, ...document}) => ({
      ...document,
      ...(trace === undefined ? {} : {trace: {...trace, answer: {...trace.answer, tokens: [1]}}}),
    }));
    const reversed = run(odd, {name: "many", model: {quantisation: "F16", sha256: "a".repeat(64)}});
    const report = onePair([quantised("few", "Q4_K_M", after), reversed]).step1.klReport;
    expect(report?.deltaP).toMatchObject({n: 0, unknown: before.length, mean: {n: 0}});
    expect(report?.deltaP.median).toBeUndefined();
  });
});

describe("later steps", () => {
  const two = (second: readonly number[]) => [
    captured("a", {steps: [step([0.5, 0.25, 0.25, 0], "anger"), labelStep(2, second, "fear")]}),
  ];
  const forced = (forceAnswers: string) => ({identity: {forceAnswers}});

  test("are not compared after each model's own answers", () => {
    const pair = onePair([base(two([0.5, 0.5, 0, 0])), tuned(two([0.25, 0.25, 0.5, 0]))]);
    expect(pair.later).toBeUndefined();
    expect(pair.laterReason).toMatch(/--force-answers/);
  });

  test("are compared on the same forced answers, where nothing is chosen", () => {
    const pair = onePair([
      base(two([0.5, 0.5, 0, 0]), forced("gold")),
      tuned(two([0.25, 0.25, 0.5, 0]), forced("gold")),
    ]);
    expect(Object.keys(pair.later ?? {})).toEqual(["2", "all"]);
    expect(pair.later?.["2"]?.entropyBits.difference.value).toBeCloseTo(0.5, 12);
    expect(pair.later?.["2"]?.flipRate).toBeUndefined();
    expect(pair.later?.["2"]?.flips).toEqual([{id: "a", base: "anger", variant: "joy"}]);
    expect(pair.step1.flipRate).toBeUndefined();
  });

  test("are compared where one run was forced through the other's answers", () => {
    const other = tuned(two([0.25, 0.25, 0.5, 0]), forced("base@1234"));
    expect(onePair([base(two([0.5, 0.5, 0, 0])), other]).later?.all?.n).toBe(1);
  });

  test("are not compared on different forced answers", () => {
    const pair = onePair([base(two([0.5, 0.5, 0, 0]), forced("gold")), tuned(two([0.5, 0.5, 0, 0]), forced("x@1"))]);
    expect(pair.laterReason).toMatch(/different answers/);
  });
});

describe("prompts", () => {
  const document = (promptHash?: string) =>
    captured("a", {steps: [step([0.5, 0.25, 0.25, 0], "anger")], ...(promptHash === undefined ? {} : {promptHash})});

  test("that differ give a warning", () => {
    const other = tuned([document()], {prompt: {hash: "1".repeat(64)}});
    const pair = onePair([base([document()]), other]);
    expect(pair).toMatchObject({matchedPrompt: false, warning: expect.stringMatching(/different prompts/)});
  });

  test("with other tokens give a warning that counts the documents", () => {
    const pair = onePair([base([document()]), tuned([document("1".repeat(64))])]);
    expect(pair).toMatchObject({matchedPrompt: false, warning: expect.stringMatching(/1 of 1 documents/)});
  });

  test("that are the same leave a warning for a pair that also differs in quantisation", () => {
    const pair = onePair([
      base([document()], {model: {quantisation: "F16"}}),
      tuned([document()], {model: {quantisation: "Q4_0"}}),
    ]);
    expect(pair).toMatchObject({matchedPrompt: true, warning: expect.stringMatching(/F16 and Q4_0/)});
  });
});

describe("variantPairs", () => {
  const named = (id: string, variant: string, parent?: string) =>
    run([], {name: `run of ${id}`, model: {id, variant, ...(parent === undefined ? {} : {parent})}});
  const found = (runs: readonly ComparedRun[], base?: string) =>
    variantPairs(runs, base).map(({base: one, variant, kind, title}) =>
      [one.name, variant.name, kind, title].join(" | "),
    );

  test("follow the parents up to the base", () => {
    const runs = [named("m", "base"), named("m-sft", "sft", "m"), named("m-rl", "rl", "m-sft"), named("x", "base")];
    expect(found(runs)).toEqual([
      "run of m | run of m-sft | sft | base → sft",
      "run of m-sft | run of m-rl | rl | sft → rl",
      "run of m | run of m-rl | rl | base → rl",
    ]);
  });

  test("take the base that was asked alike", () => {
    const alike = {...named("m", "base"), name: "alike"};
    const other = run([], {name: "other", model: {id: "m"}, prompt: {hash: "1".repeat(64)}, identity: {shots: 3}});
    expect(found([other, alike, named("m-sft", "sft", "m")])).toEqual(["alike | run of m-sft | sft | base → sft"]);
  });

  test("do not pair quantisations of different models, nor equal bits", () => {
    const at = (name: string, quantisation: string, totalParameters: number) =>
      run([], {name, model: {quantisation, totalParameters, nonEmbeddingParameters: totalParameters - 1}});
    expect(found([at("a", "F16", 10), at("b", "Q4_0", 20), at("c", "Q4_K_M", 20)])).toEqual([]);
    expect(found([at("a", "F16", 20), at("b", "Q4_0", 20), at("c", "Q8_0", 20)])).toEqual([
      "a | b | quantisation | F16 → Q4_0",
      "a | c | quantisation | F16 → Q8_0",
    ]);
  });

  test("with a base hold every other run against it, and know a pair's kind where the files tell it", () => {
    const strangers = [
      ["whole", {quantisation: "F16", name: "A"}],
      ["rounded", {quantisation: "Q4_0", name: "B"}],
      ["other tokeniser", {quantisation: "Q4_0", name: "C", tokenizerHash: "c".repeat(64)}],
    ] as const;
    const files = strangers.map(([name, model]) => run([], {name, model: {...model, id: name, family: undefined}}));
    expect(found(files)).toEqual([]);
    expect(found([...files, named("m-sft", "sft", "whole")], "whole")).toEqual([
      "whole | rounded | quantisation | F16 → Q4_0",
      "whole | other tokeniser | given | whole → other tokeniser",
      "whole | run of m-sft | sft | base → sft",
    ]);
  });

  test("need a base that is there", () => {
    expect(() => found([named("m", "base")], "nobody")).toThrow(expect.objectContaining({code: "unknown-run"}));
  });
});
