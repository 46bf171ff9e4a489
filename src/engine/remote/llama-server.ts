import {existsSync} from "node:fs";
import {basename} from "node:path";
import {z} from "zod";
import type {Capabilities, ReadSpec, TokenLogit} from "../engine.ts";
import {checkedLogProb, notANumber, readAnswer, wrongAnswer} from "./answer.ts";
import type {Dialect, DialectOptions, ServedModel, ServerRead} from "./dialect.ts";
import type {ServerHttp} from "./http.ts";
import {readOutOf} from "./partial-read.ts";
import {sameModel} from "./served-model.ts";

/** Top tokens that a read asks for where it wants any: they make the bounds narrow and cost little. */
const TOP = 100;
/** More tokens than this in one read make a request of megabytes. */
const MOST_IDS = 4096;
/** Lifts the wanted tokens above all others: what is left of the rest is e^-100. */
const BIAS = 100;
/** float32 on a softmax over the wanted tokens, and on logits with the bias added. */
const SLACK = 2e-5;

const propsSchema = z.looseObject({
  default_generation_settings: z.looseObject({n_ctx: z.int().min(1)}),
  total_slots: z.int().min(1),
  model_path: z.string().optional(),
  model_alias: z.string().optional(),
  chat_template: z.string().optional(),
  build_info: z.string().optional(),
});
const modelsSchema = z.looseObject({
  data: z
    .array(
      z.looseObject({
        id: z.string(),
        meta: z
          .looseObject({
            n_vocab: z.int(),
            n_params: z.int().optional(),
            size: z.int().optional(),
            ftype: z.string().optional(),
          })
          .nullish(),
      }),
    )
    .min(1),
});

/** Asks llama.cpp's server what it serves. */
export async function describeLlamaServer(http: ServerHttp, signal?: AbortSignal): Promise<ServedModel> {
  const props = readAnswer(propsSchema, await http.get("/props", signal), "/props");
  const {data} = readAnswer(modelsSchema, await http.get("/v1/models", signal), "/v1/models");
  const [model] = data;
  const meta = model?.meta ?? undefined;
  const path = props.model_path;
  return {
    name: model?.id ?? "",
    server: "llama.cpp server",
    version: props.build_info ?? "unknown",
    ...(path === undefined ? {} : {root: basename(path)}),
    contextTokens: props.default_generation_settings.n_ctx,
    ...(meta === undefined ? {} : {vocabularySize: meta.n_vocab}),
    ...(meta?.n_params === undefined ? {} : {totalParameters: meta.n_params}),
    ...(meta?.size === undefined ? {} : {sizeBytes: meta.size}),
    ...(meta?.ftype === undefined ? {} : {quantisation: meta.ftype}),
    ...(props.chat_template === undefined ? {} : {chatTemplate: props.chat_template}),
    ...(path !== undefined && existsSync(path) ? {tokenizerFile: path} : {}),
    facts: {slots: props.total_slots},
  };
}

const topSchema = z.array(z.looseObject({id: z.int().min(0), logprob: z.number().nullable()}));
const plainSchema = z.looseObject({
  model: z.string().optional(),
  completion_probabilities: z.array(z.looseObject({top_logprobs: topSchema})).min(1),
});
const biasedSchema = z.looseObject({
  model: z.string().optional(),
  completion_probabilities: z
    .array(z.looseObject({top_probs: z.array(z.looseObject({id: z.int().min(0), prob: z.number().nullable()}))}))
    .min(1),
});

/**
 * llama.cpp's server: it gives the top tokens only. Named tokens come in a second request, whose bias lifts them above all
 * others and whose probabilities are the softmax over them; the best token, which both requests hold, joins the two.
 */
