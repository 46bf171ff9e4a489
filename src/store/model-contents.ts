import type {ModelIdentity} from "../engine/engine.ts";
import type {ModelRecord} from "../records/model.ts";
import {sameProbes} from "../records/same-probes.ts";
import {canonicalJson, sha256} from "../task/hash.ts";

type Identity = ModelIdentity | ModelRecord;

/** What of a model must stay the same while a run is continued, by the name that a person knows. */
function contents(model: Identity): Readonly<Record<string, unknown>> {
  if (model.kind !== "server") {
    const {sha256: hash, adapter} = model;
    return {"the model file": hash, "the LoRA adapter": adapter === undefined ? null : [adapter.sha256, adapter.scale]};
  }
  const {served, server, version, root, contextTokens, declared} = model;
  return {
    "the served model": [served, root ?? null],
    "the server": [server, version],
    "the server's context": contextTokens,
    "what is declared of the served model": declared,
  };
}

/**
 * What differs between two models, by the name that a person knows; nothing where both give the same numbers. The prompts
 * that a served model is known by may move by what a batch moves them.
 */
export function modelChanges(before: Identity, now: Identity): string[] {
  const [one, other] = [contents(before), contents(now)];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const changed = names.filter(name => canonicalJson(one[name] ?? null) !== canonicalJson(other[name] ?? null));
  if (before.kind !== "server" || now.kind !== "server" || sameProbes(before.probes, now.probes)) return changed;
  return [...changed, "the served model's answers to fixed prompts"];
}

/** One word for a model's contents: the hash of its file, with a `+` that of its adapter; of a served model what is known. */
export function modelHash(model: Identity): string {
  if (model.kind === "server") return sha256(canonicalJson(contents(model)));
  return model.adapter === undefined ? model.sha256 : `${model.sha256}+${model.adapter.sha256}`;
}
