/**
 * Text out of data with everything spelled out that could act on what shows it, hide, or reorder what stands around it:
 * control characters (ESC, BEL, C1 …), format characters (those that turn the direction of writing among them), line and
 * paragraph separators, and lone surrogates, each as `\u` with its code point. All other characters stay.
 *
 * Once spelled out, a text stays as it is: visible(visible(t)) is visible(t).
 *
 * @param kept control characters that stay; line ends by default
 * @example visible("\u001b[2J") // "\\u001b[2J"
 */
export function visible(text: string, kept = "\n"): string {
  return text.replaceAll(UNSEEN, character => (kept.includes(character) ? character : escaped(character)));
}

/**
 * JSON as it is written, with the same characters escaped as JSON escapes them: what reads it gets the same values.
 * `JSON.stringify` does so itself below U+0020 and for lone surrogates; the others stand inside strings alone.
 */
export function visibleJson(json: string): string {
  return json.replaceAll(UNSEEN, character => (character === "\n" ? character : unitsOf(character)));
}

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}

function unitsOf(character: string): string {
  const units = Array.from({length: character.length}, (_, place) => character.charCodeAt(place));
  return units.map(unit => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
