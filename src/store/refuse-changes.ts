import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import {canonicalJson} from "../task/hash.ts";
import {modelChanges} from "./model-contents.ts";

/** What of a run's contents must not change while it is continued, by the name that a person knows. */
function contents(manifest: Manifest): Record<string, unknown> {
  return {
    "the options of the run": manifest.identity,
    "the task file": manifest.task.hash,
    "the training data (or the demonstrations drawn from it)": manifest.prompt.hash,
    "the test data": manifest.task.dataHashes.test,
    "the calibration data": manifest.task.dataHashes.calibration,
  };
}

/** How each capture was made, by the name that a person knows; those that only one of two manifests has are left out. */
function captures(manifest: Manifest, other: Manifest): Record<string, unknown> {
  const {tree, unary, binary, hidden, embedding} = manifest.captures ?? {};
  const both = other.captures ?? {};
  return {
    ...(both.tree === undefined || tree === undefined ? {} : {"how label trees are grown": tree}),
    ...(both.unary === undefined || unary === undefined ? {} : {"the prompts of unary": unary}),
    ...(both.binary === undefined || binary === undefined ? {} : {"the prompts of binary": binary}),
    ...(both.hidden === undefined || hidden === undefined ? {} : {"the width of the hidden states": hidden.columns}),
    ...(both.hidden?.trainHash === undefined || hidden?.trainHash === undefined
      ? {}
      : {"the training data of the hidden states": hidden.trainHash}),
    ...(both.embedding === undefined || embedding === undefined ? {} : {"the embedding model": embedding.sha256}),
    ...(both.embedding?.trainHash === undefined || embedding?.trainHash === undefined
      ? {}
      : {"the training data of the embeddings": embedding.trainHash}),
  };
}

/**
 * Refuses to go on with a run whose contents are not those that it was begun with.
 *
 * @throws `run-changed`, which names all that changed
 */
export function refuseChanges(folder: string, before: Manifest, now: Manifest): void {
  const changed = [
    ...modelChanges(before.model, now.model),
    ...differing(contents(before), contents(now)),
    ...differing(captures(before, now), captures(now, before)),
    ...differing(before.engine, now.engine).map(
      fact => `the engine's ${fact} (was ${show(before.engine[fact])}, is ${show(now.engine[fact])})`,
    ),
  ];
  if (changed.length === 0) return;
  throw new LabelscopeError({
    code: "run-changed",
    message: `${folder} was begun with other contents`,
    details: changed.map(name => `changed: ${name}`),
    next: ["--out DIR begins a run of its own", "--fresh moves the old run aside and begins anew"],
    facts: {folder, changed},
  });
}

/** The names under which two records do not hold the same. */
function differing(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter(name => canonicalJson(one[name] ?? null) !== canonicalJson(other[name] ?? null));
}

function show(fact: string | number | boolean | undefined): string {
  return fact === undefined ? "not said" : String(fact);
}