export function llamaServer({http, served, vocabularySize, wholeVocabulary}: DialectOptions): Dialect {
  const capabilities: Capabilities = {
    scale: "log-probabilities",
    ids: MOST_IDS,
    top: vocabularySize,
    vocabEntropy: wholeVocabulary ? "exact" : "bounded",
    fullLogits: false,
    hiddenState: false,
    attention: false,
    lora: false,
    positions: false,
    sharedPrefix: false,
  };
  const ask = async (prompt: readonly number[], body: object, strict: boolean, signal: AbortSignal | undefined) =>
    await http.post(
      "/completion",
      {prompt, n_predict: 1, cache_prompt: !strict, return_tokens: true, temperature: 0, seed: 0, ...body},
      signal,
    );
  const top = async (prompt: readonly number[], count: number, strict: boolean, signal: AbortSignal | undefined) => {
    const answer = readAnswer(
      plainSchema,
      await ask(prompt, {n_probs: count, post_sampling_probs: false}, strict, signal),
      "/completion",
    );
    sameModel(answer.model, served);
    const found = (answer.completion_probabilities[0]?.top_logprobs ?? []).map(
      ({id, logprob}): TokenLogit => ({token: checkedToken(id, vocabularySize), logit: checkedLogProb(logprob)}),
    );
    if (found.length === 0) throw wrongAnswer("/completion gave no top tokens");
    return found.sort((one, other) => other.logit - one.logit || one.token - other.token);
  };
  /** Log-probabilities of some tokens, told from one token whose own is known. */
  const named = async (
    prompt: readonly number[],
    tokens: readonly number[],
    anchor: TokenLogit,
    strict: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<number, number>> => {
    const found = new Map<number, number>();
    let wanted = tokens.filter(token => token !== anchor.token);
    let from = anchor;
    while (wanted.length > 0) {
      const set = [...wanted, from.token];
      const body = {
        logit_bias: set.map(token => [token, BIAS]),
        samplers: [],
        temperature: 1,
        post_sampling_probs: true,
        n_probs: set.length,
      };
      const answer = readAnswer(biasedSchema, await ask(prompt, body, strict, signal), "/completion");
      sameModel(answer.model, served);
      const told = answer.completion_probabilities[0]?.top_probs ?? [];
      const probabilities = new Map(told.map(({id, prob}) => [id, prob] as const));
      if (told.length < set.length || probabilities.size < told.length)
        throw wrongAnswer(`/completion told of ${probabilities.size} tokens, ${set.length} were asked for`);
      if (told.some(({prob}) => prob !== null && prob > 1 + SLACK))
        throw wrongAnswer(`/completion gave a probability above 1`);
      const tied = told.some(({prob}) => prob === 0);
      const own = probabilities.get(from.token);
      if (own === undefined || own === null || !(own > 0))
        throw wrongAnswer(`/completion said nothing of token ${from.token}, which was asked for`);
      const left: number[] = [];
      let least = from;
      for (const token of wanted) {
        // Among tokens of probability 0 any may be listed; otherwise one that was lifted above all others is.
        const probability = probabilities.has(token) ? probabilities.get(token) : tied ? 0 : undefined;
        if (probability === undefined)
          throw wrongAnswer(`/completion said nothing of token ${token}, which was asked for`);
        if (probability === null || Number.isNaN(probability)) throw notANumber("null");
        if (probability > 0) {
          const logit = Math.min(0, Math.log(probability) - Math.log(own) + from.logit);
          found.set(token, logit);
          if (logit < least.logit) least = {token, logit};
        } else left.push(token);
      }
      // Beside a token e^87 times as probable, float32 has nothing left of one: ask again beside the least that was found.
      if (left.length === wanted.length || least === from) {
        for (const token of left) found.set(token, Number.NEGATIVE_INFINITY);
        break;
      }
      wanted = left;
      from = least;
    }
    return found;
  };
  return {
    capabilities,
    sequences: served.facts.slots === undefined ? 4 : Number(served.facts.slots),
    read: async (prompt, spec, {strict, signal}): Promise<readonly ServerRead[]> => {
      const best = await top(prompt, wholeVocabulary ? vocabularySize : countOf(spec), strict, signal);
      const [anchor] = best;
      const told = new Set(best.map(({token}) => token));
      const wanted = [...new Set([...spec.tokens, ...spec.groups.flat()])].filter(token => !told.has(token));
      const others =
        anchor === undefined ? new Map<number, number>() : await named(prompt, wanted, anchor, strict, signal);
      return [{readOut: readOutOf({top: best, named: others, vocabularySize, slack: SLACK}, spec)}];
    },
    tokenize: async (text, signal) => {
      const answer = await http.post("/tokenize", {content: text, add_special: false, parse_special: false}, signal);
      return readAnswer(z.looseObject({tokens: z.array(z.int())}), answer, "/tokenize").tokens;
    },
  };
}

function countOf(spec: ReadSpec): number {
  return spec.top > 0 ? Math.max(spec.top, TOP) : 1;
}

function checkedToken(token: number, vocabularySize: number): number {
  if (token < vocabularySize) return token;
  throw wrongAnswer(`token ${token} is none of the ${vocabularySize} of the vocabulary`);
}
