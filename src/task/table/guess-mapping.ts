import {extname} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import {readTable} from "../csv-rows.ts";
import {exportFormatMap} from "../export/index.ts";
import type {ProblemList} from "../problems.ts";
import {readJsonRecords} from "./json-records.ts";
import {asText} from "./label-cell.ts";
import type {TableMapping} from "./mapping.ts";

/** How a table is read, as far as its headers say so. */
export interface GuessedTable {
  /** A name of `tableFormats`. */
  readonly format: string;
  readonly mapping: TableMapping;
}

/** What columns are usually called, the usual name first. */
const TEXT = [
  "text",
  "comment",
  "sentence",
  "tweet",
  "post",
  "body",
  "message",
  "review",
  "content",
  "utterance",
  "input",
  "feedback",
  "document",
];
const LABELS = [
  "labels",
  "label",
  "annotations",
  "annotation",
  "emotions",
  "emotion",
  "categories",
  "category",
  "topics",
  "topic",
  "tags",
  "tag",
  "class",
  "classes",
];
const ID = ["id", "doc_id", "document_id", "comment_id", "text_id", "item_id", "post_id", "tweet_id"];
const ANNOTATOR = ["annotator", "annotator_id", "rater", "rater_id", "worker", "worker_id", "coder", "who"];
const TICKS = new Set(["0", "1", "0.0", "1.0", "true", "false"]);

/** The format that a file's ending says; undefined where it says none. */
export function formatOf(file: string): "csv" | "jsonl" | undefined {
  const ending = extname(file).toLowerCase();
  if ([".csv", ".tsv", ".txt"].includes(ending)) return "csv";
  return [".jsonl", ".ndjson", ".json"].includes(ending) ? "jsonl" : undefined;
}

/**
 * How a table is to be read, told from the names of its columns; an export of another tool is recognised by its layout.
 *
 * Only usual names are taken, and one text column with one column of labels, or with columns of 0 and 1: what could be
 * meant otherwise is refused.
 *
 * @param given what a person says; it is taken as it is
 * @param file the name in messages
 * @throws LabelscopeError `usage` that lists the columns where they cannot be told
 */
export async function guessMapping(
  path: string,
  file: string,
  given: TableMapping,
  problems: ProblemList,
): Promise<GuessedTable> {
  const format = formatOf(path);
  if (format === undefined)
    throw new LabelscopeError({
      code: "usage",
      message: `${file} is no table that is known by its ending`,
      next: "a .csv, .tsv, .jsonl or .json file; or labelscope tasks import FORMAT, and a study of the task that it writes",
    });
  if (format === "jsonl") {
    const [first] = await readJsonRecords(path, file, problems);
    const tool = [...exportFormatMap].find(([, {recognises}]) => first !== undefined && recognises(first.value));
    if (tool !== undefined) return {format: tool[0], mapping: given};
    const names = Object.keys(first?.value ?? {});
    const [textColumn, labels] = [columnFor(TEXT, names), columnFor(LABELS, names)];
    if (textColumn === undefined || labels === undefined) throw unclear(file, names, format);
    const own = labels === "labels" || labels === "annotations" ? {} : {labelsColumn: [labels]};
    return {format, mapping: {textColumn, ...own, ...given}};
  }
  const {delimiter, quotes} = given;
  const table = await readTable(path, file, {columns: [], problems, delimiter, quotes});
  const {names} = table;
  const cells = (column: string) => table.rows.map(row => table.cell(row, column).trim());
  const textColumn = given.textColumn ?? columnFor(TEXT, names);
  if (textColumn === undefined) throw unclear(file, names, format);
  const [idColumn, annotatorColumn] = [columnFor(ID, names), columnFor(ANNOTATOR, names)];
  const usual = {
    textColumn,
    ...(idColumn === undefined ? {} : {idColumn}),
    ...(annotatorColumn === undefined || idColumn === undefined ? {} : {annotatorColumn}),
  };
  const said = given.labelsColumn ?? given.labelColumns ?? given.annotatorColumns;
  if (said !== undefined) return {format, mapping: {...usual, ...given}};
  const labels = columnFor(LABELS, names);
  if (labels !== undefined) return {format, mapping: {...usual, labelsColumn: [labels], ...given}};
  const taken = new Set([textColumn, idColumn, annotatorColumn]);
  const ticked = names.filter(name => !taken.has(name) && isTicks(cells(name)));
  if (ticked.length < 2) throw unclear(file, names, format);
  return {format, mapping: {...usual, labelColumns: ticked, ...given}};
}

/** The one column with the most usual of some names; letters' case does not matter. */
function columnFor(usual: readonly string[], names: readonly string[]): string | undefined {
  const found = usual.flatMap(name => names.filter(column => column.trim().toLowerCase() === name));
  return found[0];
}

function isTicks(cells: readonly unknown[]): boolean {
  const filled = cells.map(cell => asText(cell)?.trim().toLowerCase() ?? "").filter(cell => cell !== "");
  return filled.length > 0 && filled.every(cell => TICKS.has(cell));
}

function unclear(file: string, names: readonly string[], format: string): LabelscopeError {
  const shown = names.length > 30 ? `${names.slice(0, 30).join(", ")} … (${names.length})` : names.join(", ");
  return new LabelscopeError({
    code: "usage",
    message: `${file}: its columns do not say which is the text and which are the labels`,
    details: [`columns: ${shown}`],
    next: [
      "labelscope init TABLE MODEL… --text-column NAME --labels-column NAME; for 0/1 columns --label-columns NAMES",
      `labelscope tasks import ${format} --help shows every way in which labels can stand in a table`,
    ],
    facts: {columns: names},
  });
}
