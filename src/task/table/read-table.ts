import {LabelscopeError} from "../../errors.ts";
import {suggestion} from "../../nearest.ts";
import {readTable} from "../csv-rows.ts";
import type {ExportFormat} from "../export/format.ts";
import {exportFormatMap} from "../export/index.ts";
import type {ProblemList} from "../problems.ts";
import type {Counted} from "../task.ts";
import {type JsonRecord, readJsonRecords} from "./json-records.ts";
import type {LabelWords} from "./label-words.ts";
import type {Entry, TableMapping, TableRow} from "./mapping.ts";
import {problemAt, rowEntries} from "./row-entries.ts";
import {readingOf} from "./row-reading.ts";
import {Tally} from "./tally.ts";

/** What one file says, before its labels have their names. */
export interface ReadFile {
  readonly entries: readonly Entry[];
  readonly dropped: readonly Counted[];
  readonly remarks: readonly Counted[];
  /** How the file was read, one sentence each. */
  readonly notes: readonly string[];
}

/** A file of a data set: where it is, and what messages call it. */
export interface TableFile {
  readonly path: string;
  readonly file: string;
}

interface ReadOptions {
  readonly mapping: TableMapping;
  readonly words: LabelWords;
  readonly problems: ProblemList;
}

/** Reads the files of a data set, and all of them alike: what depends on more than a cell is decided over all rows. */
type TableReader = (files: readonly TableFile[], options: ReadOptions) => Promise<ReadFile[]>;

/** How the files of `tasks import NAME` are read. */
export interface TableFormat {
  readonly title: string;
  /** The endings of its files, the usual one first. */
  readonly endings: readonly string[];
  /** What the flags say where they say nothing. */
  readonly defaults: TableMapping;
  /** Whether the entries of one id are one document. */
  readonly grouped: boolean;
  readonly read: TableReader;
  /** Of another tool: which columns there are is known. */
  readonly export?: ExportFormat;
}

/** The rows of one file, and what was left out and decided before they are read. */
interface FileRows extends Omit<ReadFile, "entries"> {
  readonly rows: readonly TableRow[];
}

function entriesOf(files: readonly FileRows[], options: ReadOptions, masks: boolean): ReadFile[] {
  const {mapping, problems} = options;
  const reading = readingOf(
    files.flatMap(({rows}) => rows),
    mapping,
    {masks},
  );
  if ("questions" in reading) for (const {row, message} of reading.questions) problemAt(problems, row, message);
  return files.map(({rows, dropped, remarks, notes}) => {
    const read = "questions" in reading ? {entries: [], remarks: []} : rowEntries(rows, {...options, reading});
    return {entries: read.entries, dropped, remarks: [...remarks, ...read.remarks], notes};
  });
}

/** The columns that a file must have for a mapping. */
function columnsOf(mapping: TableMapping): string[] {
  const {
    textColumn,
    idColumn,
    labelsColumn = [],
    labelColumns = [],
    annotatorColumns = [],
    annotatorColumn,
    annotatorsColumn,
  } = mapping;
  const single = [textColumn, idColumn, annotatorColumn, annotatorsColumn].filter(name => name !== undefined);
  return [...new Set([...single, ...labelsColumn, ...labelColumns, ...annotatorColumns])];
}

const readCsvFiles: TableReader = async (files, options) => {
  const {mapping, problems} = options;
  const columns = columnsOf(mapping);
  const read: FileRows[] = [];
  for (const {path, file} of files) {
    const table = await readTable(path, file, {
      columns,
      problems,
      delimiter: mapping.delimiter,
      quotes: mapping.quotes,
    });
    const has = new Set([...table.names, ...columns]);
    const rows = table.rows.map(
      (row): TableRow => ({
        file,
        line: row.line,
        field: column => (has.has(column) ? table.cell(row, column) : undefined),
      }),
    );
    read.push({rows, dropped: table.dropped, remarks: [], notes: table.notes});
  }
  return entriesOf(read, options, true);
};

function looksLike(name: string, file: string): LabelscopeError {
  return new LabelscopeError({
    code: "usage",
    message: `${file} looks like an export of ${exportFormatMap.get(name)?.title ?? name}`,
    next: `labelscope tasks import ${name} --data ${file} --out DIR reads it`,
    facts: {format: name},
  });
}

/** A record as a row; without an "id" of its own, its key in the file is one. */
function recordRow(file: string, {line, name, key, value}: JsonRecord): TableRow {
  return {
    file,
    ...(line === undefined ? {} : {line}),
    ...(name === undefined ? {} : {name}),
    names: Object.keys(value),
    field: column => (Object.hasOwn(value, column) ? value[column] : column === "id" ? key : undefined),
  };
}

