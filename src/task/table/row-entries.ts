import type {ProblemList} from "../problems.ts";
import type {Counted} from "../task.ts";
import {asText, isBlank, type LabelCellOptions, readLabelCell} from "./label-cell.ts";
import type {LabelWords} from "./label-words.ts";
import {annotatorNames, flatEntries, isByAnnotator, judgementsOf, unfolded} from "./list-judgements.ts";
import type {Entry, Judgement, TableMapping, TableRow} from "./mapping.ts";
import {isMask, type RowReading} from "./row-reading.ts";
import {Tally} from "./tally.ts";

/** What the rows of a file say, and what was decided on the way. */
export interface ReadEntries {
  readonly entries: readonly Entry[];
  readonly remarks: readonly Counted[];
}

type Said = Pick<Entry, "form" | "judgements"> | {readonly problem: string};

const ticks = new Map([
  ["1", true],
  ["1.0", true],
  ["true", true],
  ["0", false],
  ["0.0", false],
  ["false", false],
]);

/** A row with a column of 0 and 1 a label. */
function fromTicks(row: TableRow, {columns, blank}: RowReading, annotator: string | undefined): Said {
  const cells = columns.map(column => ({column, value: row.field(column)}));
  const form = annotator === undefined ? "aggregated" : "annotators";
  const who = annotator === undefined ? {} : {annotator};
  const silent = cells.filter(({value}) => isBlank(value) || isMask(value));
  const masked = cells.every(({value}) => isMask(value));
  if (silent.length === cells.length && (masked || blank === "unjudged")) {
    return {form, judgements: [{...who, labels: undefined}]};
  }
  const labels: string[] = [];
  for (const {column, value} of cells) {
    if (isMask(value))
      return {
        problem: `${column}: −1 says that it was not judged, and other labels of the row were: leave the row or the column out`,
      };
    if (isBlank(value)) {
      if (blank === "none") continue;
      return {problem: `${column}: expected 0 or 1, found nothing; --blank none reads an empty cell as 0`};
    }
    const text = asText(value) ?? "?";
    const tick = ticks.get(text.trim().toLowerCase());
    if (tick === undefined) return {problem: `${column}: expected 0 or 1, found "${text}"`};
    if (tick) labels.push(column);
  }
  return {form, judgements: [{...who, labels}]};
}

/** A row with a column an annotator, who is named like it. */
function fromColumns(row: TableRow, reading: RowReading, options: LabelCellOptions): Said {
  const judged = judgementsOf(
    reading.columns.map(column => row.field(column) ?? null),
    reading.columns,
    options,
  );
  if ("problem" in judged || reading.blank === "unjudged") return {form: "annotators", ...judged};
  const judgements = judged.judgements.map(({annotator = "", labels}) => ({annotator, labels: labels ?? []}));
  return {form: "annotators", judgements};
}

/** A row whose labels stand in one column: a set, a set an annotator, or a word an annotator. */
function fromList(
  row: TableRow,
  {
    column,
    reading,
    mapping,
    annotator,
  }: {column: string; reading: RowReading; mapping: TableMapping; annotator: string | undefined},
  options: LabelCellOptions,
): Said {
  const given = row.field(column);
  const value = unfolded(given === undefined && mapping.blank !== undefined ? null : given);
  if (value === undefined)
    return {problem: `${missing(row, column, "--labels-column")}; --blank says what a row without it means`};
  const names = annotatorNames(row.field(mapping.annotatorsColumn ?? "annotators"));
  if (reading.aboutAnnotators && isByAnnotator(value)) {
    return {form: "annotators", ...judgementsOf(Object.values(value), Object.keys(value), options)};
  }
  const one = annotator ?? (names?.length === 1 ? names[0] : undefined);
  const form = one === undefined ? "aggregated" : "annotators";
  const who = one === undefined ? {} : {annotator: one};
  const nothing =
    isBlank(value) ||
    (Array.isArray(value) && value.length === 0 && (reading.aboutAnnotators || reading.entries === "annotators"));
  if (Array.isArray(value) && nothing && one === undefined) return {form, judgements: []};
  if (nothing) {
    const unjudged = value === null ? mapping.blank !== "none" : Array.isArray(value) || reading.blank === "unjudged";
    return {form, judgements: [{...who, labels: unjudged ? undefined : []}]};
  }
  if (reading.entries === "annotators" && !(Array.isArray(value) && value.some(Array.isArray))) {
    return {form: "annotators", ...judgementsOf(flatEntries(value, mapping.separator), names, options)};
  }
  const cell = readLabelCell(value, options);
  if ("problem" in cell) return {problem: `"${column}": ${cell.problem}`};
  if ("sets" in cell) {
    if (annotator !== undefined)
      return {problem: `"${column}" holds several annotators' lists, and "${annotator}" is one`};
    return {form: "annotators", ...judgementsOf(Array.isArray(value) ? value : [], names, options)};
  }
  return {form, judgements: [{...who, labels: "labels" in cell ? cell.labels : []}]};
}

