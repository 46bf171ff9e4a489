import {LabelscopeError} from "../errors.ts";

/**
 * `--lora FILE --lora-scale X` as model SPECs: each `MODEL` becomes `MODEL+FILE@X`, so that a run's name and manifest are the
 * same whichever way the adapter was written.
 *
 * @param scale 1 where it is absent
 * @throws `usage` for a scale without an adapter, and for an empty name
 * @example withLora(["base.gguf"], {lora: "tuned.gguf", scale: 0.5}) // ["base.gguf+tuned.gguf@0.5"]
 */
export function withLora(
  models: readonly string[],
  {lora, scale}: {readonly lora?: string | undefined; readonly scale?: number | undefined},
): string[] {
  if (lora === undefined && scale === undefined) return [...models];
  if (lora === undefined || lora === "") {
    throw new LabelscopeError({
      code: "usage",
      message: lora === "" ? "--lora names no adapter" : "--lora-scale without --lora scales nothing",
      next: "--lora adapter.gguf --lora-scale 0.5, or --model MODEL+adapter.gguf@0.5 for one of several models",
    });
  }
  return models.map(model => `${model}+${lora}${scale === undefined || scale === 1 ? "" : `@${scale}`}`);
}
