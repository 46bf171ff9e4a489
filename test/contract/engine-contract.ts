import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {
  Engine,
  Extension,
  Model,
  Read,
  ReadOut,
  ReadSpec,
  Session,
  SessionOptions,
} from "../../src/engine/engine.ts";
import {reduceLogits} from "../../src/engine/reduce.ts";
import {lowerOf, upperOf} from "../../src/math/bounded.ts";
import {codeOf} from "../support/code-of.ts";
import {exactly} from "../support/exactly.ts";

export interface ContractOptions {
  readonly open: () => Promise<{readonly engine: Engine; readonly model: Model}>;
  readonly path: Session["path"];
  /**
   * How far a logit may move when the same tokens are evaluated in other batches: 0 for a fake. Quantised weights are
   * multiplied by other kernels there, up to 0.1.
   */
  readonly tolerance: number;
}

const TEXT =
  'Input: i miss the old days, and the queue was long\n{"label": ["joy", "fear", "sadness"]}\n\nInput: it rained';

/** What every engine must do, whatever stands behind it. Vocabulary ids below 256 must exist. */
export function engineContract(name: string, {open, path, tolerance}: ContractOptions): void {
  describe(`engine contract: ${name}`, () => {
    let engine: Engine;
    let model: Model;
    let tokens: number[];

    let spec: ReadSpec = {tokens: [65, 3, 200, 66, 3], groups: [[], [7], [10, 11, 12, 13]], top: 7, logits: true};
    const open4 = async (options: Partial<SessionOptions> = {}) =>
      await model.openSession({
        sequences: 4,
        contextTokens: 96,
        threads: 1,
        flashAttention: false,
        cacheType: "f32",
        ...options,
      });
    const lastRead = (part: readonly number[], of = spec): Read[] => [{at: part.length - 1, spec: of}];
    const item = (sequence: number, part: readonly number[]): Extension => ({
      sequence,
      tokens: part,
      reads: lastRead(part),
    });
    /** Extends one sequence and reads at the end. */
    const extend = async (session: Session, sequence: number, part: readonly number[], of = spec): Promise<ReadOut> => {
      const [readOuts] = await session.extend([{sequence, tokens: part, reads: lastRead(part, of)}]);
      const readOut = readOuts?.[0];
      if (readOut === undefined) throw new Error("nothing was read");
      return readOut;
    };
    /** What a fresh session reads after these tokens, evaluated whole. */
    const whole = async (part: readonly number[], of = spec) => {
      await using session = await open4();
      return await extend(session, 0, part, of);
    };
    /** All logits, or of an engine that does not give them the log-probabilities of the tokens that were asked for. */
    const vectorOf = (readOut: ReadOut | undefined): Float32Array => {
      if (readOut?.logits !== undefined) return readOut.logits;
      if (readOut === undefined || model.capabilities.fullLogits) throw new Error("no full logits");
      return Float32Array.from(readOut.tokenLogits, logit => logit - readOut.logSumExp);
    };
    const expectSame = (seen: ReadOut | undefined, expected: ReadOut) => {
      if (tolerance === 0) expect(seen).toEqual(expected);
      else {
        expect(largestGap(vectorOf(seen), vectorOf(expected))).toBeLessThanOrEqual(tolerance);
        expect(Math.abs((seen?.logSumExp ?? Number.NaN) - expected.logSumExp)).toBeLessThanOrEqual(tolerance);
      }
    };

    beforeAll(async () => {
      ({engine, model} = await open());
      spec = {...spec, logits: model.capabilities.fullLogits};
      tokens = model.tokenize(TEXT).slice(0, 24);
    });
    afterAll(async () => {
      await model[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    });

    test("a read of a token that is none is refused before anything is evaluated, by every reader alike", async () => {
      await using session = await open4();
      const {size} = model.vocabulary;
      const bad = [
        {tokens: [65, size], groups: [], top: 0},
        {tokens: [], groups: [[1], [-1]], top: 0},
        {tokens: [0.5], groups: [], top: 0},
      ];
      for (const wrong of bad) {
        await expect(session.extend([{sequence: 0, tokens: [65], reads: [{at: 0, spec: wrong}]}])).rejects.toThrow(
          /a read asks for token .*, the vocabulary has/,
        );
      }
      expect(session.length(0)).toBe(0);
      const last = {tokens: [size - 1], groups: [], top: 0};
      expect((await extend(session, 0, [65], last)).tokenLogits[0]).not.toBeNaN();
    });

    test("the test text is long enough, and other tokens give other logits", async () => {
      expect(tokens).toHaveLength(24);
      const one = vectorOf(await whole(tokens));
      const other = vectorOf(await whole(tokens.slice(0, -1)));
      expect(largestGap(one, other)).toBeGreaterThan(Math.max(0.5, 2 * tolerance));
    });

    test("a session says which path it reads through and what it holds", async () => {
      await using session = await open4();
      expect([session.path, session.sequences, session.contextTokens]).toEqual([path, 4, 96]);
      expect([0, 1, 2, 3].map(sequence => session.length(sequence))).toEqual([0, 0, 0, 0]);
      await session.extend([{sequence: 2, tokens: tokens.slice(0, 5), reads: []}]);
      expect([0, 1, 2, 3].map(sequence => session.length(sequence))).toEqual([0, 0, 5, 0]);
    });

    test("one logit comes back for each token of the vocabulary", async context => {
      context.skip(!model.capabilities.fullLogits, "the engine gives no full logits");
      expect(vectorOf(await whole(tokens))).toHaveLength(model.vocabulary.size);
      expect(model.vocabulary.pieces).toHaveLength(model.vocabulary.size);
    });

    test("probabilities sum to 1", async () => {
      const all = {...spec, tokens: model.vocabulary.pieces.map((_, id) => id)};
      const {logits, logSumExp, tokenLogits} = await whole(tokens, all);
      const sum = Array.from(logits ?? tokenLogits).reduce((total, logit) => total + Math.exp(logit - logSumExp), 0);
      expect(sum).toBeCloseTo(1, model.capabilities.fullLogits ? 9 : 5);
    });

    test("what is reduced equals the reduction of the whole vector", async context => {
      context.skip(!model.capabilities.fullLogits, "the engine gives no full logits");
      const seen = await whole(tokens);
      const expected = reduceLogits(vectorOf(seen), spec);
      expect(seen.tokenLogits).toEqual(expected.tokenLogits);
      expect(seen.argmax).toEqual(expected.argmax);
      expect(seen.top).toEqual(expected.top);
      expect(relativeGap(seen.logSumExp, expected.logSumExp)).toBeLessThan(1e-9);
      expect(relativeGap(exactly(seen.vocabEntropyBits), expected.vocabEntropyBits)).toBeLessThan(1e-9);
      expect(seen.groupLogSumExp[0]).toBe(Number.NEGATIVE_INFINITY);
      for (const place of [1, 2]) {
        const gap = relativeGap(exactly(seen.groupLogSumExp[place]), expected.groupLogSumExp[place] ?? Number.NaN);
        expect(gap).toBeLessThan(1e-9);
      }
    });

    test("the whole vector is handed over only where it is asked for, and asking changes nothing", async () => {
      await using session = await open4();
      const {logits: _, ...rest} = await whole(tokens);
      const without = await extend(session, 0, tokens, {...spec, logits: false});
      expect(without.logits).toBeUndefined();
      expect(without).toEqual(rest);
    });

    test("a bounded number holds the exact one: of the vocabulary's entropy and of a group's mass", async () => {
      const all = {...spec, tokens: model.vocabulary.pieces.map((_, id) => id), groups: []};
      const exact = await whole(tokens, all);
      const logProbs = exact.tokenLogits.map(logit => logit - exact.logSumExp);
      const bits = -logProbs.reduce((sum, logProb) => sum + Math.exp(logProb) * logProb, 0) / Math.LN2;
      const {vocabEntropyBits = Number.NaN, groupLogSumExp, logSumExp} = await whole(tokens);
      expect(lowerOf(vocabEntropyBits)).toBeLessThanOrEqual(bits + 1e-4 + tolerance);
      expect(upperOf(vocabEntropyBits)).toBeGreaterThanOrEqual(bits - 1e-4 - tolerance);
      const mass = [10, 11, 12, 13].reduce((sum, id) => sum + Math.exp(logProbs[id] ?? 0), 0);
      const group = groupLogSumExp[2] ?? Number.NaN;
      expect(Math.exp(lowerOf(group) - logSumExp)).toBeLessThanOrEqual(mass + 1e-4 + tolerance);
      expect(Math.exp(upperOf(group) - logSumExp)).toBeGreaterThanOrEqual(mass - 1e-4 - tolerance);
    });

    test("the same plan gives the same bits twice", async () => {
      expect(await whole(tokens)).toEqual(await whole(tokens));
    });

    test("splitting an extension in two gives the same", async () => {
      await using session = await open4();
      await session.extend([{sequence: 0, tokens: tokens.slice(0, 9), reads: []}]);
      expectSame(await extend(session, 0, tokens.slice(9)), await whole(tokens));
      expect(session.length(0)).toBe(tokens.length);
    });

    test("an extension longer than the engine's batch gives the same", async () => {
      await using session = await open4({batchTokens: 8});
      expectSame(await extend(session, 0, tokens), await whole(tokens));
    });

    test("several sequences do not disturb one another, in one batch and after it", async () => {
      await using session = await open4();
      const texts = [tokens, tokens.slice(3, 12), tokens.slice(7), tokens.slice(0, 2)];
      const together = await session.extend(texts.map((part, sequence) => item(sequence, part)));
      for (const [sequence, part] of texts.entries()) expectSame(together[sequence]?.[0], await whole(part));
      await session.extend([item(1, tokens.slice(0, 5))]);
      expectSame(await extend(session, 3, tokens.slice(2, 9)), await whole(tokens.slice(0, 9)));
    });

    test("fork, then extend, equals evaluating the whole; the source stays as it was", async () => {
      await using session = await open4();
      await session.extend([item(0, tokens.slice(0, 10)), item(2, tokens.slice(5))]);
      await session.fork(0, 2);
      expect(session.length(2)).toBe(10);
      expectSame(await extend(session, 2, tokens.slice(10, 20)), await whole(tokens.slice(0, 20)));
      expect(session.length(0)).toBe(10);
      expectSame(await extend(session, 0, tokens.slice(10)), await whole(tokens));
    });

    test("a fork outlives its source, and a fork of itself changes nothing", async () => {
      await using session = await open4();
      await session.extend([item(0, tokens.slice(0, 10))]);
      await session.fork(0, 1);
      await session.fork(1, 1);
      await session.trim(0, 0);
      await session.extend([item(0, tokens.slice(12, 20))]);
      expectSame(await extend(session, 1, tokens.slice(10)), await whole(tokens));
    });

    test("trim, then extend, equals evaluating what is left", async () => {
      await using session = await open4();
      await session.extend([item(1, [...tokens.slice(0, 8), ...tokens.slice(2, 6)])]);
      await session.trim(1, 8);
      expect(session.length(1)).toBe(8);
      expectSame(await extend(session, 1, tokens.slice(8)), await whole(tokens));
      await session.trim(1, 0);
      expectSame(await extend(session, 1, tokens.slice(4)), await whole(tokens.slice(4)));
    });

    test("a sequence may fill its context to the last token", async () => {
      const full = [...tokens.slice(0, 16), ...tokens.slice(4, 20)];
      await using tight = await open4({contextTokens: 32});
      expectSame(await extend(tight, 0, full), await whole(full));
      await using piecewise = await open4({contextTokens: 32});
      await extend(piecewise, 0, full.slice(0, 31));
      expectSame(await extend(piecewise, 0, full.slice(31)), await whole(full));
    });

    test("a context that would overflow is refused before anything is evaluated, and the session goes on", async () => {
      await using session = await open4({contextTokens: 32});
      await session.extend([item(0, tokens), item(1, tokens.slice(0, 4))]);
      const tooLong = async () => await session.extend([item(1, tokens.slice(4, 9)), item(0, tokens.slice(0, 9))]);
      expect(await codeOf(tooLong)).toBe("context-overflow");
      expect([session.length(0), session.length(1)]).toEqual([24, 4]);
      expectSame(await extend(session, 1, tokens.slice(4)), await whole(tokens));
    });

    test("misuse is refused by name, and the session goes on", async () => {
      await using session = await open4();
      await session.extend([item(0, tokens.slice(0, 4))]);
      const reads = (...at: number[]) => at.map(place => ({at: place, spec}));
      const refused = async (items: Extension[]) => await expect(session.extend(items)).rejects.toThrow(RangeError);
      await refused([{sequence: 0, tokens: [], reads: []}]);
      await refused([item(1, tokens), item(1, tokens)]);
      await refused([item(4, tokens)]);
      await refused([{sequence: 1, tokens: tokens.slice(0, 2), reads: reads(2)}]);
      await refused([{sequence: 1, tokens: tokens.slice(0, 2), reads: reads(-1)}]);
      await refused([{sequence: 1, tokens: tokens.slice(0, 3), reads: reads(1, 0)}]);
      await expect(session.trim(0, 5)).rejects.toThrow(RangeError);
      await expect(session.trim(0, -1)).rejects.toThrow(RangeError);
      await expect(session.fork(0, 9)).rejects.toThrow(RangeError);
      await expect(session.fork(9, 0)).rejects.toThrow(RangeError);
      expect([0, 1, 2, 3].map(sequence => session.length(sequence))).toEqual([4, 0, 0, 0]);
      expectSame(await extend(session, 0, tokens.slice(4)), await whole(tokens));
    });

    test("a second call while one is under way is refused, and the first one completes", async () => {
      await using session = await open4();
      const first = extend(session, 0, tokens);
      const others = await Promise.allSettled([
        session.extend([item(1, tokens)]),
        session.fork(0, 1),
        session.trim(0, 0),
      ]);
      for (const other of others) {
        expect(other).toMatchObject({status: "rejected", reason: {message: expect.stringContaining("busy")}});
      }
      expectSame(await first, await whole(tokens));
      expect(session.length(1)).toBe(0);
    });

    test("a session refuses to close while it evaluates", async () => {
      const session = await open4();
      const first = extend(session, 0, tokens);
      const early = session[Symbol.asyncDispose]();
      await expect(early).rejects.toThrow(RangeError);
      expectSame(await first, await whole(tokens));
      await session[Symbol.asyncDispose]();
    });

    test("a closed session refuses everything, and closing it twice does no harm", async () => {
      const session = await open4();
      await session.extend([item(0, tokens)]);
      await session[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      await expect(session.extend([item(0, tokens)])).rejects.toThrow("closed");
      await expect(session.fork(0, 1)).rejects.toThrow("closed");
      await expect(session.trim(0, 1)).rejects.toThrow("closed");
    });

    test("reads come back in their order, each with what its own spec asks for", async () => {
      await using session = await open4();
      const few: ReadSpec = {...spec, tokens: [66], groups: [], top: 1};
      const readOuts = await session.extend([
        {sequence: 1, tokens: tokens.slice(0, 6), reads: [0, 2, 5].map((at, i) => ({at, spec: i === 1 ? few : spec}))},
        {sequence: 0, tokens: tokens.slice(3, 9), reads: []},
        {sequence: 3, tokens: tokens.slice(6, 9), reads: [{at: 1, spec: few}]},
      ]);
      expect(readOuts.map(list => list.length)).toEqual([3, 0, 1]);
      expect(readOuts.flat().map(readOut => readOut.top.length)).toEqual([7, 1, 7, 1]);
      expect(readOuts.flat().map(readOut => readOut.tokenLogits.length)).toEqual([5, 1, 5, 1]);
      const places = [tokens.slice(0, 1), tokens.slice(0, 3), tokens.slice(0, 6), tokens.slice(6, 8)];
      for (const [place, part] of places.entries()) {
        const seen = vectorOf(readOuts.flat()[place]);
        const same = await whole(part, place % 2 === 0 ? spec : few);
        expect(largestGap(seen, vectorOf(same))).toBeLessThanOrEqual(tolerance);
      }
    });

    test("a read sees the token that it stands at, and nothing after it", async () => {
      const [start, last = 0, other = 0] = [tokens.slice(0, 6), tokens[7], tokens[9]];
      await using session = await open4();
      const [[one] = [], [same] = [], [moved] = []] = await session.extend([
        item(0, [...start, last]),
        {sequence: 1, tokens: [...start, last, other], reads: [{at: 6, spec}]},
        item(2, [...start, other]),
      ]);
      expect(largestGap(vectorOf(same), vectorOf(one))).toBeLessThanOrEqual(tolerance);
      expect(largestGap(vectorOf(moved), vectorOf(one))).toBeGreaterThan(Math.max(0.5, 2 * tolerance));
    });

    test("a read at each of very many positions comes back for its own position", async () => {
      await using session = await open4({sequences: 1, contextTokens: 600, batchTokens: 512});
      const many = Array.from({length: 560}, (_, place) => tokens[(place * 7 + (place % 5)) % tokens.length] ?? 0);
      const small: ReadSpec = {tokens: [65], groups: [], top: 1};
      const reads = many.map((_, at) => ({at, spec: small}));
      const [all] = await session.extend([{sequence: 0, tokens: many, reads}]);
      expect(all).toHaveLength(560);
      await session.trim(0, 0);
      for (const at of [0, 255, 256, 300, 511, 512, 559]) {
        const alone = await extend(session, 0, many.slice(0, at + 1), small);
        await session.trim(0, 0);
        const gap = Math.abs((all?.[at]?.logSumExp ?? Number.NaN) - alone.logSumExp);
        expect(gap).toBeLessThanOrEqual(tolerance);
      }
    });

    test("more of the largest logits than there are tokens gives all of them, in descending order", async context => {
      context.skip(model.capabilities.top < model.vocabulary.size, "the engine gives fewer of the best tokens");
      await using session = await open4();
      const size = model.vocabulary.size;
      const {top} = await extend(session, 0, tokens, {tokens: [], groups: [], top: size + 10});
      expect(top).toHaveLength(size);
      expect(new Set(top.map(entry => entry.token)).size).toBe(size);
      const ordered = top.every((entry, place) => {
        const before = top[place - 1];
        if (before === undefined) return true;
        return before.logit > entry.logit || (before.logit === entry.logit && before.token < entry.token);
      });
      expect(ordered).toBe(true);
    });

    test("a hidden state is there exactly where the model declares it, and leaves the logits as they are", async () => {
      await using session = await open4({hidden: model.capabilities.hiddenState});
      const {hidden, ...rest} = await extend(session, 0, tokens, {...spec, hidden: true});
      expect(hidden !== undefined).toBe(model.capabilities.hiddenState);
      expect(Array.from(hidden ?? []).every(Number.isFinite)).toBe(true);
      // Not to the bit: with hidden states on, llama.cpp computes its last layer for other rows of a batch.
      expect(largestGap(vectorOf(rest), vectorOf(await whole(tokens)))).toBeLessThanOrEqual(tolerance / 100);
    });

    test("the tokens of a text write that text, and text that looks special stays text", () => {
      const special = [...model.vocabulary.specialTokens.keys()].find(token => token.length > 3) ?? "none";
      const text = `naïve 🙂 ${special} end`;
      const ids = model.tokenize(text);
      const written = ids.map(id => model.vocabulary.pieces[id] ?? "").join("");
      expect(Buffer.from(written, "latin1").toString("utf8")).toBe(text);
      expect(ids).not.toContain(model.vocabulary.specialTokens.get(special));
    });
  });
}

function largestGap(seen: Float32Array, expected: Float32Array): number {
  if (seen.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, place) => Math.max(most, Math.abs(value - (seen[place] ?? Number.NaN))), 0);
}

function relativeGap(seen: number, expected: number): number {
  return Math.abs(seen - expected) / Math.max(1, Math.abs(expected));
}
