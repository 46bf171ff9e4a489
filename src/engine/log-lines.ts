import {setImmediate as nextTurn} from "node:timers/promises";

/**
 * Waits until what the engine has said so far has arrived: its threads hand their lines to this one's event loop, which may take
 * them after the call that they belong to has returned. The first turn may have begun before; the second takes what is there.
 */
export async function lastLinesTaken(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** A cause and what the engine said last, for the details of an error. */
export function lastLines(log: readonly string[], cause: unknown): string[] {
  const text = cause instanceof Error ? cause.message : String(cause);
  return [text, ...log.filter(line => line.trim() !== "").slice(-4)];
}
