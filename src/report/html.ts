import {visible} from "../visible.ts";

/** Markup that is safe to put into a page. Only `html` and `trusted` make some. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Part = Html | string | number | undefined | false | readonly Part[];

/**
 * A template for markup: whatever is filled in is escaped, unless it is markup already.
 *
 * Lists are joined; `undefined` and `false` leave nothing. For text and quoted attribute values alone: nothing else may
 * be filled in (tag or attribute names, unquoted values, scripts, styles).
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? markupOf(parts[i]) : "")).join(""));
}

/** Markup that this project wrote itself, never anything out of data. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "string" || typeof part === "number") return escapeHtml(String(part));
  return part.map(markupOf).join("");
}

/** A text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("\0", "\ufffd");
}

/**
 * A text out of data, set apart from the direction of what stands around it, with control characters and those that turn
 * the direction of writing spelled out.
 */
export function dataText(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`;
}

/** A value as JSON inside a script element: no character of it can end the element or open a comment. */
export function jsonForScript(value: unknown): Html {
  const text = JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return new Html(text);
}
