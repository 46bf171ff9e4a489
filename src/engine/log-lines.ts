/** A cause and what the engine said last, for the details of an error. */
export function lastLines(log: readonly string[], cause: unknown): string[] {
  const text = cause instanceof Error ? cause.message : String(cause);
  return [text, ...log.filter(line => line.trim() !== "").slice(-4)];
}
