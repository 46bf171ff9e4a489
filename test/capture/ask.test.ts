import {describe, expect, test} from "vitest";
import {answersOf, ask, lineEnds, naiveTokens, prepareAnswers, type Question} from "../../src/capture/ask.ts";
import {commonPrefix} from "../../src/capture/prepare.ts";
import type {Model} from "../../src/engine/engine.ts";
import {Lockstep, type LockstepOptions, sequencesNeeded} from "../../src/engine/lockstep.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";

const DEMONSTRATIONS = "Choose.\n\nInput: x\nOptions: a, b\nBetter: a\n\n";
const LABELS = ["joy", "joyful", "fear"];
const TOKENS = [" joy", " fear", "ful", "Options: ", "Better:", "\n\n", "Input: "];

/** Two documents, each asked about every ordered pair; logits are a hash of all the tokens before. */
function questionsOf(model: Model): {readonly texts: string[]; readonly questions: Question[]}[] {
  const ends = lineEnds(model.vocabulary);
  const tokens = prepareAnswers(
    model,
    "Better:",
    LABELS.map(label => ` ${label}`),
  );
  const pairs = LABELS.flatMap((_, i) => LABELS.flatMap((__, j) => (i === j ? [] : [[i, j] as const])));
  const known = new Map(
    pairs.map(pair => [
      pair.join(),
      answersOf(
        pair.map(i => tokens[i] ?? []),
        ends,
      ),
    ]),
  );
  return ["a short one", "another, longer text"].map(text => {
    const texts = pairs.map(
      ([i, j]) => `${DEMONSTRATIONS}Input: ${text}\nOptions: ${LABELS[i]}, ${LABELS[j]}\nBetter:`,
    );
    return {
      texts,
      questions: pairs.flatMap((pair, place) => {
        const answers = known.get(pair.join());
        return answers === undefined ? [] : [{prompt: model.tokenize(texts[place] ?? ""), answers}];
      }),
    };
  });
}

