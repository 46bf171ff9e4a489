import {describe, expect, test} from "vitest";
import {LabelScorer, type LabelScores, type LabelScoring, type VariantRule} from "../../src/capture/label-scorer.ts";
import {tokenizeLabels} from "../../src/capture/label-tokens.ts";
import {tokenSets} from "../../src/capture/token-sets.ts";
import type {Model, ReadSpec} from "../../src/engine/engine.ts";
import {Lockstep, sequencesNeeded} from "../../src/engine/lockstep.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {type AnswerFormat, answerFormats} from "../../src/prompt/format.ts";

const FULL: ReadSpec = {tokens: [], groups: [], top: 0, logits: true};
const TEXTS = [
  {name: "sex", variants: ["sex"]},
  {name: "sexist", variants: ["sexist"]},
  {name: "sexism", variants: ["sexism", "Sexism", "sexisms"]},
  {name: "joy", variants: ["joy", "Joy"]},
  {name: "none", variants: ["none"]},
];

/** Logits depend on the whole token sequence by a hash, so that every wrong read shows. */
const model = scriptedModel({tokens: ["sex", "is", "ist", "ism", " sex", "joy", '"]', '",', '", "', ", "]});
const open = async (sequences: number) =>
  await model.openSession({sequences, contextTokens: 128, threads: 1, flashAttention: false, cacheType: "f32"});

