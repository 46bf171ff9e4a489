import {LabelscopeError} from "../../errors.ts";
import type {Probe} from "../../records/model.ts";
import type {Model, ReadSpec} from "../engine.ts";
import type {Dialect} from "./dialect.ts";

/** What every served model is asked to be known again. Never a document: the answers are stored. */
const PROMPTS = [
  "The capital of France is",
  'Input: it rained all day and nobody came\n{"label": ["',
  "1, 2, 3, 4, 5,",
] as const;

const SPEC: ReadSpec = {tokens: [], groups: [], top: 5};
/** Reads the fixed prompts: their best tokens with log-probabilities tell one set of weights from another. */
export async function readProbes(
  dialect: Dialect,
  {tokenize, vocabulary: {bosToken}}: Pick<Model, "tokenize" | "vocabulary">,
  signal?: AbortSignal,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const prompt of PROMPTS) {
    const tokens = [...(bosToken === undefined ? [] : [bosToken]), ...tokenize(prompt)];
    const [read] = await dialect.read(tokens, SPEC, {ahead: 0, strict: false, signal});
    probes.push({
      prompt,
      top: (read?.readOut.top ?? []).map(({token, logit}) => ({token, logProb: Number(logit.toFixed(4))})),
    });
  }
  return probes;
}

/** The server serves another model than it did when it was first asked. */
export function serverChanged(host: string, what: string): LabelscopeError {
  return new LabelscopeError({
    code: "server-changed",
    message: `${host} no longer serves the model that this command began with: ${what}`,
    details: ["documents captured since the last check may be of either model"],
    next: ["serve the first model again, and repeat the command with --fresh", "or --out DIR for the other model"],
    facts: {host, what},
  });
}
