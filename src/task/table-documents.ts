import {suggestion} from "../nearest.ts";
import type {Document} from "../records/document.ts";
import {type AnnotationRow, type Grouped, groupAnnotations} from "./group-annotations.ts";
import {textId} from "./hash.ts";
import type {ProblemList} from "./problems.ts";
import type {TableMapping, TableRow} from "./table-rows.ts";

/** A cell as text: strings as they are, numbers and truth values spelled; `undefined` for anything else. */
function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

const ticks = new Map([
  ["1", true],
  ["1.0", true],
  ["true", true],
  ["0", false],
  ["0.0", false],
  ["false", false],
  ["", false],
]);

/** A list of labels in a cell: an array of strings, or a text with separators. */
function asList(value: unknown, separator: string): string[] | undefined {
  if (Array.isArray(value)) {
    return value.every(entry => typeof entry === "string") ? value.map(entry => entry.trim()) : undefined;
  }
  const text = asText(value);
  return text
    ?.split(separator)
    .map(part => part.trim())
    .filter(part => part !== "");
}

/** The label sets of a row: one, or several where the row holds annotations of its own. */
function setsOf(row: TableRow, mapping: TableMapping): string[][] | {problem: string} {
  const {labelColumns, labelsColumn, noneWords = [], separator = ","} = mapping;
  if (labelColumns !== undefined) {
    const chosen: string[] = [];
    for (const column of labelColumns) {
      const text = asText(row.field(column)) ?? "?";
      const tick = ticks.get(text.trim().toLowerCase());
      if (tick === undefined) return {problem: `${column}: expected 0 or 1, found "${text}"`};
      if (tick) chosen.push(column);
    }
    return [chosen];
  }
  const column = labelsColumn ?? (row.field("annotations") === undefined ? "labels" : "annotations");
  const value = row.field(column);
  const nested = Array.isArray(value) && value.some(Array.isArray);
  const lists = (nested ? value : [value]).map((entry: unknown) => asList(entry, separator));
  if (lists.length === 0 || lists.includes(undefined)) return {problem: `"${column}" holds no list of labels`};
  return lists.map(list => [...new Set(list)].filter(label => !noneWords.includes(label)));
}

/**
 * Rows as documents, by a mapping. Without an annotator column a row is a document with aggregated labels (or, in JSON,
 * with `annotations` and `annotators` of its own); with one, the rows of an id are (`groupAnnotations`).
 *
 * @param labels the set that every label must be in
 */
export function tableDocuments(
  rows: readonly TableRow[],
  options: {file: string; mapping: TableMapping; labels: readonly string[]; problems: ProblemList},
): Grouped {
  const {file, mapping, labels, problems} = options;
  const documents: Document[] = [];
  const annotated: AnnotationRow[] = [];
  const lineOfId = new Map<string, number>();
  for (const row of rows) {
    if (problems.full) break;
    const {line} = row;
    const add = (message: string): void => problems.add({file, line, message});
    const text = asText(row.field(mapping.textColumn ?? "text"));
    const id = mapping.idColumn === undefined ? textId(text ?? "") : asText(row.field(mapping.idColumn));
    if (text === undefined || text.trim() === "") add("the text is empty");
    if (id === undefined || id.trim() === "") add("the id is empty");
    if (text === undefined || id === undefined) continue;
    const sets = setsOf(row, mapping);
    if ("problem" in sets) {
      add(sets.problem);
      continue;
    }
    for (const label of new Set(sets.flat()))
      if (!labels.includes(label)) {
        add(`label "${label}" is not in the set${suggestion(label, labels)}; known: ${labels.join(", ")}`);
      }
    if (mapping.annotatorColumn !== undefined) {
      const annotator = asText(row.field(mapping.annotatorColumn)) ?? "";
      annotated.push({id, text, annotator, labels: sets.flat(), file, line});
      continue;
    }
    const earlier = lineOfId.get(id);
    if (earlier !== undefined) {
      const what = mapping.idColumn === undefined ? "the same text" : `id "${id}"`;
      add(
        `${what} stands on line ${earlier} too${mapping.idColumn === undefined ? "; --id-column tells them apart" : ""}`,
      );
    }
    lineOfId.set(id, line);
    const inOrder = sets.map(set => labels.filter(label => set.includes(label)));
    const names = row.field("annotators");
    const annotators = Array.isArray(names) ? names.map(asText).filter(name => name !== undefined) : undefined;
    if (row.field("annotations") === undefined || mapping.labelsColumn !== undefined || mapping.labelColumns) {
      documents.push({id, text, labels: inOrder[0] ?? []});
    } else {
      documents.push({id, text, annotations: inOrder, ...(annotators === undefined ? {} : {annotators})});
    }
  }
  if (mapping.annotatorColumn === undefined) return {documents, dropped: [], remarks: []};
  return groupAnnotations(annotated, {labels, unjudged: "", problems});
}

/** The labels that rows hold, sorted; those of `--label-columns` in their order. */
export function labelsOf(rows: readonly TableRow[], mapping: TableMapping): string[] {
  if (mapping.labelColumns !== undefined) return [...mapping.labelColumns];
  const found = new Set<string>();
  for (const row of rows) {
    const sets = setsOf(row, mapping);
    if (!("problem" in sets)) for (const label of sets.flat()) found.add(label);
  }
  return [...found].sort();
}
