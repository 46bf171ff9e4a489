import {LabelscopeError} from "../errors.ts";

/** The parts of a model SPEC as they were written. */
export interface SpecParts {
  readonly model: string;
  readonly adapter?: {readonly name: string; readonly scale: number};
}

/**
 * Takes `MODEL[+ADAPTER[@SCALE]]` apart. Since a path may contain `+` and `@`, what exists decides: the whole text as
 * one model first, then the split whose both sides exist, then the one whose model exists, then the first `+`.
 *
 * @param exists whether a text names a known model or an existing file
 * @throws `model-spec` for an empty spec, an empty part beside a `+`, or a scale that is no number after an adapter that is there
 */
export async function readSpec(spec: string, exists: (name: string) => Promise<boolean>): Promise<SpecParts> {
  if (spec.trim() === "") throw emptyPart(spec);
  if (!spec.includes("+") || (await exists(spec))) return {model: spec};
  let fallback: SpecParts | undefined;
  let fallbackExists = false;
  for (let plus = spec.indexOf("+"); plus !== -1; plus = spec.indexOf("+", plus + 1)) {
    const model = spec.slice(0, plus);
    const rest = spec.slice(plus + 1);
    if (model === "" || rest === "") continue;
    const modelExists = await exists(model);
    const {exists: adapterExists, ...adapter} = await readAdapter(rest, exists);
    if (modelExists && adapterExists) return {model, adapter};
    if (fallback === undefined || (modelExists && !fallbackExists)) {
      fallback = {model, adapter};
      fallbackExists = modelExists;
    }
  }
  if (fallback === undefined) throw emptyPart(spec);
  return fallback;
}

async function readAdapter(text: string, exists: (name: string) => Promise<boolean>) {
  const scaled = /^(.+)@([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i.exec(text);
  const scale = Number(scaled?.[2]);
  const whole = {name: text, scale: 1, exists: await exists(text)};
  if (whole.exists) return whole;
  const [, named = "", after] = /^(.+)@([^@+]*)$/s.exec(text) ?? [];
  if (after !== undefined && !Number.isFinite(scale) && (await exists(named))) throw noScale(named, after);
  if (scaled?.[1] === undefined || !Number.isFinite(scale)) return whole;
  return {name: scaled[1], scale, exists: await exists(scaled[1])};
}

function noScale(adapter: string, after: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-spec",
    message: `"${after}" after ${adapter}@ is no number`,
    next: `write the adapter's scale there, e.g. ${adapter}@0.5, or leave it out: ${adapter}`,
    facts: {adapter, scale: after},
  });
}

function emptyPart(spec: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-spec",
    message: `"${spec}" names no model`,
    next: "write MODEL or MODEL+ADAPTER@SCALE, e.g. smollm2-135m-instruct or base.gguf+tuned.gguf@0.5",
    facts: {spec},
  });
}
