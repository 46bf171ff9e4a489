import type {IncomingMessage, ServerResponse} from "node:http";
import {z} from "zod";
import type {Model} from "../../src/engine/engine.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import {logSumExp, softmax} from "../../src/math/softmax.ts";
import {type AtEnd, bodyOf, type Fault, httpServer, logitsAfter, send} from "./http-server.ts";

const requestSchema = z.looseObject({
  model: z.string(),
  prompt: z.array(z.int()),
  max_tokens: z.int(),
  logprobs: z.int(),
  logprob_token_ids: z.array(z.int()).max(128).optional(),
  cache_salt: z.string().min(1).optional(),
  vllm_xargs: z.object({labelscope: z.string()}).optional(),
});
type Request = z.infer<typeof requestSchema>;
const readerSchema = z.strictObject({
  protocol: z.literal(1),
  tokens: z.array(z.int()),
  groups: z.array(z.array(z.int())),
  top: z.int(),
});

/** Columns of the model's matrix beyond its tokeniser. */
const PADDING = 3;

export interface VllmHttp {
  /** As `--model` takes it. */
  readonly url: string;
  readonly asked: readonly Request[];
  /** Taken one an answer to a completion, as long as there are any. */
  readonly faults: Fault[];
  /** What `/v1/models` lists; may be changed. */
  readonly models: Record<string, unknown>[];
  become(model: Model, name?: string): void;
}

/**
 * A server that answers as vLLM 0.32 does, from any model that gives its full logits; gone when the test ends.
 *
 * @param options.reader whether labelscope's reader is inside; `lying` for one whose logits are not the server's
 */
export async function vllmHttp(
  first: Model,
  {reader = "none", atEnd}: {readonly reader?: "none" | "there" | "lying"; readonly atEnd?: AtEnd} = {},
): Promise<VllmHttp> {
  let [model, name] = [first, "tiny"];
  const asked: Request[] = [];
  const faults: Fault[] = [];
  const models = [{id: name, owned_by: "vllm", root: "/models/tiny", parent: null, max_model_len: 4096}];
  const position = (logits: readonly number[], request: Request): Map<number, number> => {
    const total = logSumExp(logits);
    const logProbs = logits.map(logit => Math.fround(logit - total));
    const ranked = [...logProbs.keys()].sort(
      (one, other) => (logProbs[other] ?? 0) - (logProbs[one] ?? 0) || one - other,
    );
    const [best = 0] = ranked;
    const {vllm_xargs: extra, logprob_token_ids: ids} = request;
    if (extra === undefined || reader === "none") {
      const padding = Array.from({length: PADDING}, (_, column) => logits.length + column);
      const named = ids ?? [...ranked, ...padding].slice(0, request.logprobs);
      return new Map([...named, best].map(id => [id, Math.max(-9999, logProbs[id] ?? Number.NEGATIVE_INFINITY)]));
    }
    const spec = readerSchema.parse(JSON.parse(extra.labelscope));
    const seen = reader === "lying" ? logits.map(logit => logit / 2) : logits;
    const lse = logSumExp(seen);
    const top = ranked.slice(0, spec.top);
    const numbers = [
      ...[1001, logits.length, Math.fround(lse), lse - Math.fround(lse)],
      ...[entropyBits(softmax(seen)) * Math.LN2, seen[best] ?? 0],
      ...spec.tokens.map(id => seen[id] ?? 0),
      ...spec.groups.map(group => logSumExp([...new Set(group)].map(id => seen[id] ?? 0))),
      ...top,
      ...top.map(id => seen[id] ?? 0),
    ];
    const told = new Map(numbers.map((value, place) => [place, Number.isFinite(value) ? value : -9999]));
    if (best < numbers.length) {
      told.set(numbers.length, told.get(best) ?? 0);
      told.set(best, 1e30);
    }
    return told;
  };
  const complete = async (request: Request) => {
    const tokens: string[] = [];
    const told: Record<string, number>[] = [];
    let prompt = request.prompt;
    for (let place = 0; place < request.max_tokens; place++) {
      const logits = await logitsAfter(model, prompt);
      const best = logits.indexOf(Math.max(...logits));
      tokens.push(`token_id:${best}`);
      told.push(Object.fromEntries([...position(logits, request)].map(([id, value]) => [`token_id:${id}`, value])));
      if (model.vocabulary.endTokens.has(best)) break;
      prompt = [...prompt, best];
    }
    return {model: request.model, choices: [{index: 0, logprobs: {tokens, top_logprobs: told}}]};
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    if (request.url === "/v1/models") return send(response, {object: "list", data: models});
    if (request.url === "/version") return send(response, {version: "0.32.0"});
    if (request.url === "/tokenize") {
      const {prompt} = z.looseObject({prompt: z.string(), add_special_tokens: z.literal(false)}).parse(body);
      return send(response, {tokens: model.tokenize(prompt)});
    }
    const wanted = requestSchema.parse(body);
    const {size} = model.vocabulary;
    const columns = size + PADDING;
    if (wanted.logprob_token_ids?.some(id => id >= columns) === true)
      return send(response, {error: {message: `token ids must be below Vocabulary size: ${columns}`}}, 400);
    if (wanted.prompt.length + wanted.max_tokens > 4096)
      return send(response, {error: {message: "the prompt is too long"}}, 400);
    asked.push(wanted);
    const found = {...(await complete(wanted)), model: name};
    const fault = faults.shift();
    if (fault === undefined) send(response, found);
    else fault(response, () => found);
  };
  const url = await httpServer(answer, atEnd);
  return {
    url: `${url}/v1`,
    asked,
    faults,
    models,
    become: (other, otherName = name) => {
      [model, name] = [other, otherName];
    },
  };
}
