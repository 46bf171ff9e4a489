import type {FileEngine} from "./engine.ts";
import {findFileModel} from "./file-model.ts";

/**
 * An engine that is opened by its first use: what is wrong with a task or a file name is then said before an engine
 * starts, or a reader is compiled.
 */
export function lazyEngine(open: () => Promise<FileEngine>): FileEngine {
  let opened: Promise<FileEngine> | undefined;
  const loadModel: FileEngine["loadModel"] = async (path, options) => {
    opened ??= open();
    return await (await opened).loadModel(path, options);
  };
  return {
    name: "lazy",
    loadModel,
    findModel: async (spec, place) => await findFileModel(loadModel, spec, place),
    openEmbedder: async (path, options) => {
      opened ??= open();
      const engine = await opened;
      if (engine.openEmbedder === undefined)
        throw new RangeError(`the engine ${engine.name} loads no embedding models`);
      return await engine.openEmbedder(path, options);
    },
    [Symbol.asyncDispose]: async () => {
      // An engine that could not be opened has said so to whoever asked for it.
      await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
