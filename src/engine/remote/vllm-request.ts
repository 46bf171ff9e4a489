import {randomUUID} from "node:crypto";
import {z} from "zod";
import {readAnswer, wrongAnswer} from "./answer.ts";
import type {DialectOptions} from "./dialect.ts";
import {sameModel} from "./served-model.ts";

/** One position of a reply: the token that was taken there, and the numbers by the id under which they came. */
export interface Position {
  readonly best: number;
  readonly told: ReadonlyMap<number, number>;
}

const completionSchema = z.looseObject({
  model: z.string().optional(),
  choices: z
    .array(
      z.looseObject({
        logprobs: z.looseObject({
          tokens: z.array(z.string()).min(1),
          top_logprobs: z.array(z.record(z.string(), z.number())),
        }),
      }),
    )
    .min(1),
});

export interface Asked {
  /** Of the body, what differs between requests. */
  readonly body: object;
  /** Nothing that an earlier request left in the server's cache is used. */
  readonly strict: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * One greedy completion of vLLM's server, with what it told at each position.
 *
 * vLLM takes what a request leaves open from the model's own generation_config.json: a penalty there would change answers.
 */
export async function complete(
  {http, served}: Pick<DialectOptions, "http" | "served">,
  prompt: readonly number[],
  {body, strict, signal}: Asked,
): Promise<readonly Position[]> {
  const answer = readAnswer(
    completionSchema,
    await http.post(
      "/v1/completions",
      {
        model: served.name,
        prompt,
        max_tokens: 1,
        temperature: 0,
        repetition_penalty: 1,
        add_special_tokens: false,
        skip_special_tokens: false,
        return_tokens_as_token_ids: true,
        ...(strict ? {cache_salt: randomUUID()} : {}),
        ...body,
      },
      signal,
    ),
    "/v1/completions",
  );
  sameModel(answer.model, served);
  const logprobs = answer.choices[0]?.logprobs;
  if (logprobs === undefined || logprobs.tokens.length !== logprobs.top_logprobs.length)
    throw wrongAnswer("/v1/completions gave another number of tokens than of positions");
  return logprobs.tokens.map((token, place) => ({
    best: idOf(token),
    told: new Map(Object.entries(logprobs.top_logprobs[place] ?? {}).map(([key, value]) => [idOf(key), value])),
  }));
}

/** vLLM writes a token's id as text where it is asked to. */
function idOf(key: string): number {
  const id = /^token_id:(\d+)$/.exec(key)?.[1];
  if (id === undefined) throw wrongAnswer(`/v1/completions named a token ${JSON.stringify(key.slice(0, 40))}`);
  return Number(id);
}

/** How vLLM writes minus infinity. */
export function fromClamped(value: number): number {
  return value <= -9999 ? Number.NEGATIVE_INFINITY : value;
}
