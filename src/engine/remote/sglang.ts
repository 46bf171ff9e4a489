import {z} from "zod";
import {LabelscopeError} from "../../errors.ts";
import type {Capabilities, TokenLogit} from "../engine.ts";
import {checkedLogProb, readAnswer, wrongAnswer} from "./answer.ts";
import type {Dialect, DialectOptions, ServedModel} from "./dialect.ts";
import type {ServerHttp} from "./http.ts";
import {readOutOf} from "./partial-read.ts";

/** Best tokens that a read asks for: they make the bounds narrow. */
const TOP = 100;
const MOST_IDS = 4096;
/** float32 on a probability. */
const SLACK = 2e-6;

const modelsSchema = z.looseObject({
  data: z
    .array(z.looseObject({id: z.string(), owned_by: z.string().optional(), max_model_len: z.int().min(1).nullish()}))
    .min(1),
});

/** Asks SGLang's server what it serves; a version that does not say how long its context is cannot be planned for. */
export async function describeSglang(http: ServerHttp, _address: unknown, signal?: AbortSignal): Promise<ServedModel> {
  const {data} = readAnswer(modelsSchema, await http.get("/v1/models", signal), "/v1/models");
  const [model] = data;
  const length = model?.max_model_len;
  if (model === undefined || model.owned_by !== "sglang" || typeof length !== "number")
    throw new LabelscopeError({
      code: "server-unsupported",
      message: `${http.host} is not an SGLang server that says how long its context is (it calls itself ${JSON.stringify(model?.owned_by ?? "nothing")})`,
      next: "docs/engines.md names the servers that can be read, and the schemes of their addresses",
    });
  const info = readAnswer(
    z.looseObject({version: z.string().optional()}),
    await http.get("/get_server_info", signal),
    "/get_server_info",
  );
  return {
    name: model.id,
    server: "SGLang",
    version: info.version ?? "unknown",
    contextTokens: length - 1, // a read writes a token
    facts: {},
  };
}

/** `[log-probability, token id, text or null]` */
const entriesSchema = z.array(z.tuple([z.number().nullable(), z.int().min(0)], z.unknown()));
const generatedSchema = z.looseObject({
  meta_info: z.looseObject({
    output_token_logprobs: entriesSchema.min(1),
    output_top_logprobs: z.array(entriesSchema),
    output_token_ids_logprobs: z.array(entriesSchema.nullable()).nullish(),
  }),
});

/**
 * SGLang's server: named tokens and the best ones come in one request, for each greedy token that follows as well; the rest of
 * the vocabulary is bounded. Written from its documents and from what others send to it: a real server has not been read.
 */
export function sglang({http, served, vocabularySize, wholeVocabulary}: DialectOptions): Dialect {
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
  return {
    capabilities,
    sequences: 32,
    read: async (prompt, spec, {ahead, signal}) => {
      const few = spec.top > 0 ? Math.max(spec.top, TOP) : 1;
      const count = wholeVocabulary ? vocabularySize : Math.min(vocabularySize, few);
      const wanted = wholeVocabulary ? [] : [...new Set([...spec.tokens, ...spec.groups.flat()])];
      const room = Math.max(0, served.contextTokens - prompt.length);
      const answer = await http.post(
        "/generate",
        {
          input_ids: prompt,
          sampling_params: {temperature: 0, max_new_tokens: 1 + Math.min(ahead, room)},
          return_logprob: true,
          logprob_start_len: -1,
          top_logprobs_num: count,
          ...(wanted.length === 0 ? {} : {token_ids_logprob: wanted}),
        },
        signal,
      );
      const {meta_info: meta} = readAnswer(generatedSchema, answer, "/generate");
      return meta.output_token_logprobs.map(([, next], position) => {
        const top = entriesOf(meta.output_top_logprobs[position] ?? [], vocabularySize).sort(
          (one, other) => other.logit - one.logit || one.token - other.token,
        );
        if (top.length < count) throw wrongAnswer(`/generate gave ${top.length} of ${count} best tokens`);
        const told = entriesOf(meta.output_token_ids_logprobs?.[position] ?? [], vocabularySize);
        const named = new Map(told.map(({token, logit}) => [token, logit]));
        const missing = wanted.find(token => !named.has(token));
        if (missing !== undefined) throw wrongAnswer(`/generate said nothing of token ${missing}, which was asked for`);
        return {readOut: readOutOf({top, named, vocabularySize, slack: SLACK}, spec), next};
      });
    },
    tokenize: async (text, signal) =>
      readAnswer(
        z.looseObject({tokens: z.array(z.int())}),
        await http.post("/tokenize", {model: served.name, prompt: text, add_special_tokens: false}, signal),
        "/tokenize",
      ).tokens,
  };
}

function entriesOf(entries: z.infer<typeof entriesSchema>, vocabularySize: number): TokenLogit[] {
  return entries.map(([logProb, token]) => {
    if (token >= vocabularySize) throw wrongAnswer(`token ${token} is none of the ${vocabularySize} of the vocabulary`);
    return {token, logit: Math.min(0, checkedLogProb(logProb))};
  });
}
