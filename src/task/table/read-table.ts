import {LabelscopeError} from "../../errors.ts";
import {readTable} from "../csv-rows.ts";
import type {ExportFormat} from "../export/format.ts";
import {exportFormatMap} from "../export/index.ts";
import type {ProblemList} from "../problems.ts";
import type {Counted} from "../task.ts";
import {readJsonRecords} from "./json-records.ts";
import type {Entry, TableMapping, TableRow} from "./mapping.ts";
import {rowEntries} from "./row-entries.ts";
import {Tally} from "./tally.ts";

/** What one file says, before its labels have their names. */
export interface ReadFile {
  readonly entries: readonly Entry[];
  readonly dropped: readonly Counted[];
  readonly remarks: readonly Counted[];
  /** How the file was read, one sentence each. */
  readonly notes: readonly string[];
}

type FileReader = (
  path: string,
  file: string,
  options: {mapping: TableMapping; problems: ProblemList},
) => Promise<ReadFile>;

/** How the files of `tasks import NAME` are read. */
export interface TableFormat {
  readonly title: string;
  /** The endings of its files, the usual one first. */
  readonly endings: readonly string[];
  /** What the flags say where they say nothing. */
  readonly defaults: TableMapping;
  /** Whether the entries of one id are one document. */
  readonly grouped: boolean;
  readonly read: FileReader;
  /** Of another tool: which columns there are is known. */
  readonly export?: ExportFormat;
}

/** The columns that a file must have for a mapping; a name with commas in it may be several. */
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

const readCsvFile: FileReader = async (path, file, {mapping, problems}) => {
  const {delimiter, quotes} = mapping;
  const table = await readTable(path, file, {columns: columnsOf(mapping), problems, delimiter, quotes});
  const has = new Set(table.names);
  const rows = table.rows.map(
    (row): TableRow => ({
      line: row.line,
      field: column => (has.has(column) || columnsOf(mapping).includes(column) ? table.cell(row, column) : undefined),
    }),
  );
  const read = rowEntries(rows, {file, mapping, problems});
  return {...read, dropped: [...table.dropped, ...read.dropped], notes: table.notes};
};

function looksLike(name: string, file: string): LabelscopeError {
  return new LabelscopeError({
    code: "usage",
    message: `${file} looks like an export of ${exportFormatMap.get(name)?.title ?? name}`,
    next: `labelscope tasks import ${name} --data ${file} --out DIR reads it`,
    facts: {format: name},
  });
}

const readJsonFile: FileReader = async (path, file, {mapping, problems}) => {
  const records = await readJsonRecords(path, file, problems);
  const [first] = records;
  const own =
    mapping.labelsColumn === undefined && mapping.labelColumns === undefined && mapping.annotatorColumns === undefined;
  for (const [name, format] of exportFormatMap) {
    if (first !== undefined && (own || name === "prodigy") && format.recognises(first.value))
      throw looksLike(name, file);
  }
  const rows = records.map(
    ({line, name, key, value}): TableRow => ({
      ...(line === undefined ? {} : {line}),
      ...(name === undefined ? {} : {name}),
      field: column => (Object.hasOwn(value, column) ? value[column] : column === "id" ? key : undefined),
    }),
  );
  const keyed = rows.some(row => row.field("id") !== undefined);
  const idColumn = mapping.idColumn ?? (keyed ? "id" : undefined);
  const whole = idColumn === undefined ? mapping : {...mapping, idColumn};
  return {...rowEntries(rows, {file, mapping: whole, problems}), notes: []};
};

/** A reader of an export: each record as the fields that the export's own mapping names. */
function exportReader(format: ExportFormat): FileReader {
  return async (path, file, {mapping, problems}) => {
    const records = await readJsonRecords(path, file, problems);
    const dropped = new Tally();
    const remarks = new Tally();
    const rows: TableRow[] = [];
    for (const {line, name, key, value} of records) {
      if (problems.full) break;
      const place = {...(line === undefined ? {} : {line}), ...(name === undefined ? {} : {name})};
      const leaveOut = (reason: string): void => (reason.includes("read as") ? remarks : dropped).add(reason);
      const row = format.row(value, {key, mapping, leaveOut});
      if ("dropped" in row) dropped.add(row.dropped);
      else if ("problem" in row) {
        problems.add({
          file,
          message: name === undefined ? row.problem : `${name}: ${row.problem}`,
          ...(line === undefined ? {} : {line}),
        });
      } else
        rows.push({...place, field: column => (Object.hasOwn(row.fields, column) ? row.fields[column] : undefined)});
    }
    const {noneWords, rename, labels, blank, entries, separator} = mapping;
    const given = Object.fromEntries(
      Object.entries({noneWords, rename, labels, blank, entries, separator}).filter(([, flag]) => flag !== undefined),
    );
    const read = rowEntries(rows, {file, mapping: {...format.mapping, ...given}, problems});
    return {
      entries: read.entries,
      dropped: [...dropped.counted, ...read.dropped],
      remarks: [...remarks.counted, ...read.remarks],
      notes: [],
    };
  };
}

/** The formats of `tasks import`: tables of the user's own, and what other tools write. */
export const tableFormats: ReadonlyMap<string, TableFormat> = new Map<string, TableFormat>([
  [
    "csv",
    {title: "a table: CSV or TSV", endings: [".csv", ".tsv", ".txt"], defaults: {}, grouped: false, read: readCsvFile},
  ],
  [
    "jsonl",
    {
      title: "JSON Lines, or a JSON array",
      endings: [".jsonl", ".ndjson", ".json"],
      defaults: {textColumn: "text"},
      grouped: false,
      read: readJsonFile,
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
