/**
 * A number with its noun, in the plural unless it is one.
 *
 * @param plural where an s does not make it
 * @example counted(1, "document") // "1 document"
 */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
