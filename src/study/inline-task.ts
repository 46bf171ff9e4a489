import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, dirname, join, relative, resolve} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {importTask} from "../task/import.ts";
import {formatOf} from "../task/table/guess-mapping.ts";
import type {TableMapping} from "../task/table/mapping.ts";
import {tableFormats} from "../task/table/read-table.ts";
import {sourcesOf} from "../task/table/sources.ts";
import {version} from "../version.ts";

const text = z.string().min(1);
const names = z.array(text).min(1);
const share = z.number().min(0).max(1);

/** Options of `tasks import` for a table, under the names that the flags have. One that is missing here does not compile. */
const mapping = {
  textColumn: text.exactOptional(),
  idColumn: text.exactOptional(),
  labelsColumn: z.preprocess(value => (typeof value === "string" ? [value] : value), names).exactOptional(),
  annotatorColumns: names.exactOptional(),
  separator: text.exactOptional(),
  labelColumns: names.exactOptional(),
  annotatorColumn: text.exactOptional(),
  annotatorsColumn: text.exactOptional(),
  entries: z.enum(["labels", "annotators"]).exactOptional(),
  rows: z.literal("one-label").exactOptional(),
  blank: z.enum(["none", "unjudged"]).exactOptional(),
  labels: names.exactOptional(),
  rename: names.exactOptional(),
  noneWords: names.exactOptional(),
  delimiter: text.exactOptional(),
  quotes: z.enum(["double", "none"]).exactOptional(),
  split: z.literal("test").exactOptional(),
  testShare: share.exactOptional(),
  calibrationShare: share.exactOptional(),
} satisfies Record<keyof TableMapping, z.ZodType>;

/** A task in a study file that is a table and how it is read. */
export const inlineTaskSchema = z.strictObject({
  table: text,
  /** A name of `tasks import`; default told by the table's ending. */
  format: text.exactOptional(),
  id: text.exactOptional(),
  ...mapping,
});
export type InlineTask = z.infer<typeof inlineTaskSchema>;

export const inlineTaskFields: readonly string[] = Object.keys(inlineTaskSchema.shape);

/**
 * Imports a study's table, once: into a folder named after a hash of the table and of how it is read, which a later run of
 * the same study only reads.
 *
 * @param place.home the folder of the study file
 * @param place.runs where run folders are made; tasks lie beside it
 * @returns the path of the task file
 * @throws what `importTask` throws
 */
export async function importInline(
  {table, format, id, ...options}: InlineTask,
  place: {readonly home: string; readonly runs: string},
  onNotice?: (line: string) => void,
): Promise<string> {
  const name = format ?? formatOf(table);
  const reader = name === undefined ? undefined : tableFormats.get(name);
  if (name === undefined || reader === undefined) {
    throw new LabelscopeError({
      code: "usage",
      message:
        name === undefined ? `task.table ${table}: its ending says no format` : `task.format ${name} is not known`,
      details: [`known: ${[...tableFormats.keys()].join(", ")}`],
      next: "give task.format, one of these",
    });
  }
  const path = resolve(place.home, table);
  const sources = await sourcesOf(reader.endings, path);
  const contents = await Promise.all(
    sources.map(async source => ({split: source.split, hash: sha256(await readFile(source.path))})),
  );
  const hash = sha256(canonicalJson({labelscope: version, name, id, options, contents})).slice(0, 8);
  const stem = (id ?? basename(table).replace(/\.[^.]*$/, "")).replace(/[^A-Za-z0-9._-]+/g, "-");
  const outDir = join(dirname(place.runs), "tasks", `${stem}-${hash}`);
  const file = join(outDir, "task.yaml");
  if (existsSync(file)) return file;
  const {task} = await importTask(name, {
    cwd: place.home,
    dataDir: table,
    outDir,
    mapping: options,
    ...(id === undefined ? {} : {taskId: id}),
  });
  onNotice?.(`imported ${table} → ${relative(place.home, outDir) || outDir}`);
  for (const {dropped, remarks} of Object.values(task.splits)) {
    for (const {reason, count} of dropped) onNotice?.(`dropped ${count}: ${reason}`);
    for (const {reason, count} of remarks) onNotice?.(`read by rule ${count}: ${reason}`);
  }
  for (const note of task.notes) onNotice?.(`note: ${note}`);
  return file;
}
