import {asText, isBlank, isRecord, type LabelCellOptions, readLabelCell} from "./label-cell.ts";
import {looksLikeLiteral, parseLiteral} from "./literal.ts";
import type {Judgement} from "./mapping.ts";

/** A cell with its list, if it holds one as text. */
export function unfolded(value: unknown): unknown {
  if (typeof value !== "string" || !looksLikeLiteral(value.trim())) return value;
  const literal = parseLiteral(value.trim());
  return "value" in literal ? literal.value : value;
}

/** The entries of a flat list, empty ones among them: of an array, or of a text with separators. */
export function flatEntries(value: unknown, separator = ","): readonly unknown[] {
  const list = unfolded(value);
  if (Array.isArray(list)) return list;
  if (isBlank(list)) return [];
  const text = asText(list);
  return text === undefined ? [list] : text.split(separator).map(part => part.trim());
}

/** Names of annotators: a list, or a text with commas; `undefined` where there are none. */
export function annotatorNames(value: unknown): string[] | undefined {
  if (value === undefined || isBlank(value)) return undefined;
  const names = flatEntries(value).map(name => asText(name)?.trim() ?? "");
  return names.length === 0 || names.includes("") ? undefined : names;
}

type Judged = {readonly judgements: readonly Judgement[]} | {readonly problem: string};

/** One annotator's cell: what they gave, or nothing where it is empty or masked. */
function judged(
  value: unknown,
  annotator: string | undefined,
  options: LabelCellOptions,
): Judgement | {problem: string} {
  const cell = readLabelCell(value, options);
  if ("problem" in cell) return cell;
  if ("sets" in cell) return {problem: "an annotator's entry is a list of lists"};
  const labels = "labels" in cell ? cell.labels : undefined;
  return annotator === undefined ? {labels} : {annotator, labels};
}

/**
 * One judgement an entry.
 *
 * @param names of those who gave them, one an entry; absent: nobody is named
 */
export function judgementsOf(
  entries: readonly unknown[],
  names: readonly string[] | undefined,
  options: LabelCellOptions,
): Judged {
  if (names !== undefined && names.length !== entries.length) {
    return {problem: `${entries.length} annotations and ${names.length} annotators: one each is expected`};
  }
  const all = entries.map((entry, index) => judged(entry, names?.[index], options));
  const wrong = all.find(judgement => "problem" in judgement);
  if (wrong !== undefined && "problem" in wrong) return wrong;
  return {judgements: all.filter(judgement => "labels" in judgement)};
}

/** An object that gives each annotator's word by name: `{"Ann1": "neutral", "Ann2": "entailment,neutral"}`. */
export function isByAnnotator(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !("choices" in value) && Object.values(value).every(entry => !isRecord(entry));
}
