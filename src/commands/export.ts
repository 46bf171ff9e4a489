import {rename, rm, stat} from "node:fs/promises";
import {basename, dirname, join, relative, resolve} from "node:path";
import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import {exportFormats} from "../export/formats.ts";
import {EXPORT_FORMATS, type ExportFormat, type ExportTableName} from "../export/names.ts";
import {exportTables, type Row} from "../export/tables.ts";
import {makeFolder} from "../make-folder.ts";
import {requireManifest} from "../store/read-run.ts";
import {readTraces, TRACES} from "../store/trace-file.ts";
import {draftOf} from "../write-whole.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

export interface ExportOptions {
  readonly runs: readonly string[];
  /** Absent: as the name of `out` ends, else csv. */
  readonly to?: ExportFormat;
  readonly table: ExportTableName;
  /** Absent: `TABLE.FORMAT` in the working directory. */
  readonly out?: string;
}

interface Exported {
  readonly file: string;
  readonly table: ExportTableName;
  readonly rows: number;
  readonly documents: number;
  readonly bytes: number;
}

/**
 * `export`: the traces of runs as one table for other programs. The file appears whole or not at all; memory does not grow with
 * the runs.
 */
export async function exportCommand(options: ExportOptions, io: CommandIo): Promise<CommandResult<Exported>> {
  const folders = await requireRuns(options.runs, "export", io);
  const names = folders.map(folder => basename(folder));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new LabelscopeError({
      code: "same-run",
      message: `two of the runs are called ${twice}: their rows could not be told apart`,
      next: "export them apart, or rename one of the folders",
    });
  const to = options.to ?? EXPORT_FORMATS.find(format => options.out?.endsWith(`.${format}`)) ?? "csv";
  const path = resolve(io.cwd, options.out ?? `${options.table}.${to}`);
  const table = exportTables[options.table];
  const counts = {rows: 0, documents: 0};
  const rows = async function* (): AsyncGenerator<Row> {
    for (const [place, folder] of folders.entries()) {
      const run = names[place] ?? "";
      const {labels, planned} = await requireManifest(folder);
      const total = Object.values(planned ?? {}).reduce((sum: number, count) => sum + (count ?? 0), 0);
      let done = 0;
      for await (const trace of readTraces(join(folder, TRACES))) {
        io.signal.throwIfAborted();
        for (const row of table.rows(run, trace, labels)) {
          counts.rows++;
          yield row;
        }
        counts.documents++;
        done++;
        io.progress({subject: run, done, total: Math.max(total, done), unit: "documents"});
      }
    }
  };
  await makeFolder(dirname(path));
  const draft = await draftOf(path);
  try {
    await exportFormats[to](draft, table.columns, rows());
    await rename(draft, path);
  } catch (error) {
    await rm(draft, {force: true});
    throw error;
  }
  const file = relative(io.cwd, path) || path;
  const {size: bytes} = await stat(path);
  return {
    data: {file, table: options.table, ...counts, bytes},
    text: `${file}: ${counted(counts.rows, "row")}, one for ${table.about}, of ${counted(counts.documents, "document")} of ${counted(folders.length, "run")} (${(bytes / 1e6).toFixed(1)} MB)\n`,
  };
}
