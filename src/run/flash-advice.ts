import type {Model} from "../engine/engine.ts";
import type {LanesFacts} from "../engine/lanes.ts";
import {measureInTurn, medianGain, type Speed} from "./model-speed.ts";

/** Only after so many seconds of captures is it worth a few more to know. */
export const LONG_RUN = 300;
/** Time that the measurement may take, as a share of the run. */
const SHARE = 0.03;
const ROUNDS = 3;
/** A smaller gain is not worth a sentence, nor other numbers. */
const WORTH = 1.05;

/**
 * After a long run without flash attention: how much faster it would have been with it, measured at once in the run's batch shape.
 *
 * @param run.seconds that its captures took
 * @returns a sentence for a person; nothing for a short or strict run, one with flash attention, one on a server, and where it
 *   would not be faster
 */
export async function flashAdvice(
  model: Pick<Model, "openSession" | "vocabulary" | "trainContextTokens">,
  run: {
    readonly seconds: number;
    readonly facts: Pick<LanesFacts, "sequences" | "threads" | "batchTokens">;
    readonly options: {readonly strict: boolean; readonly flashAttention: boolean};
  },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const {seconds, options} = run;
  const {threads, batchTokens, sequences: lanes} = run.facts;
  if (seconds < LONG_RUN || options.strict || options.flashAttention) return undefined;
  if (threads === undefined || batchTokens === undefined || signal?.aborted === true) return undefined;
  const [slow = [], fast = []] = await measureInTurn(
    [false, true].map(flashAttention => ({model, shape: {threads, batchTokens, lanes, flashAttention}})),
    {rounds: ROUNDS, seconds: SHARE * seconds},
    signal,
  );
  return flashSentence(medianGain(fast, slow));
}

/** @param gain how many times as fast flash attention is */
export function flashSentence({prefill, decode}: Speed): string | undefined {
  if (!(Math.max(prefill, decode) >= WORTH)) return undefined;
  return `--flash-attention would read prompts ${prefill.toFixed(2)} times as fast and write answers ${decode.toFixed(2)} times as fast (measured just now); numbers of quantised models move by hundredths of a bit`;
}
