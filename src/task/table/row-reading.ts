import {asText, isBlank, isRecord, readLabelCell} from "./label-cell.ts";
import {annotatorNames, flatEntries, isByAnnotator, unfolded} from "./list-judgements.ts";
import type {TableMapping, TableRow} from "./mapping.ts";

/** How the label cells of a data set are read, in all its files alike, where that depends on more than the cell. */
export interface RowReading {
  /** `ticks`: a column a label; `columns`: a column an annotator; `list`: one column with lists. */
  readonly kind: "ticks" | "columns" | "list";
  /** The columns that hold labels. */
  readonly columns: readonly string[];
  /** Whether −1 says that nobody judged: it does where no other negative number stands in the files. */
  readonly masked: boolean;
  /** What an empty cell says. */
  readonly blank: "none" | "unjudged";
  /** Flat lists: the labels of one set, or one annotator's word each. */
  readonly entries: "labels" | "annotators";
  /** Whether the column's name says that it holds judgements: an empty list is then none, and an object one an annotator. */
  readonly aboutAnnotators: boolean;
}

/** A question that only the user can answer, with the row that asks it. */
export interface OpenQuestion {
  readonly row: TableRow;
  readonly message: string;
}

const aboutAnnotators = /annot|rater|rating|worker|crowd|vote|judge?ment/i;

export const isMask = (value: unknown): boolean => /^-1(?:\.0*)?$/.test(asText(value)?.trim() ?? "");

function isZero(value: unknown): boolean {
  return /^(?:0(?:\.0*)?|false)$/i.test(asText(value)?.trim() ?? "");
}

function masksUnjudged(rows: readonly TableRow[], columns: readonly string[], mapping: TableMapping): boolean {
  const named = [...(mapping.labels ?? []), ...(mapping.rename ?? []), ...(mapping.noneWords ?? [])];
  if (named.some(label => /^-1(?:=|$)/.test(label))) return false;
  const other = /^-(?!1(?:\.0*)?$)\d/;
  return !rows.some(row =>
    columns.some(column => {
      const value = unfolded(row.field(column));
      const entries = isByAnnotator(value) ? Object.values(value) : flatEntries(value, mapping.separator);
      return entries.some(entry => other.test(asText(entry)?.trim() ?? ""));
    }),
  );
}

/** What an empty cell says: what is asked for, else what the rest of the file leaves. */
function blankReading(
  rows: readonly TableRow[],
  {kind, columns}: Pick<RowReading, "kind" | "columns">,
  mapping: TableMapping,
): "none" | "unjudged" | OpenQuestion {
  if (mapping.blank !== undefined) return mapping.blank;
  if (kind === "columns") return "unjudged";
  const cellsOf = (row: TableRow): unknown[] => columns.map(column => row.field(column));
  if (kind === "ticks") {
    if (rows.some(row => cellsOf(row).some(isZero))) return "unjudged";
    const silent = rows.filter(row => cellsOf(row).every(isBlank));
    const [first] = silent;
    if (first === undefined) return "none";
    if (silent.length === rows.length) return "unjudged";
    const message = `all label cells are empty, and no cell holds a 0: no label (--blank none), or nobody judged (--blank unjudged)? So in ${silent.length} of ${rows.length} rows`;
    return {row: first, message};
  }
  if (rows.every(row => cellsOf(row).every(isBlank))) return "unjudged";
  const none = new Set(mapping.noneWords);
  const written = rows.some(row =>
    cellsOf(row).some(value => {
      const cell = readLabelCell(value, mapping.separator === undefined ? {} : {separator: mapping.separator});
      return "labels" in cell && (cell.list ? cell.labels.length === 0 : cell.labels.some(label => none.has(label)));
    }),
  );
  return written ? "unjudged" : "none";
}

const bothReadings = "one annotator's word each (--entries annotators), or the labels of one set (--entries labels)?";

