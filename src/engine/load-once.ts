import type {FileEngine, Model} from "./engine.ts";

type Load = FileEngine["loadModel"];

/** Models that were loaded for their vocabulary and wait to be asked; whoever closes the engine closes them. */
export interface LoadOnce extends AsyncDisposable {
  readonly loadModel: Load;
}

/**
 * Loads a model once for planning and for running: one that is asked for its vocabulary is loaded whole if there is room, and
 * handed over when it is wanted whole. Loading a vocabulary takes most of the time that loading a small model takes.
 *
 * @param hasRoom whether a file may stay in memory until it is wanted
 */
export function loadOnce(load: Load, hasRoom: (path: string) => boolean): LoadOnce {
  const waiting = new Map<string, Promise<Model>>();
  const loadModel: Load = async (path, options = {}) => {
    const key = JSON.stringify([path, options.adapter?.path, options.adapter?.scale]);
    const {vocabularyOnly, ...whole} = options;
    if (vocabularyOnly !== true) {
      const ready = waiting.get(key);
      waiting.delete(key);
      return await (ready ?? load(path, whole));
    }
    let model = waiting.get(key);
    if (model === undefined) {
      if (!hasRoom(path)) return await load(path, options);
      model = load(path, whole);
      waiting.set(key, model);
      model.catch(() => waiting.delete(key));
    }
    return {...(await model), [Symbol.asyncDispose]: async () => {}};
  };
  return {
    loadModel,
    [Symbol.asyncDispose]: async () => {
      const left = [...waiting.values()];
      waiting.clear();
      // One that could not be loaded has said so to whoever asked for it.
      for (const model of left) await (await model.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/** Vocabularies come with these loads, not with the weights of a model that fills the memory, in bytes. */
const MOST_BYTES = 2 ** 30;

/**
 * Room for models that wait: each file of at most 1 GiB, together a quarter of the memory that is free at the first.
 *
 * @param sizeOf a file's size in bytes
 */
export function roomIn(freeBytes: () => number, sizeOf: (path: string) => number): (path: string) => boolean {
  let left: number | undefined;
  return path => {
    left ??= freeBytes() / 4;
    const size = sizeOf(path);
    if (size > Math.min(left, MOST_BYTES)) return false;
    left -= size;
    return true;
  };
}
