import type {Engine} from "./engine.ts";
import {lazyEngine} from "./lazy-engine.ts";
import {type LocalOptions, openLocalEngine} from "./local.ts";

/** What any engine may be opened with; each takes what is its own. */
export interface EngineOptions extends Omit<LocalOptions, "retryCompile"> {}

/** Opens whatever engine a model needs, when it is needed. */
export type OpenEngine = (options: EngineOptions) => Engine;

interface EngineKind {
  /** Whether a model's spec is this engine's: by its scheme. */
  readonly reads: (spec: string) => boolean;
  readonly open: OpenEngine;
}

/** Every engine, in the order in which they are asked for a spec; the last one reads files and takes what is left. */
const engines: Readonly<Record<string, EngineKind>> = {
  local: {reads: () => true, open: options => lazyEngine(() => openLocalEngine(options))},
};

/**
 * One engine for all models: each spec goes to the engine of its scheme, which is opened at its first use. A path or a
 * catalogue id, which has no scheme, goes to the local one, as do embedding models.
 */
export const openEngine: OpenEngine = options => {
  const opened = new Map<string, Engine>();
  const engineFor = (name: string): Engine => {
    const known = opened.get(name) ?? engines[name]?.open(options);
    if (known === undefined) throw new RangeError(`there is no engine ${name}`);
    opened.set(name, known);
    return known;
  };
  return {
    name: "any",
    findModel: async (spec, place) => {
      const name = Object.entries(engines).find(([, {reads}]) => reads(spec))?.[0] ?? "local";
      return await engineFor(name).findModel(spec, place);
    },
    openEmbedder: async (path, embedderOptions) => {
      const local = engineFor("local");
      if (local.openEmbedder === undefined) throw new RangeError("the local engine loads no embedding models");
      return await local.openEmbedder(path, embedderOptions);
    },
    [Symbol.asyncDispose]: async () => {
      for (const engine of opened.values()) await engine[Symbol.asyncDispose]();
    },
  };
};
