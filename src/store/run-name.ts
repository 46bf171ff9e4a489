import type {RunIdentity} from "../records/manifest.ts";
import {canonicalJson, sha256} from "../task/hash.ts";

/** Characters of a task's or a model's name in a folder's name; file systems take 255 in all. */
const LONGEST_PART = 100;

/**
 * The name of a run's folder: task, model and a hash of everything that changes a prompt or a number, so that the same
 * command finds its run again, whatever its limits, threads and sequences.
 *
 * Shards of one run share the hash.
 */
export function runName(identity: RunIdentity): string {
  const {shard, ...rest} = identity;
  const hash = sha256(canonicalJson(rest)).slice(0, 8);
  const suffix = shard === undefined ? "" : `-shard${shard.index}of${shard.count}`;
  return `${fileName(rest.task)}-${fileName(rest.model)}-${hash}${suffix}`;
}

function fileName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._+@-]+/g, "_").slice(0, LONGEST_PART);
}
