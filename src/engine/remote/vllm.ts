import {basename} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../../errors.ts";
import type {ServerAddress} from "./address.ts";
import {readAnswer} from "./answer.ts";
import type {Dialect, DialectOptions, ServedModel} from "./dialect.ts";
import type {ServerHttp} from "./http.ts";
import {checkVllmReader, hasVllmReader, vllmReader} from "./vllm-reader.ts";
import {vllmStock} from "./vllm-stock.ts";

const modelsSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      owned_by: z.string().optional(),
      root: z.string().nullish(),
      parent: z.string().nullish(),
      max_model_len: z.int().min(1).nullish(),
    }),
  ),
});
type Listed = z.infer<typeof modelsSchema>["data"][number];

/**
 * Asks an OpenAI-like server what it serves, and lets it pass only if it is vLLM: others do not tell what a label distribution
 * is made of.
 *
 * @throws `server-unsupported`; `served-model` if the spec names none of several models, or one that is not there
 */
export async function describeVllm(
  http: ServerHttp,
  address: ServerAddress,
  signal?: AbortSignal,
): Promise<ServedModel> {
  const answer = await http.get("/v1/models", signal).catch(error => {
    if (error instanceof LabelscopeError && error.code === "server-refused" && /status 404/.test(error.message))
      throw unsupported(http.host, undefined, error);
    throw error;
  });
  const listed = modelsSchema.safeParse(answer);
  const [first] = listed.data?.data ?? [];
  if (first?.owned_by !== "vllm") throw unsupported(http.host, first?.owned_by);
  const {data} = readAnswer(modelsSchema, answer, "/v1/models");
  const model = chosen(data, address.model, http.host);
  const base = data.find(({id}) => id === model.parent) ?? model;
  const version = readAnswer(z.looseObject({version: z.string()}), await http.get("/version", signal), "/version");
  const contextTokens = model.max_model_len ?? base.max_model_len;
  if (contextTokens === null || contextTokens === undefined)
    throw unsupported(http.host, "vllm, without the length of its context");
  return {
    name: model.id,
    server: "vLLM",
    version: version.version,
    ...(typeof model.root === "string" ? {root: basename(model.root)} : {}),
    ...(typeof model.parent === "string" ? {parent: model.parent} : {}),
    contextTokens: contextTokens - 1, // a read writes a token
    facts: {},
  };
}

/** The model that is named, or the only one that is no LoRA on another. */
function chosen(data: readonly Listed[], name: string | undefined, host: string): Listed {
  const own = data.filter(({parent}) => typeof parent !== "string");
  const found = name === undefined ? (own.length === 1 ? own[0] : undefined) : data.find(({id}) => id === name);
  if (found !== undefined) return found;
  throw new LabelscopeError({
    code: "served-model",
    message: name === undefined ? `${host} serves several models` : `${host} serves no model ${JSON.stringify(name)}`,
    details: data.map(({id, parent}) => (typeof parent === "string" ? `${id} (LoRA on ${parent})` : id)),
    next: "name one of them after a # at the end of the address: http://HOST:PORT/v1#MODEL",
    facts: {host, models: data.map(({id}) => id)},
  });
}

function unsupported(host: string, kind: string | undefined, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "server-unsupported",
    message: `${host} is ${kind === undefined ? "no server of vLLM" : `not vLLM (it calls itself "${kind}")`}`,
    details: [
      "A label distribution needs the probability of every label at a step. APIs that tell the best 20 tokens of a chat, or none, do not give it: a label that is not among them has no number.",
    ],
    next: [
      "vLLM's server: http://HOST:PORT/v1#MODEL; llama.cpp's: llamacpp+http://HOST:PORT (docs/engines.md)",
      "answers or scores made elsewhere: labelscope evaluate --predictions FILE",
    ],
    facts: {host},
    cause,
  });
}

/** Texts for the probe and the self-test; never a document. */
const TEXTS = ["The capital of France is", 'Labels: joy, fear\nInput: it rained\n{"label": ["', "1, 2, 3,"];

/** No vocabulary has this id: the server's refusal says how many it has. */
const NO_TOKEN = 2 ** 31 - 1;

/**
 * How many tokens the model gives a probability to: more than its tokeniser has, if its matrix is padded. Bounds of what is not
 * told are too narrow without them.
 *
 * @returns `undefined` if the server does not say
 */
async function columnsOf({http, served}: DialectOptions, prompt: readonly number[]): Promise<number | undefined> {
  const body = {prompt, max_tokens: 1, temperature: 0, logprobs: 1, logprob_token_ids: [NO_TOKEN]};
  try {
    await http.post("/v1/completions", {model: served.name, ...body});
  } catch (error) {
    if (!(error instanceof LabelscopeError) || error.code !== "server-refused") throw error;
    const size = /vocab(?:ulary)?[ _]size:? *(\d+)/i.exec(error.message)?.[1];
    return size === undefined ? undefined : Number(size);
  }
  return undefined;
}

const tokensSchema = z.looseObject({tokens: z.array(z.int())});

/** vLLM's server: read through labelscope's reader if it is inside, else through what the server itself tells. */
export async function vllm(options: DialectOptions): Promise<Dialect> {
  const {http, served} = options;
  const tokenize: Dialect["tokenize"] = async (prompt, signal) =>
    readAnswer(
      tokensSchema,
      await http.post("/tokenize", {model: served.name, prompt, add_special_tokens: false}, signal),
      "/tokenize",
    ).tokens;
  const prompts = await Promise.all(TEXTS.map(async text => await tokenize(text)));
  const [prompt = []] = prompts;
  const columns = await columnsOf(options, prompt);
  const stock = vllmStock({...options, vocabularySize: Math.max(options.vocabularySize, columns ?? 0)});
  if (!(await hasVllmReader(options, prompt))) return {...stock, tokenize};
  const reader = vllmReader(options);
  await checkVllmReader(reader, stock, prompts);
  return {...reader, tokenize};
}
