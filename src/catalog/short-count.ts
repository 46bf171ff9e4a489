/**
 * A number of parameters as people write it.
 *
 * @example shortCount(134_515_008) // "135M"
 */
export function shortCount(count: number): string {
  if (count < 1e6) return `${Math.round(count / 1e3)}k`;
  return count < 1e9 ? `${Math.round(count / 1e6)}M` : `${Number((count / 1e9).toFixed(1))}B`;
}