async function askAll(options: Omit<LockstepOptions, "prefix">, shared: boolean, atOnce: number) {
  let tokens = 0;
  const model = scriptedModel({
    tokens: TOKENS,
    onExtend: items => {
      for (const item of items) tokens += item.tokens.length;
    },
  });
  const asked = questionsOf(model);
  const prefix = shared ? commonPrefix(asked.flatMap(({questions}) => questions.map(({prompt}) => prompt))) : [];
  const lockstepOptions = {...options, prefix};
  await using session = await model.openSession({
    sequences: sequencesNeeded(lockstepOptions),
    contextTokens: 512,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const lockstep = new Lockstep(session, lockstepOptions);
  await lockstep.prepare();
  const found: {
    probabilities: (readonly number[])[];
    firstTokens: (readonly number[] | undefined)[];
    evaluated: number;
  }[] = [];
  await lockstep.run(asked.entries(), async ([place, {questions}], lane) => {
    const answered = await ask(lane, questions, atOnce);
    const probabilities = answered.map(({whole}) => whole);
    found[place] = {
      probabilities,
      firstTokens: answered.map(({firstToken}) => firstToken),
      evaluated: lane.evaluatedTokens(),
    };
  });
  return {model, asked, found, tokens: tokens - prefix.length, prefix};
}

/** P(answer and then its end) by one evaluation of the whole string, from the full logits at each place. */
async function bruteForce(model: Model, text: string, answer: string): Promise<number> {
  await using session = await model.openSession({
    sequences: 1,
    contextTokens: 512,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const before = model.tokenize(text).length;
  const tokens = model.tokenize(`${text} ${answer}`);
  const spec = {tokens: [], groups: [], top: 0, logits: true};
  const reads = tokens.slice(before - 1).map((_, i) => ({at: before - 1 + i, spec}));
  const [readOuts = []] = await session.extend([{sequence: 0, tokens, reads}]);
  const probability = (place: number, test: (token: number) => boolean) => {
    const {logits = new Float32Array(), logSumExp = Number.NaN} = readOuts[place] ?? {};
    return logits.reduce((sum, logit, token) => (test(token) ? sum + Math.exp(logit - logSumExp) : sum), 0);
  };
  const {pieces, endTokens} = model.vocabulary;
  const along = tokens
    .slice(before)
    .reduce((product, token, i) => product * probability(i, other => other === token), 1);
  return along * probability(tokens.length - before, token => pieces[token]?.[0] === "\n" || endTokens.has(token));
}

describe("asking", () => {
  const WAYS = [
    {options: {lanes: 1, scratchPerLane: 0}, shared: false, atOnce: 1},
    {options: {lanes: 1, scratchPerLane: 9}, shared: true, atOnce: 3},
    {options: {lanes: 2, scratchPerLane: 2}, shared: true, atOnce: 2},
    {options: {lanes: 2, scratchPerLane: 18}, shared: true, atOnce: 6},
  ];

  test.each(WAYS)("gives whole answers' probabilities by brute force: %j", async ({options, shared, atOnce}) => {
    const {model, asked, found} = await askAll(options, shared, atOnce);
    const pairs = LABELS.flatMap((_, i) => LABELS.flatMap((__, j) => (i === j ? [] : [[i, j] as const])));
    for (const [document, {texts}] of asked.entries()) {
      for (const [place, [i, j]] of pairs.entries()) {
        const expected = [i, j].map(index => bruteForce(model, texts[place] ?? "", LABELS[index] ?? ""));
        const [one = 0, other = 0] = await Promise.all(expected);
        const [first = 0, second = 0] = found[document]?.probabilities[place] ?? [];
        expect(first).toBeGreaterThan(0);
        expect(first / one).toBeCloseTo(1, 9);
        expect(second / other).toBeCloseTo(1, 9);
      }
    }
  });

  test("gives the probability of each answer's first token, and none where two answers start with the same one", async () => {
    const {model, asked, found} = await askAll({lanes: 1, scratchPerLane: 9}, true, 3);
    const pairs = LABELS.flatMap((_, i) => LABELS.flatMap((__, j) => (i === j ? [] : [[i, j] as const])));
    await using session = await model.openSession({
      sequences: 1,
      contextTokens: 512,
      threads: 1,
      flashAttention: false,
      cacheType: "f32",
    });
    const tokens = model.tokenize(asked[0]?.texts[1] ?? "");
    const spec = {tokens: [], groups: [], top: 0, logits: true};
    const [[read] = []] = await session.extend([{sequence: 0, tokens, reads: [{at: tokens.length - 1, spec}]}]);
    const {logits = new Float32Array(), logSumExp = Number.NaN} = read ?? {};
    const probability = (piece: string) =>
      Math.exp((logits[model.vocabulary.pieces.indexOf(piece)] ?? Number.NaN) - logSumExp);
    const [joyful, different] = [
      pairs.findIndex(pair => pair.join() === "0,1"),
      pairs.findIndex(pair => pair.join() === "0,2"),
    ];
    expect(different).toBe(1);
    expect(found[0]?.firstTokens[joyful]).toBeUndefined();
    expect(found[0]?.firstTokens[different]).toEqual([
      expect.closeTo(probability(" joy"), 12),
      expect.closeTo(probability(" fear"), 12),
    ]);
  });

  test("evaluates what the questions share once, each question once and each answer once, and counts that", async () => {
    const {asked, found, tokens, prefix} = await askAll({lanes: 1, scratchPerLane: 18}, true, 6);
    const expected = asked.map(({questions}) => {
      const shared = commonPrefix(questions.map(({prompt}) => prompt)).length;
      const own = questions.map(({prompt, answers}) => {
        const answering = answers.scorer.paths.reduce((sum, path) => sum + path.tokens.length, 0);
        return prompt.length - shared + answering;
      });
      return shared - prefix.length + own.reduce((a, b) => a + b, 0);
    });
    expect(found.map(({evaluated}) => evaluated)).toEqual(expected);
    expect(tokens).toBe(expected.reduce((a, b) => a + b, 0));
    const naive = asked.map(({questions}) => naiveTokens(questions, prefix.length));
    found.forEach(({evaluated}, i) => {
      expect(evaluated).toBeLessThan(naive[i] ?? 0);
    });
  });
});

test("an answer whose first token merges with the prompt's last one gets the tokens of its own text", () => {
  const model = scriptedModel({tokens: [": joy", " joy"]});
  expect(prepareAnswers(model, "Better:", [" joy"])).toEqual([model.tokenize(" joy")]);
});