const readJsonFiles: TableReader = async (files, options) => {
  const {mapping, problems} = options;
  const own =
    mapping.labelsColumn === undefined && mapping.labelColumns === undefined && mapping.annotatorColumns === undefined;
  const read: FileRows[] = [];
  for (const {path, file} of files) {
    const records = await readJsonRecords(path, file, problems);
    const [first] = records;
    for (const [name, format] of exportFormatMap) {
      if (first !== undefined && (own || name === "prodigy") && format.recognises(first.value))
        throw looksLike(name, file);
    }
    read.push({rows: records.map(record => recordRow(file, record)), dropped: [], remarks: [], notes: []});
  }
  const keyed = read.some(({rows}) => rows.some(row => row.field("id") !== undefined));
  const idColumn = mapping.idColumn ?? (keyed ? "id" : undefined);
  return entriesOf(read, idColumn === undefined ? options : {...options, mapping: {...mapping, idColumn}}, true);
};

/** Which of the questions that the records answer is read: the one asked for, else the only one; or what is wrong. */
function questionOf(
  format: ExportFormat,
  records: readonly JsonRecord[],
  mapping: TableMapping,
): {readonly question?: string} | {readonly problem: string} {
  if (format.questions === undefined) return {};
  const wanted = mapping.labelsColumn?.[0] ?? format.question;
  const found = [...new Set(records.flatMap(({value}) => format.questions?.(value) ?? []))];
  if (found.length === 0) return {problem: `no record says which labels fit: expected an export of ${format.title}`};
  if (wanted !== undefined && !found.includes(wanted))
    return {problem: `nothing is called "${wanted}"${suggestion(wanted, found)}; there is ${found.join(", ")}`};
  if (wanted === undefined && found.length > 1)
    return {problem: `answers to several questions: --labels-column ${found.join(" or ")}`};
  const [only = ""] = found;
  return {question: wanted ?? only};
}

/** A reader of an export: each record as the fields that the export's own mapping names. */
function exportReader(format: ExportFormat): TableReader {
  return async (files, options) => {
    const {mapping, problems} = options;
    const all: (TableFile & {records: JsonRecord[]})[] = [];
    for (const {path, file} of files) all.push({path, file, records: await readJsonRecords(path, file, problems)});
    const chosen = questionOf(
      format,
      all.flatMap(({records}) => records),
      mapping,
    );
    const read = all.map(({file, records}): FileRows => {
      const dropped = new Tally();
      const remarks = new Tally();
      const rows: TableRow[] = [];
      for (const record of records) {
        if (problems.full) break;
        const {key, value} = record;
        const row = format.row(value, {
          key,
          mapping,
          ...("problem" in chosen ? {} : chosen),
          leaveOut: reason => dropped.add(reason),
          remark: reason => remarks.add(reason),
        });
        if ("dropped" in row) dropped.add(row.dropped);
        else if ("problem" in row) problemAt(problems, recordRow(file, record), row.problem);
        else rows.push({...recordRow(file, {...record, value: row.fields}), names: Object.keys(value)});
      }
      return {rows, dropped: dropped.counted, remarks: remarks.counted, notes: []};
    });
    // A record that is not understood says more than that it answers no question.
    if ("problem" in chosen && problems.count === 0) problems.add({file: all[0]?.file ?? "", message: chosen.problem});
    const {noneWords, rename, labels, blank, entries, separator} = mapping;
    const given = Object.fromEntries(
      Object.entries({noneWords, rename, labels, blank, entries, separator}).filter(([, flag]) => flag !== undefined),
    );
    return entriesOf(read, {...options, mapping: {...format.mapping, ...given}}, false);
  };
}

/** The formats of `tasks import`: tables of the user's own, and what other tools write. */
export const tableFormats: ReadonlyMap<string, TableFormat> = new Map<string, TableFormat>([
  [
    "csv",
    {title: "a table: CSV or TSV", endings: [".csv", ".tsv", ".txt"], defaults: {}, grouped: false, read: readCsvFiles},
  ],
  [
    "jsonl",
    {
      title: "JSON Lines, or a JSON array",
      endings: [".jsonl", ".ndjson", ".json"],
      defaults: {textColumn: "text"},
      grouped: false,
      read: readJsonFiles,
    },
  ],
  ...[...exportFormatMap].map(([name, format]): [string, TableFormat] => [
    name,
    {
      title: format.title,
      endings: [".jsonl", ".json", ".ndjson"],
      defaults: {},
      grouped: format.grouped,
      read: exportReader(format),
      export: format,
    },
  ]),
]);
