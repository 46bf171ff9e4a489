import type {Engine} from "../engine/engine.ts";

/**
 * An engine that is opened by its first use: what is wrong with a task or a file name is then said before an engine
 * starts, or a reader is compiled.
 */
export function lazyEngine(open: () => Promise<Engine>): Engine {
  let opened: Promise<Engine> | undefined;
  return {
    name: "lazy",
    loadModel: async (path, options) => {
      opened ??= open();
      return await (await opened).loadModel(path, options);
    },
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
