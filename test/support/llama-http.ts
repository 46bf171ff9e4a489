import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import {onTestFinished} from "vitest";
import {z} from "zod";
import type {Model} from "../../src/engine/engine.ts";
import {logSumExp} from "../../src/math/softmax.ts";

/** What goes wrong with one answer; `undefined` lets it pass. */
export type Fault = (response: ServerResponse, answer: () => object) => void;

export interface LlamaHttp {
  readonly url: string;
  /** Bodies of the requests for completions, in their order. */
  readonly asked: z.infer<typeof completionSchema>[];
  readonly keys: (string | undefined)[];
  /** Taken one an answer to a completion, as long as there are any. */
  readonly faults: Fault[];
  /** Serves another model from now on. */
  become(model: Model, name?: string): void;
}

const completionSchema = z.looseObject({
  prompt: z.array(z.int()),
  n_probs: z.int(),
  post_sampling_probs: z.boolean(),
  cache_prompt: z.boolean(),
  logit_bias: z.array(z.tuple([z.int(), z.number()])).optional(),
});

/** A server that answers as llama.cpp's does, from any model that gives its full logits; gone when the test ends. */
export async function llamaHttp(first: Model, firstName = "tiny.gguf"): Promise<LlamaHttp> {
  let [model, name] = [first, firstName];
  const asked: LlamaHttp["asked"] = [];
  const keys: LlamaHttp["keys"] = [];
  const faults: Fault[] = [];
  const complete = async (request: z.infer<typeof completionSchema>) => {
    const {prompt, n_probs: count, post_sampling_probs: after, logit_bias: bias = []} = request;
    await using session = await model.openSession({
      sequences: 1,
      contextTokens: 4096,
      threads: 1,
      flashAttention: false,
      cacheType: "f32",
    });
    const spec = {tokens: [], groups: [], top: 0, logits: true};
    const [read] = await session.extend([{sequence: 0, tokens: prompt, reads: [{at: prompt.length - 1, spec}]}]);
    const logits = Array.from(read?.[0]?.logits ?? []);
    // The bias moves what is sampled from, not what was there before sampling.
    for (const [token, weight] of after ? bias : []) logits[token] = (logits[token] ?? 0) + weight;
    const total = logSumExp(logits);
    const best = logits
      .map((logit, id) => ({id, logprob: logit - total, prob: Math.fround(Math.exp(logit - total))}))
      .sort((one, other) => other.logprob - one.logprob || one.id - other.id)
      .slice(0, count);
    const place = after
      ? {top_probs: best.map(({id, prob}) => ({id, prob}))}
      : {top_logprobs: best.map(({id, logprob}) => ({id, logprob: Math.fround(logprob)}))};
    return {model: name, completion_probabilities: [place]};
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const send = (body: object) =>
      response.writeHead(200, {"content-type": "application/json"}).end(JSON.stringify(body));
    keys.push(request.headers.authorization);
    const body = await bodyOf(request);
    if (request.url === "/props") {
      send({
        default_generation_settings: {n_ctx: 4096},
        total_slots: 4,
        model_path: `/nowhere/${name}`,
        build_info: "b1",
      });
    } else if (request.url === "/v1/models") {
      send({data: [{id: name, meta: {n_vocab: model.vocabulary.size, n_params: 1000}}]});
    } else if (request.url === "/tokenize") {
      send({tokens: model.tokenize(z.object({content: z.string()}).loose().parse(body).content)});
    } else {
      const wanted = completionSchema.parse(body);
      asked.push(wanted);
      const found = await complete(wanted);
      const fault = faults.shift();
      if (fault === undefined) send(found);
      else fault(response, () => found);
    }
  };
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `llamacpp+http://127.0.0.1:${port}`,
    asked,
    keys,
    faults,
    become: (other, otherName = name) => {
      [model, name] = [other, otherName];
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString());
}
