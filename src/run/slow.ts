import {availableParallelism, loadavg} from "node:os";
import {counted} from "../counted.ts";

/** Earlier, the speed says nothing. */
const FEWEST_SECONDS = 10;
/** Faster than this nobody asks why. */
const SLOW = 1;

/**
 * Why a capture is slow, as far as this machine can tell.
 *
 * @param at.threads of the engine here; absent for a server, of which nothing can be told
 * @returns nothing while it is fast, too early to say, or no reason is seen
 */
export function slowBecause(at: {
  readonly seconds: number;
  readonly documentsPerSecond: number;
  readonly threads: number | undefined;
  readonly reader: unknown;
  /** Default: asked. */
  readonly machine?: {readonly processors: number; readonly load: number};
}): string | undefined {
  const {seconds, documentsPerSecond, threads, reader} = at;
  if (threads === undefined || seconds < FEWEST_SECONDS || documentsPerSecond >= SLOW) return undefined;
  const {processors, load} = at.machine ?? {processors: availableParallelism(), load: loadavg()[0] ?? 0};
  const others = Math.round(load) - threads;
  if (others > 0 && others + threads > processors)
    return `slow: other programs keep ${others} more threads busy on ${counted(processors, "processor")}`;
  if (reader === "public") return "slow: logits are read through the public interface (labelscope doctor says why)";
  return undefined;
}
