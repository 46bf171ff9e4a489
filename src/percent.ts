/**
 * A share as a percentage, without zeros at the end.
 *
 * @param digits after the point, at most
 * @example percent(0.126, 1) // "12.6 %"
 */
export function percent(share: number, digits = 0): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}
