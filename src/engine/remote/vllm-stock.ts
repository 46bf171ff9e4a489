import type {Capabilities, TokenLogit} from "../engine.ts";
import {checkedLogProb, wrongAnswer} from "./answer.ts";
import type {Dialect, DialectOptions} from "./dialect.ts";
import {readOutOf} from "./partial-read.ts";
import {turns} from "./turns.ts";
import {complete, fromClamped} from "./vllm-request.ts";

/** Tokens that vLLM names in one request. */
const MOST_IDS = 128;
/** Best tokens that a server started without further flags gives. */
const TOP = 20;
/** float32 on a probability. */
const SLACK = 2e-6;
/** More tokens than this in one read make many requests. */
const MOST_NAMED = 4096;
/** Times that a reply without what was asked for is asked for again; see below. */
const TRIES = 4;

/**
 * vLLM's server as it is: the best tokens come in one request, named ones in others of at most 128 each, and the rest of the
 * vocabulary is bounded.
 *
 * The two kinds of requests must not share a batch: runner V1 of vLLM 0.32 loses the best tokens of a request beside one that
 * names tokens. This process keeps them apart; what another client's requests spoil is asked for again.
 */
export function vllmStock(options: DialectOptions): Omit<Dialect, "tokenize"> {
  const {vocabularySize, wholeVocabulary} = options;
  const oneKind = turns();
  const capabilities: Capabilities = {
    scale: "log-probabilities",
    ids: MOST_NAMED,
    top: TOP,
    vocabEntropy: wholeVocabulary ? "exact" : "bounded",
    fullLogits: false,
    hiddenState: false,
    attention: false,
    lora: false,
    positions: false,
    sharedPrefix: false,
  };
  /** The numbers of one position, once all that were asked for are among them. */
  const ask = async (
    kind: "best" | "named",
    prompt: readonly number[],
    body: object,
    about: {readonly strict: boolean; readonly signal?: AbortSignal | undefined},
    isWhole: (told: ReadonlyMap<number, number>) => boolean,
  ): Promise<ReadonlyMap<number, number>> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const {strict, signal} = about;
      const [position] = await oneKind(kind, async () => await complete(options, prompt, {body, strict, signal}));
      if (position !== undefined && isWhole(position.told)) return position.told;
    }
    throw wrongAnswer(
      kind === "best"
        ? `/v1/completions gave fewer than ${TOP} best tokens`
        : "/v1/completions said nothing of a token that it was asked for (logprob_token_ids needs vLLM 0.11 or newer)",
    );
  };
  return {
    capabilities,
    facts: {reader: "none: named tokens and the best ones, without labelscope's reader in the server"},
    sequences: 32,
    read: async (prompt, spec, about) => {
      const count = wholeVocabulary ? vocabularySize : Math.max(spec.top, TOP);
      // Spoiled by another client's request, a reply holds one or two tokens.
      const isWhole = (told: ReadonlyMap<number, number>) => told.size >= Math.min(count, vocabularySize);
      const best = await ask("best", prompt, {logprobs: count}, about, isWhole);
      const top = [...best]
        .map(([token, value]): TokenLogit => ({token: checkedToken(token, vocabularySize), logit: logProbOf(value)}))
        .sort((one, other) => other.logit - one.logit || one.token - other.token);
      const wanted = [...new Set([...spec.tokens, ...spec.groups.flat()])].filter(token => !best.has(token));
      const named = new Map<number, number>();
      for (let from = 0; from < wanted.length; from += MOST_IDS) {
        const ids = wanted.slice(from, from + MOST_IDS);
        const told = await ask("named", prompt, {logprobs: 1, logprob_token_ids: ids}, about, found =>
          ids.every(id => found.has(id)),
        );
        for (const id of ids) named.set(id, logProbOf(told.get(id) ?? Number.NaN));
      }
      return [{readOut: readOutOf({top, named, vocabularySize, slack: SLACK}, spec)}];
    },
  };
}

function logProbOf(value: number): number {
  return Math.min(0, fromClamped(checkedLogProb(value)));
}

function checkedToken(token: number, vocabularySize: number): number {
  if (token < vocabularySize) return token;
  throw wrongAnswer(`token ${token} is none of the ${vocabularySize} of the vocabulary`);
}
