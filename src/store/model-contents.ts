import type {Manifest} from "../records/manifest.ts";

/**
 * What of a model must stay the same while a run is continued, by the name that a person knows. Two models with the same
 * contents give the same numbers.
 */
export function modelContents({
  sha256,
  adapter,
}: Pick<Manifest["model"], "sha256" | "adapter">): Readonly<Record<string, unknown>> {
  return {
    "the model file": sha256,
    "the LoRA adapter": adapter === undefined ? null : [adapter.sha256, adapter.scale],
  };
}

/** One word for a model's contents: the hash of its file, and with a `+` that of its adapter. */
export function modelHash({sha256, adapter}: Pick<Manifest["model"], "sha256" | "adapter">): string {
  return adapter === undefined ? sha256 : `${sha256}+${adapter.sha256}`;
}
