/** Whether a sequence of tokens begins with another one, or is it. */
export function startsWith(sequence: readonly number[], prefix: readonly number[]): boolean {
  return prefix.length <= sequence.length && prefix.every((token, place) => sequence[place] === token);
}
