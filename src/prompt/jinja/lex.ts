import {TemplateError} from "./template-error.ts";

/** A piece of a template: its own text, a statement, or an expression to print. */
export type Piece =
  | {readonly kind: "text"; readonly text: string}
  | {readonly kind: "block" | "print"; readonly tokens: readonly Token[]; readonly line: number};

export interface Token {
  readonly type: "name" | "string" | "integer" | "float" | "operator";
  readonly text: string;
  readonly line: number;
}

/** What Python calls white space, which `strip` takes away. */
export const PYTHON_SPACE =
  "\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TRAILING_SPACE = new RegExp(`[${PYTHON_SPACE}]+$`);
const ONLY_SPACE = new RegExp(`^[${PYTHON_SPACE}]*$`);
const LEADING_SPACE = new RegExp(`[${PYTHON_SPACE}]*`, "y");

/**
 * Cuts a template into its pieces as Jinja2 does with `trim_blocks` and `lstrip_blocks`: line breaks are normalised and one
 * at the end is dropped; the line break after a block or comment goes; white space before one goes where nothing else
 * stands before it on its line; `-` takes all white space on its side and `+` keeps it.
 *
 * @throws TemplateError with the line
 * Source: jinja2 3.1, `lexer.py`
 */
export function lex(source: string): Piece[] {
  const text = source.replaceAll(/\r\n|\r/g, "\n").replace(/\n$/, "");
  const pieces: Piece[] = [];
  let at = 0;
  let atLineStart = true;
  const known = {place: 0, line: 1};
  const lineAt = (place: number) => {
    if (place < known.place) return text.slice(0, place).split("\n").length;
    known.line += text.slice(known.place, place).split("\n").length - 1;
    known.place = place;
    return known.line;
  };
  const fail = (place: number, message: string): never => {
    throw new TemplateError(`line ${lineAt(place)}: ${message}`);
  };
  const eatSpace = (place: number) => {
    LEADING_SPACE.lastIndex = place;
    return place + (LEADING_SPACE.exec(text)?.[0].length ?? 0);
  };
  while (at < text.length) {
    const begin = nextOpening(text, at);
    const open = text.slice(begin, begin + 2);
    const sign = /[-+]/.exec(text[begin + 2] ?? "")?.[0] ?? "";
    const before = text.slice(at, begin);
    const own = begin === text.length ? before : stripped(before, sign, open !== "{{", atLineStart);
    if (own !== "") pieces.push({kind: "text", text: own});
    if (begin === text.length) break;
    const inside = begin + 2 + sign.length;
    if (open === "{#") {
      const end = text.indexOf("#}", inside);
      if (end < 0) fail(begin, "a comment is not closed");
      at = closed(text, end, sign === "" || end > inside ? (text[end - 1] ?? "") : "", eatSpace, true);
    } else {
      const raw = open === "{%" ? /^\s*raw\s*(-?)%\}/.exec(text.slice(inside, inside + 200)) : null;
      if (raw !== null) {
        const from = raw[1] === "-" ? eatSpace(inside + raw[0].length) : inside + raw[0].length;
        const end = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
        end.lastIndex = from;
        const found = end.exec(text) ?? fail(begin, "{% raw %} is not closed");
        const kept = stripped(text.slice(from, found.index), found[1] ?? "", true, false);
        if (kept !== "") pieces.push({kind: "text", text: kept});
        at = closed(text, found.index + found[0].length - 2, found[2] ?? "", eatSpace, true);
      } else {
        const close = open === "{%" ? "%}" : "}}";
        const {tokens, end} = lexInside(text, inside, close, fail, lineAt(begin));
        pieces.push({kind: open === "{%" ? "block" : "print", tokens, line: lineAt(begin)});
        const last = text[end - 1] ?? "";
        at = closed(
          text,
          end,
          end > inside && (last === "-" || (last === "+" && open === "{%")) ? last : "",
          eatSpace,
          open === "{%",
        );
      }
    }
    atLineStart = text[at - 1] === "\n";
  }
  return pieces;
}

function nextOpening(text: string, from: number): number {
  const found = /\{[%{#]/g;
  found.lastIndex = from;
  return found.exec(text)?.index ?? text.length;
}

/** The text before an opening, with what the opening takes of it. */
function stripped(before: string, sign: string, block: boolean, atLineStart: boolean): string {
  if (sign === "-") return before.replace(TRAILING_SPACE, "");
  if (sign === "+" || !block) return before;
  const line = before.lastIndexOf("\n") + 1;
  if (line === 0 && !atLineStart) return before;
  return ONLY_SPACE.test(before.slice(line)) ? before.slice(0, line) : before;
}

/** The place after a closing, with what the closing takes. */
function closed(text: string, end: number, sign: string, eatSpace: (place: number) => number, trims: boolean): number {
  const after = end + 2;
  if (sign === "-") return eatSpace(after);
  return trims && sign !== "+" && text[after] === "\n" ? after + 1 : after;
}

const TOKEN =
  /\s+|[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*|(\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?|[eE][+-]?\d+))|0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d+(?:_\d+)*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/suy;
const CLOSES: Readonly<Record<string, string>> = {")": "(", "]": "[", "}": "{"};

/** The tokens up to the closing, and where that begins; brackets that are open keep it from ending the piece. */
function lexInside(
  text: string,
  from: number,
  close: string,
  fail: (place: number, message: string) => never,
  firstLine: number,
): {readonly tokens: Token[]; readonly end: number} {
  const tokens: Token[] = [];
  const open: string[] = [];
  let line = firstLine;
  for (let at = from; ; ) {
    if (at >= text.length) return fail(from, `${close} is missing`);
    if (open.length === 0) {
      if (text.startsWith(close, at)) return {tokens, end: at};
      if ((text[at] === "-" || (text[at] === "+" && close === "%}")) && text.startsWith(close, at + 1))
        return {tokens, end: at + 1};
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return fail(at, `unexpected character ${JSON.stringify(text[at])}`);
    const [token] = found;
    const first = token[0] ?? "";
    at += token.length;
    if (/^\s/u.test(first)) {
      line += token.split("\n").length - 1;
      continue;
    }
    if (CLOSES[token] !== undefined && open.pop() !== CLOSES[token]) return fail(at - 1, `unexpected ${token}`);
    if ("([{".includes(token)) open.push(token);
    tokens.push({type: typeOf(token, first, found[1]), text: token, line});
    line += token.split("\n").length - 1;
  }
}

function typeOf(token: string, first: string, float: string | undefined): Token["type"] {
  if (float !== undefined) return "float";
  if (/\d/.test(first)) return "integer";
  if (first === "'" || first === '"') return "string";
  return /[\p{L}\p{Nl}_]/u.test(first) && token !== "" ? "name" : "operator";
}