/** ln P(token) for every token after these, from the full vector. */
async function logProbs(of: Model, tokens: readonly number[]): Promise<number[]> {
  await using session = await of.openSession({
    sequences: 1,
    contextTokens: 128,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const [readOuts] = await session.extend([{sequence: 0, tokens, reads: [{at: tokens.length - 1, spec: FULL}]}]);
  const logits = Array.from(readOuts?.[0]?.logits ?? []);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return logits.map(logit => logit - total);
}

/** P(label, then a terminator): the product of the conditionals, written out from full vectors. */
async function bruteForce(prompt: readonly number[], path: readonly number[], format: AnswerFormat): Promise<number> {
  let logP = 0;
  for (const [place, token] of path.entries()) {
    logP += (await logProbs(model, [...prompt, ...path.slice(0, place)]))[token] ?? Number.NaN;
  }
  const after = await logProbs(model, [...prompt, ...path]);
  const ends = (piece: string, id: number) =>
    format.name === "json" ? piece.startsWith('"') : piece.startsWith(",") || piece.startsWith("\n") || id === 256;
  const mass = model.vocabulary.pieces.reduce(
    (sum, piece, id) => (ends(piece, id) ? sum + Math.exp(after[id] ?? 0) : sum),
    0,
  );
  return Math.exp(logP) * mass;
}

async function scoreWith(
  format: AnswerFormat,
  mode: LabelScoring,
  rule: VariantRule,
  scratchPerLane: number,
): Promise<{
  scorer: LabelScorer;
  result: LabelScores;
  prompt: number[];
  paths: readonly (readonly (readonly number[])[])[];
}> {
  const before = `Input: it rained\n${format.opening}`;
  const {tokens} = tokenizeLabels(model, before, format, TEXTS);
  const scorer = new LabelScorer(mode, tokens, tokenSets(model.vocabulary, format), rule);
  const prompt = model.tokenize(before);
  const spec: ReadSpec = {tokens: scorer.firstTokens, groups: [], top: 0};
  const options = {prefix: [], lanes: 1, scratchPerLane};
  await using session = await open(sequencesNeeded(options));
  let result: LabelScores | undefined;
  await new Lockstep(session, options).run([prompt], async (all, lane) => {
    const [atStep] = await lane.start(all, [{at: all.length - 1, spec}]);
    const reads = await lane.explore(
      scorer.paths.map(path => ({
        tokens: path.tokens,
        reads: path.tokens.map((_, at) => ({at, spec: scorer.pathSpec})),
      })),
    );
    const logitOf = (token: number) => atStep?.tokenLogits[scorer.firstTokens.indexOf(token)] ?? Number.NaN;
    result = scorer.score({logitOf, logSumExp: atStep?.logSumExp ?? Number.NaN}, reads);
  });
  if (result === undefined) throw new Error("nothing was scored");
  return {scorer, result, prompt, paths: tokens.paths};
}

describe.each([
  ["json", answerFormats.json],
  ["list", answerFormats.list],
] as const)("LabelScorer, %s", (_name, format) => {
  test.each([
    ["max", 0],
    ["max", 3],
    ["sum", 0],
    ["sum", 20],
  ] as const)(
    "exact scores are ln P(label and its terminator), variants by %s, %i scratch sequences",
    async (rule, scratch) => {
      const {result, prompt, paths} = await scoreWith(format, "exact", rule, scratch);
      let mass = 0;
      for (const [index, variants] of paths.entries()) {
        const probabilities: number[] = [];
        for (const path of variants) probabilities.push(await bruteForce(prompt, path, format));
        const sum = probabilities.reduce((total, p) => total + p, 0);
        mass += sum;
        expect(result.scores[index]).toBeCloseTo(Math.log(rule === "sum" ? sum : Math.max(...probabilities)), 9);
      }
      expect(result.scores).toHaveLength(TEXTS.length);
      expect(result.labelMass).toBeCloseTo(mass, 12);
    },
  );

  test("first-token scores are raw logits, and the mass counts a shared first token once", async () => {
    const {scorer, result, prompt, paths} = await scoreWith(format, "first-token", "max", 0);
    const logP = await logProbs(model, prompt);
    const firsts = [...new Set(paths.flat().map(path => path[0] ?? -1))];
    const mass = firsts.reduce((sum, token) => sum + Math.exp(logP[token] ?? Number.NaN), 0);
    expect(result.labelMass).toBeCloseTo(mass, 12);
    expect(result.scores[0]).toBe(result.scores[1]);
    // A raw logit less the logsumexp is ln P, the same shift for every label.
    const gaps = paths.map((variants, index) => {
      const best = Math.max(...variants.map(path => logP[path[0] ?? -1] ?? Number.NaN));
      return (result.scores[index] ?? Number.NaN) - best;
    });
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0] ?? Number.NaN, 9);
    expect(scorer.paths).toEqual([]);
  });

  test("with sum, first-token scores add the weights of distinct first tokens", async () => {
    const {result, prompt, paths} = await scoreWith(format, "first-token", "sum", 0);
    const most = await scoreWith(format, "first-token", "max", 0);
    const logP = await logProbs(model, prompt);
    paths.forEach((variants, index) => {
      const weights = [...new Set(variants.map(path => path[0] ?? -1))].map(token =>
        Math.exp(logP[token] ?? Number.NaN),
      );
      const ratio = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(...weights);
      expect((result.scores[index] ?? 0) - (most.result.scores[index] ?? 0)).toBeCloseTo(Math.log(ratio), 9);
    });
  });
});

describe("LabelScorer's paths", () => {
  const sets = tokenSets(model.vocabulary, answerFormats.json);
  const paths = (...labels: number[][][]) =>
    new LabelScorer("exact", {names: labels.map(String), paths: labels}, sets, "max").paths.map(path => path.tokens);

  test("a label that is a token prefix of another needs no path of its own", () => {
    expect(paths([[1]], [[1, 2]], [[1, 2, 3]], [[1, 4]])).toEqual([
      [1, 2, 3],
      [1, 4],
    ]);
  });

  test("the same tokens twice are evaluated once", () => {
    expect(paths([[1, 2]], [[1, 2]], [[3]])).toEqual([[1, 2], [3]]);
  });

  test("a token starts a label exactly where it is the first one of a path", () => {
    const scorer = new LabelScorer("first-token", {names: ["a", "b"], paths: [[[1, 2]], [[3], [4]]]}, sets, "max");
    expect([1, 2, 3, 4, 5].map(token => scorer.startsLabel(token))).toEqual([true, false, true, true, false]);
  });
});
