import type {IncomingMessage, ServerResponse} from "node:http";
import {z} from "zod";
import type {Model} from "../../src/engine/engine.ts";
import {logSumExp} from "../../src/math/softmax.ts";
import {type AtEnd, bodyOf, type Fault, httpServer, logitsAfter, send} from "./http-server.ts";

const requestSchema = z.looseObject({
  input_ids: z.array(z.int()),
  sampling_params: z.strictObject({temperature: z.literal(0), max_new_tokens: z.int()}),
  return_logprob: z.literal(true),
  logprob_start_len: z.literal(-1),
  top_logprobs_num: z.int(),
  token_ids_logprob: z.array(z.int()).optional(),
});

/** A server in the shapes of SGLang's documents, from any model that gives its full logits; gone when the test ends. */
export async function sglangHttp(
  model: Model,
  atEnd?: AtEnd,
): Promise<{
  readonly url: string;
  readonly asked: z.infer<typeof requestSchema>[];
  readonly faults: Fault[];
}> {
  const asked: z.infer<typeof requestSchema>[] = [];
  const faults: Fault[] = [];
  const generate = async (request: z.infer<typeof requestSchema>) => {
    const meta: Record<"output_token_logprobs", unknown[]> & Record<string, unknown[]> = {
      output_token_logprobs: [],
      output_top_logprobs: [],
      output_token_ids_logprobs: [],
    };
    let prompt = request.input_ids;
    for (let place = 0; place < request.sampling_params.max_new_tokens; place++) {
      const logits = await logitsAfter(model, prompt);
      const total = logSumExp(logits);
      const entry = (id: number) => [Math.fround((logits[id] ?? 0) - total), id, null];
      const ranked = [...logits.keys()].sort((one, other) => (logits[other] ?? 0) - (logits[one] ?? 0) || one - other);
      const [best = 0] = ranked;
      meta.output_token_logprobs.push(entry(best));
      meta.output_top_logprobs?.push(ranked.slice(0, request.top_logprobs_num).map(entry));
      meta.output_token_ids_logprobs?.push((request.token_ids_logprob ?? []).map(entry));
      if (model.vocabulary.endTokens.has(best)) break;
      prompt = [...prompt, best];
    }
    return {text: "", meta_info: {id: "x", ...meta}};
  };
  const url = await httpServer(async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    if (request.url === "/v1/models")
      return send(response, {data: [{id: "tiny", owned_by: "sglang", root: "tiny", max_model_len: 4096}]});
    if (request.url === "/get_server_info") return send(response, {version: "0.5.6", max_total_num_tokens: 4096});
    if (request.url === "/tokenize")
      return send(response, {tokens: model.tokenize(z.looseObject({prompt: z.string()}).parse(body).prompt)});
    const wanted = requestSchema.parse(body);
    asked.push(wanted);
    const found = await generate(wanted);
    const fault = faults.shift();
    if (fault === undefined) send(response, found);
    else fault(response, () => found);
  }, atEnd);
  return {url: `sglang+${url}`, asked, faults};
}