const maskRemark = "−1: read as no judgement; --rename -1=NAME, if it is a label";

/** A field that a row does not have, and those that it has. */
function missing(row: TableRow, column: string, flag: string): string {
  const names = row.names ?? [];
  const has = names.length === 0 ? "" : `; there ${names.length === 1 ? "is" : "are"} ${names.slice(0, 12).join(", ")}`;
  return `no field "${column}"${has} (${flag})`;
}

/** Adds what is wrong with a row to a list, with its place. */
export function problemAt(problems: ProblemList, {file, line, name}: TableRow, message: string): void {
  const said = name === undefined ? message : `${name}: ${message}`;
  problems.add({file, message: said, ...(line === undefined ? {} : {line})});
}

/**
 * What each row of a file says about its document, by a mapping: who judged, and what they gave. Rows that are not
 * understood go to `problems` with their line.
 *
 * @param reading of the data set that the file belongs to; a file whose label cells are all empty was not judged, whatever
 *   an empty cell says elsewhere
 */
export function rowEntries(
  rows: readonly TableRow[],
  given: {reading: RowReading; mapping: TableMapping; words: LabelWords; problems: ProblemList},
): ReadEntries {
  const {mapping, words, problems} = given;
  const at = (row: TableRow, message: string): void => problemAt(problems, row, message);
  const blankFile = rows.every(row => given.reading.columns.every(column => isBlank(row.field(column))));
  const blank = blankFile && mapping.blank === undefined ? "unjudged" : given.reading.blank;
  const reading: RowReading = {...given.reading, blank};
  const options: LabelCellOptions = {separator: mapping.separator, known: words.known};
  const remarks = new Tally();
  /** The file's values as the task's labels; a mask as no judgement. */
  const cleaned = (judgement: Judgement): Judgement => {
    const {labels} = judgement;
    if (labels === undefined) return judgement;
    if (!reading.masked || labels.length !== 1 || !isMask(labels[0])) return {...judgement, labels: words.read(labels)};
    remarks.add(maskRemark);
    return {...judgement, labels: undefined};
  };
  const entries: Entry[] = [];
  for (const row of rows) {
    if (problems.full) break;
    const {textColumn = "text", idColumn} = mapping;
    const text = asText(row.field(textColumn));
    const id = idColumn === undefined ? undefined : asText(row.field(idColumn));
    if (row.field(textColumn) === undefined) at(row, missing(row, textColumn, "--text-column"));
    else if (text === undefined || text.trim() === "") at(row, "the text is empty");
    if (idColumn !== undefined && (id === undefined || id.trim() === "")) at(row, "the id is empty");
    if (text === undefined || (mapping.idColumn !== undefined && id === undefined)) continue;
    const annotator =
      mapping.annotatorColumn === undefined ? undefined : (asText(row.field(mapping.annotatorColumn)) ?? "");
    const [column = ""] = reading.columns;
    const said =
      reading.kind === "ticks"
        ? fromTicks(row, reading, annotator)
        : reading.kind === "columns"
          ? fromColumns(row, reading, options)
          : fromList(row, {column, reading, mapping, annotator}, options);
    if ("problem" in said) {
      at(row, said.problem);
      continue;
    }
    const judgements = said.judgements.map(cleaned);
    if (
      reading.kind === "list" &&
      reading.blank === "none" &&
      mapping.blank === undefined &&
      isBlank(row.field(column)) &&
      row.field(column) !== null
    ) {
      remarks.add(`"${column}" is empty: read as no label; --blank unjudged leaves such rows out`);
    }
    const place = {
      ...(row.line === undefined ? {} : {line: row.line}),
      ...(row.name === undefined ? {} : {name: row.name}),
    };
    entries.push({...place, ...(id === undefined ? {} : {id}), text, form: said.form, judgements});
  }
  const list = reading.kind === "list" && entries.some(({form}) => form === "annotators");
  if (list && reading.entries === "annotators" && mapping.entries === undefined) {
    remarks.add(
      `"${reading.columns[0]}" has as many entries as annotators: read as one judgement each`,
      entries.length,
    );
  }
  return {entries, remarks: remarks.counted};
}
