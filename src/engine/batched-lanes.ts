import type {Model, SessionOptions} from "./engine.ts";
import type {LanesRequest, PlannedLanes} from "./lanes.ts";
import {Lockstep, type LockstepOptions, sequencesNeeded} from "./lockstep.ts";

const BATCH_TOKENS = 512;
/** With hidden states every token of an evaluation takes a row of the vocabulary. */
const HIDDEN_BATCH_TOKENS = 128;
const MAX_SEQUENCES = 256;
/** Documents under way at once, beside the shared prefix and with room to score labels. */
const MOST_LANES = 128;

/** How many documents run side by side on how large a session. */
export interface BatchShape {
  readonly lockstep: LockstepOptions;
  readonly session: SessionOptions;
}

/** The numbers in the cache of a model on this machine: what is opened with them, and what a manifest says. */
export function cacheTypeOf({strict}: Pick<LanesRequest, "strict">): "f32" | "f16" {
  return strict ? "f32" : "f16";
}

/** The shape of a capture's session, the same for the same request. */
function batchShape(request: LanesRequest, shared: boolean): BatchShape {
  const {strict, scratch, longestTokens, hidden, local} = request;
  const wanted = strict ? 1 : (request.sequences ?? (shared ? 8 : 1));
  const perLane = Math.min(scratch.sequences, request.wantedScratch);
  const fitting = Math.floor((MAX_SEQUENCES - 1) / (1 + perLane));
  const lanes = Math.min(wanted, MOST_LANES, fitting, Math.max(1, request.documents));
  const room = Math.floor((MAX_SEQUENCES - 1 - lanes) / lanes);
  const lockstep = {
    prefix: strict ? [] : request.prefix,
    lanes,
    scratchPerLane: strict || !shared ? 0 : Math.min(scratch.sequences, room),
  };
  const own = longestTokens - lockstep.prefix.length + lockstep.scratchPerLane * scratch.tokens;
  return {
    lockstep,
    session: {
      sequences: sequencesNeeded(lockstep),
      contextTokens: roundUp(longestTokens),
      cells: roundUp(lockstep.prefix.length + lanes * own),
      ...local,
      batchTokens: hidden ? HIDDEN_BATCH_TOKENS : BATCH_TOKENS,
      cacheType: cacheTypeOf(request),
      ...(hidden ? {hidden: true} : {}),
    },
  };
}

/** Lanes of a model that evaluates batches: they share a session and go in lockstep. */
export function batchedLanes(
  {openSession, capabilities}: Pick<Model, "openSession" | "capabilities">,
  request: LanesRequest,
): PlannedLanes {
  const {lockstep, session: options} = batchShape(request, capabilities.sharedPrefix);
  return {
    facts: {
      sequences: lockstep.lanes,
      threads: options.threads,
      batchTokens: BATCH_TOKENS,
      contextTokens: options.contextTokens,
      sharedPrefixTokens: lockstep.prefix.length,
    },
    open: async signal => {
      const session = await openSession(options);
      const lanes = new Lockstep(session, lockstep, signal);
      return {
        run: async (jobs, work) => {
          await lanes.prepare();
          await lanes.run(jobs, work);
        },
        [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
      };
    },
  };
}

function roundUp(tokens: number): number {
  return Math.ceil(tokens / 256) * 256;
}
