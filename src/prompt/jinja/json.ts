import {TemplateError} from "./template-error.ts";
import {joined, Text} from "./text.ts";
import {comparePoints, Dict, Float, floatText, List, typeName, type Value} from "./value.ts";

export interface JsonOptions {
  readonly ensureAscii: boolean;
  /** What one level is indented by; absent: all on one line. */
  readonly indent: string | undefined;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
}

/** A value as Python's `json.dumps` writes it. */
export function json(value: Value, options: JsonOptions, depth = 0): Text {
  const {indent, separators, sortKeys} = options;
  if (value === null) return new Text("null");
  if (typeof value === "boolean" || typeof value === "number") return new Text(String(value));
  if (value instanceof Float) return new Text(jsonFloat(value.value));
  if (value instanceof Text) return quoted(value, options.ensureAscii);
  const pad = (levels: number) => (indent === undefined ? "" : `\n${indent.repeat(levels)}`);
  const wrapped = (open: string, items: readonly Text[], close: string) =>
    items.length === 0
      ? new Text(open + close)
      : joined([
          new Text(open + pad(depth + 1)),
          joined(items, new Text(separators[0] + pad(depth + 1))),
          new Text(pad(depth) + close),
        ]);
  if (value instanceof List)
    return wrapped(
      "[",
      value.items.map(item => json(item, options, depth + 1)),
      "]",
    );
  if (value instanceof Dict) {
    const entries = value.entries().map(([key, item]) => [keyText(key), item] as const);
    const ordered = sortKeys ? entries.sort(([one], [other]) => comparePoints(one.text, other.text)) : entries;
    const written = ordered.map(([key, item]) =>
      joined([quoted(key, options.ensureAscii), new Text(separators[1]), json(item, options, depth + 1)]),
    );
    return wrapped("{", written, "}");
  }
  throw new TemplateError(`${typeName(value)} cannot be written as JSON`);
}

function keyText(key: Value): Text {
  if (key instanceof Text) return key;
  if (key === null || typeof key === "boolean" || typeof key === "number") return new Text(String(key));
  throw new TemplateError(`${typeName(key)} is no key of JSON here`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatText(value);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

/** Quotes, backslashes, and control characters below a space. */
const MUST_ESCAPE = new RegExp(`["\\\\${"\\0-\\x1f"}]`);

function quoted(text: Text, ensureAscii: boolean): Text {
  const pattern = ensureAscii ? /["\\]|[^ -~]/ : MUST_ESCAPE;
  if (!pattern.test(text.text)) return joined([new Text('"'), text, new Text('"')]);
  const units = Array.from({length: text.text.length}, (_, at) => text.slice(at, at + 1));
  const escaped = units.map(unit =>
    pattern.test(unit.text)
      ? unit.rewritten(SHORT[unit.text] ?? `\\u${unit.text.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : unit,
  );
  return joined([new Text('"'), ...escaped, new Text('"')]);
}
