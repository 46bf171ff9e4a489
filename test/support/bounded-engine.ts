import {batchedLanes} from "../../src/engine/batched-lanes.ts";
import type {FileEngine, Model, ReadOut, Session} from "../../src/engine/engine.ts";
import {loadingEngine} from "../run/workspace.ts";
import {exactly} from "./exactly.ts";

/** How far the bounds are from the entropy that they hold, in bits. */
export const BELOW = 0.1;
export const ABOVE = 0.2;

function bounded(readOut: ReadOut): ReadOut {
  const bits = exactly(readOut.vocabEntropyBits);
  return {...readOut, vocabEntropyBits: [bits - BELOW, bits + ABOVE]};
}

/** The same engine, but that it bounds the entropy of the vocabulary, as one that sees the best tokens only. */
export function boundingEngine(engine: FileEngine): FileEngine {
  return loadingEngine(async (path, load) => {
    const model = await engine.loadModel(path, load);
    const capabilities = {...model.capabilities, vocabEntropy: "bounded", scale: "log-probabilities"} as const;
    const openSession: Model["openSession"] = async options => {
      const session = await model.openSession(options);
      const extend: Session["extend"] = async (items, signal) =>
        (await session.extend(items, signal)).map(readOuts => readOuts.map(bounded));
      return {
        path: session.path,
        sequences: session.sequences,
        contextTokens: session.contextTokens,
        length: sequence => session.length(sequence),
        extend,
        fork: async (from, to) => await session.fork(from, to),
        trim: async (sequence, length) => await session.trim(sequence, length),
        [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
      };
    };
    return {
      ...model,
      capabilities,
      openSession,
      planLanes: request => batchedLanes({openSession, capabilities}, request),
    };
  });
}
