import type {CommandIo, Progress} from "../commands/command.ts";
import type {Engine} from "../engine/engine.ts";

/** What every function of the library takes beside its own options; all of it can be left out. */
export interface Surroundings {
  /** Relative paths start here. Default: the working directory. */
  readonly cwd?: string;
  /** `LABELSCOPE_HOME` and what pulls need. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Aborting it ends the work at the next step; what is finished is kept. */
  readonly signal?: AbortSignal;
  /** Remarks and warnings, a line each. Default: nobody hears them. */
  readonly onNotice?: (line: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Where models run. Default: the engine of this machine, opened and closed by the call. Yours stays open. */
  readonly engine?: Engine;
}

/** The options that a function has of its own, and what the commands behind it need. */
export function taken<Own extends object>(
  request: Own & Surroundings,
): {own: Omit<Own, keyof Surroundings>; io: CommandIo} {
  const {cwd, env, signal, onNotice, onProgress, engine, ...own} = request;
  const io: CommandIo = {
    cwd: cwd ?? process.cwd(),
    env: env ?? process.env,
    signal: signal ?? new AbortController().signal,
    notice: line => onNotice?.(line),
    progress: event => onProgress?.(event),
    ...(engine === undefined ? {} : {openEngine: () => lent(engine)}),
  };
  return {own, io};
}

/** An engine that a call does not close. */
function lent(engine: Engine): Engine {
  const {openEmbedder} = engine;
  return {
    name: engine.name,
    findModel: async (spec, place) => await engine.findModel(spec, place),
    ...(openEmbedder === undefined ? {} : {openEmbedder: async (path, options) => await openEmbedder(path, options)}),
    [Symbol.asyncDispose]: async () => {},
  };
}
