import {LabelscopeError} from "../../errors.ts";
import {lowerOf, upperOf} from "../../math/bounded.ts";
import type {Capabilities, ReadOut, ReadSpec} from "../engine.ts";
import {wrongAnswer} from "./answer.ts";
import type {Dialect, DialectOptions, ServerRead} from "./dialect.ts";
import {complete, fromClamped, type Position} from "./vllm-request.ts";

/** The reader inside the server speaks this; see src/engine/vllm-reader/README.md. */
const PROTOCOL = 1;
/** Numbers that stand before those that a spec asks for. */
const HEAD = 6;
/** Tokens and groups of one read, and best tokens: together below the 4096 numbers of a reply. */
const [MOST_IDS, MOST_TOP] = [4000, 40];
const STATUS = {read: 1001, notFinite: 2001, outside: 2002};

/**
 * vLLM's server with labelscope's reader inside: everything but full logits, hidden states and attention is exact, on the
 * scale of raw logits, and one request reads the greedy tokens that follow as well.
 */
export function vllmReader(options: DialectOptions): Omit<Dialect, "tokenize"> {
  const capabilities: Capabilities = {
    scale: "logits",
    ids: MOST_IDS,
    top: MOST_TOP,
    vocabEntropy: "exact",
    fullLogits: false,
    hiddenState: false,
    attention: false,
    lora: false,
    positions: false,
    sharedPrefix: false,
  };
  return {
    capabilities,
    facts: {reader: `labelscope_vllm, protocol ${PROTOCOL}`},
    sequences: 32,
    read: async (prompt, spec, {ahead, strict, signal}) => {
      const room = Math.max(0, options.served.contextTokens - prompt.length);
      const body = bodyOf(spec, Math.min(ahead, room));
      const positions = await complete(options, prompt, {body, strict, signal});
      return positions.map(position => readOf(position, spec));
    },
  };
}

/** Whether labelscope's reader answers in this server. @throws `server-refused` for a reader of another protocol */
export async function hasVllmReader(options: DialectOptions, prompt: readonly number[]): Promise<boolean> {
  const spec = {tokens: [], groups: [], top: 0};
  const [position] = await complete(options, prompt, {body: bodyOf(spec, 0), strict: false, signal: undefined});
  return position !== undefined && numbersOf(position, HEAD)[0] === STATUS.read;
}

function bodyOf({tokens, groups, top}: ReadSpec, ahead: number): object {
  const numbers = HEAD + tokens.length + groups.length + 2 * top;
  return {
    max_tokens: 1 + ahead,
    logprobs: numbers + 1,
    vllm_xargs: {labelscope: JSON.stringify({protocol: PROTOCOL, tokens, groups, top})},
  };
}

/** The numbers of a position in their order: the one whose place the best token's id takes stands behind the last. */
function numbersOf({best, told}: Position, count: number): (number | undefined)[] {
  return Array.from({length: count}, (_, place) => told.get(place === best ? count : place));
}

function readOf(position: Position, {tokens, groups, top}: ReadSpec): ServerRead {
  const {best} = position;
  const found = numbersOf(position, HEAD + tokens.length + groups.length + 2 * top);
  const [status] = found;
  if (status === STATUS.notFinite)
    throw new LabelscopeError({
      code: "nan-logits",
      message: "the server's logits hold NaN or infinity",
      next: ["the server's weights are corrupt, or its numbers overflow: --dtype float32 there", "another model"],
    });
  if (status === STATUS.outside) throw wrongAnswer("a token that was asked for is outside the server's vocabulary");
  if (status !== STATUS.read) throw wrongAnswer(`the reader's status is ${status}`);
  const numbers = found.flatMap(value => (value === undefined ? [] : [fromClamped(value)]));
  if (numbers.length < found.length || numbers.some(Number.isNaN))
    throw wrongAnswer(`the reader gave ${numbers.length} of ${found.length} numbers`);
  const [, , high = 0, low = 0, nats = 0, logit = 0, ...rest] = numbers;
  const take = (count: number) => rest.splice(0, count);
  const tokenLogits = take(tokens.length);
  const groupLogSumExp = take(groups.length);
  const ids = take(top);
  const logits = take(top);
  const readOut: ReadOut = {
    logSumExp: high + low,
    vocabEntropyBits: nats / Math.LN2,
    argmax: {token: best, logit},
    tokenLogits,
    groupLogSumExp,
    top: ids.map((token, rank) => ({token, logit: logits[rank] ?? Number.NEGATIVE_INFINITY})),
  };
  return {readOut, next: best};
}

/** A log-probability may move so far between two batches of a server that computes in 16 bits. */
const MOST_DIFFERENCE = 0.05;

/**
 * Holds the reader to the server's own log-probabilities: after a few prompts the best tokens, their log-probabilities and the
 * bounds of the vocabulary's entropy.
 *
 * @throws `reader-mismatch` with the first number that differs
 */
export async function checkVllmReader(
  reader: Pick<Dialect, "read">,
  stock: Pick<Dialect, "read">,
  prompts: readonly (readonly number[])[],
): Promise<void> {
  const about = {ahead: 0, strict: false};
  for (const prompt of prompts) {
    const [expected] = await stock.read(prompt, {tokens: [], groups: [], top: 5}, about);
    const tokens = (expected?.readOut.top ?? []).map(({token}) => token);
    const [found] = await reader.read(prompt, {tokens, groups: [tokens], top: 1}, about);
    if (expected === undefined || found === undefined) throw wrongAnswer("a read of the self-test is empty");
    const {logSumExp, tokenLogits, vocabEntropyBits} = found.readOut;
    for (const [place, {token, logit}] of expected.readOut.top.entries()) {
      const seen = (tokenLogits[place] ?? Number.NaN) - logSumExp;
      if (!(Math.abs(seen - logit) <= MOST_DIFFERENCE)) throw mismatch(`token ${token} has ${seen}, not ${logit}`);
    }
    const bits = lowerOf(vocabEntropyBits ?? Number.NaN);
    const bounds = expected.readOut.vocabEntropyBits ?? Number.NaN;
    if (!(bits >= lowerOf(bounds) - MOST_DIFFERENCE && bits <= upperOf(bounds) + MOST_DIFFERENCE))
      throw mismatch(`the vocabulary's entropy is ${bits} bits, not within ${lowerOf(bounds)} and ${upperOf(bounds)}`);
  }
}

function mismatch(what: string): LabelscopeError {
  return new LabelscopeError({
    code: "reader-mismatch",
    message: "labelscope's reader in the server does not agree with the server's own log-probabilities",
    details: [what],
    next: [
      "serve without --logits-processors: named tokens stay exact, the rest is bounded",
      "or serve with the reader of this version and the flags of docs/engines.md",
    ],
  });
}
