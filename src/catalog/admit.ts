import {LabelscopeError} from "../errors.ts";
import {damageIn} from "./gguf/damage.ts";
import {damaged} from "./gguf/errors.ts";
import type {GgufHeader} from "./gguf/header.ts";
import {type ModelFiles, readModelFiles} from "./gguf/model-files.ts";
import {otherKind} from "./gguf/model-kind.ts";
import {unsupported} from "./gguf/unsupported.ts";

/** Headers that were held against themselves and found whole. */
const whole = new WeakSet<object>();

/** What a file is opened as. */
export type OpenedAs = "model" | "encoder" | "adapter";

/**
 * The door that every file passes before the engine sees it: it is whole, it does not contradict itself, and it is what it
 * is opened as. Reads headers only, in time and memory in proportion to them.
 *
 * An embedding model that is opened as `encoder` is whatever names a pooling; the engine says so itself.
 *
 * @throws what `readModelFiles` throws, `model-damaged`, `model-unsupported` with what the file is, `adapter-is-model`
 */
export function admitModel(path: string, as: OpenedAs): ModelFiles {
  const model = admitKind(path, as);
  requireWhole(model);
  return model;
}

/** As `admitModel`, for a file whose content was found whole before: only its lengths are held to the file again. */
export function admitKind(path: string, as: OpenedAs): ModelFiles {
  const model = readModelFiles(path);
  if (as === "model") refuseOthers(model);
  if (as === "adapter" && otherKind(model)?.kind !== "adapter") throw adapterIsModel(path);
  return model;
}

/**
 * The header of a file that answers prompts: for whoever plans with what a file says, before an engine is there.
 *
 * @throws what `readModelFiles` throws, `model-unsupported`
 */
export function admitAnswering(path: string): GgufHeader {
  const model = readModelFiles(path);
  refuseOthers(model);
  return model.header;
}

function refuseOthers(model: ModelFiles): void {
  const other = otherKind(model);
  if (other === undefined) return;
  const {header} = model;
  throw unsupported(header.path, header.text("general.architecture") ?? "unknown", other);
}

/** @throws `model-damaged` with everything that contradicts itself in the metadata */
export function requireWhole(model: ModelFiles): void {
  if (whole.has(model.header)) return;
  const found = damageIn(model);
  if (found.length > 0) throw damaged(model.header.path, found);
  // The vocabulary stands in the first file, and its tensors are the only ones where there is one file.
  if (model.paths.length === 1) whole.add(model.header);
}

function adapterIsModel(path: string): LabelscopeError {
  return new LabelscopeError({
    code: "adapter-is-model",
    message: `${path} is no LoRA adapter`,
    next: "give the two models with --model each; after a + stands an adapter",
    facts: {path},
  });
}