/** Whether the entries of flat lists are annotators' or labels: what is asked for, else what the names beside them say. */
function entriesReading(
  rows: readonly TableRow[],
  column: string,
  mapping: TableMapping,
): "labels" | "annotators" | OpenQuestion {
  if (mapping.entries !== undefined) return mapping.entries;
  if (mapping.annotatorColumn !== undefined) return "labels";
  const named: {row: TableRow; entries: number; names: number}[] = [];
  let unnamed: {row: TableRow; entries: readonly unknown[]} | undefined;
  for (const row of rows) {
    const value = unfolded(row.field(column));
    if (value === undefined || isBlank(value) || isByAnnotator(value)) continue;
    if (Array.isArray(value) && value.some(entry => Array.isArray(entry) || isRecord(entry))) continue;
    const entries = flatEntries(value, mapping.separator);
    const names = annotatorNames(row.field(mapping.annotatorsColumn ?? "annotators"));
    if (names !== undefined) named.push({row, entries: entries.length, names: names.length});
    else if (entries.length > 1) {
      const repeats = new Set(entries.map(asText)).size < entries.length;
      if (Array.isArray(value) || repeats) unnamed ??= {row, entries};
    }
  }
  if (named.length > 0) {
    if (named.every(({entries, names}) => entries === names)) return "annotators";
    if (named.every(({names}) => names === 1)) return "labels";
    const odd = named.find(({entries, names}) => entries !== names);
    if (odd === undefined) return "annotators";
    const message = `${odd.entries} entries in "${column}" and ${odd.names} annotators: ${bothReadings}`;
    return {row: odd.row, message};
  }
  if (unnamed !== undefined && aboutAnnotators.test(column)) {
    return {row: unnamed.row, message: `"${column}" is a flat list and nobody is named beside it: ${bothReadings}`};
  }
  return "labels";
}

/** A question where all lists are 0s and 1s of one length: one 0 or 1 per label, or sets of the labels 0 and 1. */
function ticksInLists(rows: readonly TableRow[], columns: readonly string[]): OpenQuestion | undefined {
  let length: number | undefined;
  let first: TableRow | undefined;
  for (const row of rows) {
    for (const column of columns) {
      const value = unfolded(row.field(column));
      if (value === undefined || isBlank(value)) continue;
      if (!Array.isArray(value)) return undefined;
      for (const list of value.some(Array.isArray) ? value : [value]) {
        if (isBlank(list)) continue;
        if (!Array.isArray(list) || list.length < 2 || list.length !== (length ?? list.length)) return undefined;
        if (!list.every(entry => /^(?:[01](?:\.0*)?|true|false)$/i.test(asText(entry) ?? ""))) return undefined;
        length = list.length;
        first ??= row;
      }
    }
  }
  if (first === undefined) return undefined;
  const message = `all lists hold ${length} entries, each 0 or 1: one 0 or 1 per label? Give each label its column, with --label-columns; --labels 0,1, if they are the labels`;
  return {row: first, message};
}

/** A question where annotators' words are bare numbers: `{"joy": 3}` may also count votes. */
function countsOrWords(rows: readonly TableRow[], column: string): OpenQuestion | undefined {
  const row = rows.find(one => {
    const value = unfolded(one.field(column));
    const words = isByAnnotator(value) ? Object.values(value) : [];
    return words.length > 0 && words.every(word => typeof word === "number");
  });
  if (row === undefined) return undefined;
  const message = `"${column}" gives each name a number: annotators and their words (--entries annotators), or labels and how many chose them? Votes are read as a list with an entry a vote`;
  return {row, message};
}

/** The columns with labels, and which kind they are. */
function labelColumnsOf(rows: readonly TableRow[], mapping: TableMapping): Pick<RowReading, "kind" | "columns"> {
  const {labelColumns, labelsColumn = [], annotatorColumns} = mapping;
  if (labelColumns !== undefined) return {kind: "ticks", columns: labelColumns};
  if (annotatorColumns !== undefined) return {kind: "columns", columns: annotatorColumns};
  if (labelsColumn.length > 1) return {kind: "columns", columns: labelsColumn};
  const [only] = labelsColumn;
  const annotated = rows.some(row => row.field("annotations") !== undefined);
  return {kind: "list", columns: [only ?? (annotated ? "annotations" : "labels")]};
}

/**
 * How the files of a data set are read, or what has to be asked first.
 *
 * @param rows of all its files, so that train and test are read alike
 * @param masks whether −1 can be a mask at all
 */
export function readingOf(
  rows: readonly TableRow[],
  mapping: TableMapping,
  {masks}: {masks: boolean},
): RowReading | {questions: OpenQuestion[]} {
  const {kind, columns} = labelColumnsOf(rows, mapping);
  const [column = ""] = columns;
  const about = kind === "list" && aboutAnnotators.test(column);
  const blank = blankReading(rows, {kind, columns}, mapping);
  const entries = kind === "list" ? entriesReading(rows, column, mapping) : "labels";
  const sets = kind !== "ticks" && entries === "labels" && mapping.labels === undefined;
  const others = [
    sets ? ticksInLists(rows, columns) : undefined,
    about && mapping.entries === undefined ? countsOrWords(rows, column) : undefined,
  ];
  const questions = [blank, entries, ...others].filter(answer => typeof answer === "object");
  if (typeof blank === "object" || typeof entries === "object" || questions.length > 0) return {questions};
  return {
    kind,
    columns,
    masked: masks && masksUnjudged(rows, columns, mapping),
    blank,
    entries,
    aboutAnnotators: about,
  };
}
