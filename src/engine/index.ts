import type {Engine, FileEngine} from "./engine.ts";
import {lazyEngine} from "./lazy-engine.ts";
import {type LocalOptions, openLocalEngine} from "./local.ts";
import {serverKinds} from "./remote/index.ts";
import {findServedModel, type RemoteOptions, type ServerKind} from "./remote/remote-engine.ts";
import {isTokenizerJson, readTokenizerJson} from "./tokenizer-json.ts";

/** What any engine may be opened with; each takes what is its own. */
export interface EngineOptions extends Omit<LocalOptions, "retryCompile">, RemoteOptions {}

/** Opens whatever engine a model needs, when it is needed. */
export type OpenEngine = (options: EngineOptions) => Engine;

interface EngineKind {
  /** Whether a model's spec is this engine's: by its scheme. */
  readonly reads: (spec: string) => boolean;
  readonly open: (options: EngineOptions, local: () => FileEngine) => Engine;
}

const openLocal = (options: EngineOptions): FileEngine => lazyEngine(() => openLocalEngine(options));

/** Models of one kind of server; their tokenisers are GGUF files, which the local engine reads, or tokenizer.json. */
function serverEngine(kind: ServerKind): EngineKind["open"] {
  return (options, local) => ({
    name: kind.tag,
    findModel: async (spec, place) =>
      await findServedModel(kind, spec, place, {
        ...options,
        loadTokenizer: async path =>
          (await isTokenizerJson(path))
            ? await readTokenizerJson(path)
            : await local().loadModel(path, {vocabularyOnly: true}),
      }),
    [Symbol.asyncDispose]: async () => {},
  });
}

/** Every engine, in the order in which they are asked for a spec; the last one reads files and takes what is left. */
const engines: readonly EngineKind[] = [
  ...serverKinds.map(kind => ({reads: kind.reads, open: serverEngine(kind)})),
  {reads: () => true, open: (_options, local) => local()},
];

/**
 * One engine for all models: each spec goes to the engine of its scheme, which is opened at its first use. A path or a
 * catalogue id, which has no scheme, goes to the local one, as do embedding models.
 */
export const openEngine: OpenEngine = options => {
  const opened = new Map<EngineKind, Engine>();
  let local: FileEngine | undefined;
  const openedLocal = () => {
    local ??= openLocal(options);
    return local;
  };
  return {
    name: "any",
    findModel: async (spec, place) => {
      const kind = engines.find(({reads}) => reads(spec));
      if (kind === undefined) throw new RangeError(`no engine reads ${spec}`);
      const engine = opened.get(kind) ?? kind.open(options, openedLocal);
      opened.set(kind, engine);
      const declared = Object.keys(options.declared ?? {});
      if (kind === engines.at(-1) && declared.length > 0)
        options.notice?.(
          `${spec} is a file, which says itself what it is: --declare ${declared.join(", ")} is not used`,
        );
      return await engine.findModel(spec, place);
    },
    openEmbedder: async (path, embedderOptions) => {
      const engine = openedLocal();
      if (engine.openEmbedder === undefined) throw new RangeError("the local engine loads no embedding models");
      return await engine.openEmbedder(path, embedderOptions);
    },
    [Symbol.asyncDispose]: async () => await local?.[Symbol.asyncDispose](),
  };
};
