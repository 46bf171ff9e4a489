import type {IncomingMessage, ServerResponse} from "node:http";
import {z} from "zod";
import type {Model} from "../../src/engine/engine.ts";
import {logSumExp} from "../../src/math/softmax.ts";
import {type AtEnd, bodyOf, type Fault, httpServer, logitsAfter, send} from "./http-server.ts";

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
export async function llamaHttp(first: Model, firstName = "tiny.gguf", atEnd?: AtEnd): Promise<LlamaHttp> {
  let [model, name] = [first, firstName];
  const asked: LlamaHttp["asked"] = [];
  const keys: LlamaHttp["keys"] = [];
  const faults: Fault[] = [];
  const complete = async (request: z.infer<typeof completionSchema>) => {
    const {prompt, n_probs: count, post_sampling_probs: after, logit_bias: bias = []} = request;
    const logits = await logitsAfter(model, prompt);
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
    keys.push(request.headers.authorization);
    const body = await bodyOf(request);
    if (request.url === "/props") {
      send(response, {
        default_generation_settings: {n_ctx: 4096},
        total_slots: 4,
        model_path: `/nowhere/${name}`,
        build_info: "b1",
      });
    } else if (request.url === "/v1/models") {
      send(response, {data: [{id: name, meta: {n_vocab: model.vocabulary.size, n_params: 1000}}]});
    } else if (request.url === "/tokenize") {
      send(response, {tokens: model.tokenize(z.object({content: z.string()}).loose().parse(body).content)});
    } else {
      const wanted = completionSchema.parse(body);
      asked.push(wanted);
      const found = await complete(wanted);
      const fault = faults.shift();
      if (fault === undefined) send(response, found);
      else fault(response, () => found);
    }
  };
  const url = await httpServer(answer, atEnd);
  return {
    url: `llamacpp+${url}`,
    asked,
    keys,
    faults,
    become: (other, otherName = name) => {
      [model, name] = [other, otherName];
    },
  };
}
