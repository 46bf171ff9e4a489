import type {Model} from "../engine/engine.ts";
import {quantileUnsorted} from "../stats/quantile.ts";

/** How documents are evaluated where speed is measured. */
export interface SpeedShape {
  readonly threads: number;
  readonly flashAttention: boolean;
  /** Tokens of one evaluation, at the most. */
  readonly batchTokens: number;
  /** Sequences that decode at once. */
  readonly lanes: number;
}

/** Tokens a second, or how many times as many. */
export interface Speed {
  /** Of a prompt's tokens. */
  readonly prefill: number;
  /** Of answers' tokens, over all sequences, with the 20 best tokens read at each. */
  readonly decode: number;
}

/** Tokens of the prompt that is measured: about ten demonstrations. */
const PROMPT_TOKENS = 512;
/** Tokens that are evaluated and forgotten before the clock starts. */
const WARMING = 8;
/** Evaluations of one more token on every sequence. */
const STEPS = 6;
const SPEC = {tokens: [], groups: [], top: 20};

type Opens = Pick<Model, "openSession" | "vocabulary" | "trainContextTokens">;

/**
 * Evaluates a prompt, copies it to as many sequences as decode at once, and grows all of them token by token. What the tokens are
 * does not matter to the time.
 */
export async function measureSpeed(model: Opens, shape: SpeedShape, signal?: AbortSignal): Promise<Speed> {
  const {lanes, ...options} = shape;
  const size = Math.min(PROMPT_TOKENS, model.trainContextTokens - STEPS - 2);
  const {size: words} = model.vocabulary;
  const prompt = Array.from({length: size}, (_, place) => (place * 7919 + 31) % words);
  await using session = await model.openSession({
    ...options,
    sequences: lanes + 1,
    contextTokens: size + STEPS + 2,
    cells: size + (lanes + 1) * (STEPS + 2),
    cacheType: "f16",
  });
  const each = Array.from({length: lanes}, (_, lane) => lane + 1);
  const step = async (token: number) =>
    void (await session.extend(
      each.map(sequence => ({sequence, tokens: [token], reads: [{at: 0, spec: SPEC}]})),
      signal,
    ));
  // The first evaluation of a session touches its memory for the first time.
  await session.extend([{sequence: 0, tokens: prompt.slice(0, WARMING), reads: []}], signal);
  await session.trim(0, 0);
  const began = performance.now();
  await session.extend([{sequence: 0, tokens: prompt, reads: [{at: size - 1, spec: SPEC}]}], signal);
  const filled = performance.now();
  for (const sequence of each) await session.fork(0, sequence);
  await step(1);
  const warm = performance.now();
  for (let count = 0; count < STEPS; count++) await step(count + 2);
  const ended = performance.now();
  return {
    prefill: (1000 * size) / (filled - began),
    decode: (1000 * STEPS * lanes) / (ended - warm),
  };
}

/** What is measured in turn with others. */
interface Trial {
  readonly model: Opens;
  readonly shape: SpeedShape;
}

/**
 * Measures in turn, several rounds of all: a machine's speed drifts, so that only what was measured side by side compares.
 *
 * @param most.seconds no round is begun that would end later; one always is
 * @returns one list of speeds for each, as long as there were rounds
 */
export async function measureInTurn(
  all: readonly Trial[],
  most: {readonly rounds: number; readonly seconds: number},
  signal?: AbortSignal,
): Promise<Speed[][]> {
  const speeds: Speed[][] = all.map(() => []);
  const began = performance.now();
  for (let round = 0; round < most.rounds; round++) {
    const seconds = (performance.now() - began) / 1000;
    if (round > 0 && (seconds * (round + 1)) / round > most.seconds) break;
    for (const [place, {model, shape}] of all.entries()) {
      signal?.throwIfAborted();
      speeds[place]?.push(await measureSpeed(model, shape, signal));
    }
  }
  return speeds;
}

/** Medians over the rounds. */
export function medianSpeed(speeds: readonly Speed[]): Speed {
  return {prefill: median(speeds.map(one => one.prefill)), decode: median(speeds.map(one => one.decode))};
}

/** Medians of the rounds' quotients: how many times as fast the first is as the second, measured in turn with it. */
export function medianGain(fast: readonly Speed[], slow: readonly Speed[]): Speed {
  const quotients = (of: keyof Speed) => fast.map((one, round) => one[of] / (slow[round]?.[of] ?? Number.NaN));
  return {prefill: median(quotients("prefill")), decode: median(quotients("decode"))};
}

/** The middle of some speeds; NaN for none. */
function median(values: readonly number[]): number {
  return quantileUnsorted(values, 0.5) ?? Number.NaN;
}
