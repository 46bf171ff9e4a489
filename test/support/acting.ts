/** Ranges of code points that act on a terminal or reorder text there, written out from the Unicode tables. */
const RANGES: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff], // of code points, so a lone surrogate
];

/** The code points of a text that must not reach a terminal, as `U+001B`; tabs and line ends may. */
export function acting(text: string): string[] {
  return [...text].flatMap(character => {
    const code = character.codePointAt(0) ?? 0;
    return RANGES.some(([from, to]) => code >= from && code <= to)
      ? [`U+${code.toString(16).toUpperCase().padStart(4, "0")}`]
      : [];
  });
}
