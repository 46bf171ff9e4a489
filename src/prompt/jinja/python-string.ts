import {TemplateError} from "./template-error.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The value of a string literal, quotes included, with Python's escapes; an unknown one stays as it is written. */
export function pythonString(literal: string): string {
  const pattern = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|N\{[^}]*\}|(.))/gs;
  return literal.slice(1, -1).replace(pattern, (whole, ...groups) => {
    const [x, u, long, octal, character] = groups.map(group => (typeof group === "string" ? group : undefined));
    const hex = x ?? u ?? long;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    if (character === undefined) throw new TemplateError(`the escape ${whole} is not read here`);
    if (character === "x" || character === "u" || character === "U" || character === "N")
      throw new TemplateError(`the escape ${whole} is cut short`);
    return SIMPLE[character] ?? whole;
  });
}

/** A string as Python's `repr` writes it. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = Array.from(text, character => {
    if (character === quote || character === "\\") return `\\${character}`;
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    if (character === " " || !/[\p{C}\p{Z}]/u.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    const hex = (width: number) => code.toString(16).padStart(width, "0");
    return code < 0x100 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
  });
  return quote + escaped.join("") + quote;
}
