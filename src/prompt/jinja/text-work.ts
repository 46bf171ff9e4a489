import {PYTHON_SPACE} from "./lex.ts";
import {TemplateError} from "./template-error.ts";
import {joined, type Text} from "./text.ts";

const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, "g");

/** Without these characters at its ends; white space where none are given. */
export function strip(text: Text, characters: Text | undefined, ends: "both" | "left" | "right" = "both"): Text {
  const set = characters === undefined ? undefined : new Set(Array.from(characters.text));
  const goes = (character: string) => (set === undefined ? isSpace(character) : set.has(character));
  const points = text.points();
  const at = (place: number) => text.text.slice(points[place] ?? 0, points[place + 1]);
  let [start, end] = [0, points.length - 1];
  if (ends !== "right") while (start < end && goes(at(start))) start++;
  if (ends !== "left") while (end > start && goes(at(end - 1))) end--;
  return text.slice(points[start] ?? 0, points[end]);
}

export function isSpace(text: string): boolean {
  return text !== "" && text.replaceAll(SPACES, "") === "";
}

/** As `str.split`: at white space where there is no separator. @param most splits; -1 for all */
export function split(text: Text, separator: Text | undefined, most = -1): Text[] {
  if (separator === undefined) return splitAtSpace(text, most);
  if (separator.text === "") throw new TemplateError("split: the separator is empty");
  const parts: Text[] = [];
  let from = 0;
  while (most < 0 || parts.length < most) {
    const at = text.text.indexOf(separator.text, from);
    if (at < 0) break;
    parts.push(text.slice(from, at));
    from = at + separator.text.length;
  }
  return [...parts, text.slice(from)];
}

function splitAtSpace(text: Text, most: number): Text[] {
  const parts: Text[] = [];
  let from = 0;
  for (const {0: space, index} of text.text.matchAll(SPACES)) {
    if (index > from) {
      if (most >= 0 && parts.length >= most) return [...parts, text.slice(from)];
      parts.push(text.slice(from, index));
    }
    from = index + space.length;
  }
  return from < text.text.length ? [...parts, text.slice(from)] : parts;
}

export function rightSplit(text: Text, separator: Text | undefined, most = -1): Text[] {
  if (most < 0) return split(text, separator);
  if (separator === undefined) throw new TemplateError("rsplit at white space is not rendered here");
  const all = split(text, separator);
  const kept = all.slice(Math.max(0, all.length - most));
  const head = all.slice(0, all.length - kept.length);
  return head.length === 0 ? kept : [joined(head, separator), ...kept];
}

/** As `str.replace`; an empty `old` stands before every character and at the end. */
export function replace(text: Text, old: Text, by: Text, most = -1): Text {
  if (old.text !== "") return joined(split(text, old, most), by);
  const characters = text.characters();
  const places = most < 0 ? characters.length + 1 : most;
  const parts = characters.map((character, place) => (place < places ? by.concat(character) : character));
  return joined(characters.length < places ? [...parts, by] : parts);
}

const PYTHON_LINE_END = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LINE_ENDS = new RegExp(`\\r\\n|[${PYTHON_LINE_END}]`, "g");

export function splitLines(text: Text, keepEnds = false): Text[] {
  const lines: Text[] = [];
  let from = 0;
  for (const {0: end, index} of text.text.matchAll(LINE_ENDS)) {
    lines.push(text.slice(from, keepEnds ? index + end.length : index));
    from = index + end.length;
  }
  return from < text.text.length ? [...lines, text.slice(from)] : lines;
}

/** Each character changed by itself, which keeps its origin. */
export function mapped(text: Text, change: (character: string) => string): Text {
  return joined(text.characters().map(character => character.rewritten(change(character.text))));
}

export function upper(text: Text): Text {
  return mapped(text, character => character.toUpperCase());
}

/** The whole text at once, since a final sigma is written otherwise. */
export function lower(text: Text): Text {
  const whole = text.text.toLowerCase();
  return whole.length === text.text.length ? text.rewritten(whole) : mapped(text, character => character.toLowerCase());
}

export function capitalize(text: Text): Text {
  const [first, ...rest] = text.characters();
  return first === undefined ? text : titled(first).concat(lower(joined(rest)));
}

function titled(first: Text): Text {
  if (first.text === "ß" || /[Ǆ-ǌǱ-ǳ\ufb00-\ufb17]/u.test(first.text))
    throw new TemplateError(`the title case of ${first.text} is not rendered here`);
  return upper(first);
}

/** As `str.title`: a letter after something that is no letter is a capital. */
export function titleWords(text: Text): Text {
  let inWord = false;
  return joined(
    text.characters().map(character => {
      const cased = character.text.toLowerCase() !== character.text.toUpperCase();
      const done = !cased ? character : inWord ? lower(character) : titled(character);
      inWord = cased;
      return done;
    }),
  );
}
