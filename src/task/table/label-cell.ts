import {looksLikeLiteral, parseLiteral} from "./literal.ts";

/** A value as text: strings as they are, numbers and truth values spelled; `undefined` for anything else. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How spreadsheets and data frames write that a cell has no value. */
const missing = new Set(["", "nan", "NaN", "<NA>", "null", "NULL", "#N/A", "NaT"]);

export function isBlank(value: unknown): boolean {
  return value === null || (typeof value === "string" && missing.has(value.trim()));
}

/** What a label cell holds: the labels of a set, several sets, nothing at all, or something that is not understood. */
export type LabelCell =
  | {readonly labels: readonly string[]; readonly list: boolean}
  | {readonly sets: readonly (readonly string[] | undefined)[]}
  | {readonly blank: true}
  | {readonly problem: string};

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** What makes a label look like a piece of a list, a quoted cell or several labels; undefined where nothing does. */
function strange(label: string, separator: string | undefined): string | undefined {
  if (/^[[\](){}"'`]|[[\]{}"]$/.test(label) && !/^\([^()]*\)$/.test(label)) {
    const quotes = label.includes('"') ? "--quotes double, if quotes only hold cells together; " : "";
    return `label ${JSON.stringify(short(label))} begins or ends like a piece of a list or a quoted cell; ${quotes}--labels names it, if that is what it is called`;
  }
  const other = [...";|#、，；\r\n"].find(sign => label.includes(sign) && separator?.includes(sign) !== true);
  if (other === undefined) return undefined;
  const sign = /\s/.test(other) ? "a line break" : `"${other}"`;
  const how = /\s/.test(other) ? "$'\\n'" : sign;
  return `${JSON.stringify(short(label))} holds ${sign}: several labels (--separator ${how}) or one (--labels names it)?`;
}

export interface LabelCellOptions {
  /** Between labels; absent: a comma, and another sign that parts them is asked about. */
  readonly separator?: string | undefined;
  /** Labels that are known to be such, however they look. */
  readonly known?: ReadonlySet<string>;
}

function ofText(text: string, {separator, known}: LabelCellOptions): LabelCell {
  const parts = known?.has(text.trim()) ? [text] : text.split(separator ?? ",");
  const labels = parts.map(part => part.trim()).filter(part => part !== "");
  for (const label of labels) {
    const problem = known?.has(label) === true ? undefined : strange(label, separator);
    if (problem !== undefined) return {problem};
  }
  return {labels, list: false};
}

function ofList(list: readonly unknown[]): LabelCell {
  const labels = list.map(entry => asText(entry)?.trim());
  if (labels.includes(undefined)) return {problem: `a list with ${short(JSON.stringify(list))} is no list of labels`};
  const found = labels.filter(label => label !== undefined && label !== "");
  const ticks = found.length > 1 && found.every(label => ["0", "1", "true", "false"].includes(label ?? ""));
  if (ticks && new Set(found).size < found.length) {
    return {
      problem: `${short(JSON.stringify(list))} looks like one 0 or 1 per label; give each its column, with --label-columns`,
    };
  }
  return {labels: found.filter(label => label !== undefined), list: true};
}

/**
 * The labels in a cell: labels with separators, a list as JSON, Python or numpy write it, `{"choices": […]}`, or one list an
 * annotator. What begins like a list and is none is a problem, so no label is ever a piece of one.
 *
 * @param value of a CSV cell or a JSON field
 */
export function readLabelCell(value: unknown, options: LabelCellOptions = {}): LabelCell {
  if (isBlank(value)) return {blank: true};
  if (typeof value === "string") {
    const text = value.trim();
    if (options.known?.has(text) === true || !looksLikeLiteral(text)) return ofText(value, options);
    const literal = parseLiteral(text);
    if ("problem" in literal) return {problem: `${short(text)} begins like a list and is none: ${literal.problem}`};
    return typeof literal.value === "string"
      ? {problem: `${short(text)} is no list`}
      : readLabelCell(literal.value, options);
  }
  if (Array.isArray(value)) {
    if (!value.some(Array.isArray)) return ofList(value);
    if (value.some(entry => Array.isArray(entry) && entry.some(Array.isArray)))
      return {problem: "lists within lists within lists are no labels"};
    const cells = value.map(entry => readLabelCell(entry, options));
    const wrong = cells.find(cell => "problem" in cell);
    if (wrong !== undefined) return wrong;
    return {sets: cells.map(cell => ("labels" in cell ? cell.labels : undefined))};
  }
  if (isRecord(value)) {
    if (Object.keys(value).length === 1 && Array.isArray(value.choices)) return ofList(value.choices);
    return {problem: `${short(JSON.stringify(value))} is an object that is not known to hold labels`};
  }
  const text = asText(value);
  return text === undefined ? {problem: "holds no list of labels"} : ofText(text, options);
}
