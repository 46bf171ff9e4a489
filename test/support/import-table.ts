import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import type {Document, Split} from "../../src/records/document.ts";
import {importTask} from "../../src/task/import.ts";
import {loadTask} from "../../src/task/load.ts";
import type {TableMapping} from "../../src/task/table/mapping.ts";

/** Who gave what: labels by document, or by annotator and document; the rest of what a person sees. */
export interface Imported {
  readonly labels: readonly string[];
  readonly documents: Readonly<Partial<Record<Split, readonly Document[]>>>;
  readonly given: Readonly<Record<string, unknown>>;
  readonly said: readonly string[];
  readonly notes: readonly string[];
}

/** Files, imported as `tasks import` does and read back as `tasks check` does; one file is all test unless shares are asked for. */
export async function importTable(
  format: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  mapping: TableMapping = {},
): Promise<Imported> {
  const cwd = await mkdtemp(join(tmpdir(), "labelscope-import-"));
  try {
    return await importIn(cwd, format, files, mapping);
  } finally {
    await rm(cwd, {recursive: true});
  }
}

async function importIn(
  cwd: string,
  format: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  mapping: TableMapping,
): Promise<Imported> {
  const names = Object.keys(files);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, "data", name)), {recursive: true});
    await writeFile(join(cwd, "data", name), content);
  }
  const [only = ""] = names;
  const dataDir = names.length === 1 ? join("data", only) : "data";
  const whole: TableMapping = names.length === 1 ? {split: "test", ...mapping} : mapping;
  const {task} = await importTask(format, {cwd, dataDir, outDir: "out", mapping: whole});
  const {splits} = await loadTask("out/task.yaml", {cwd});
  const documents = Object.fromEntries(Object.entries(splits).map(([split, read]) => [split, read.documents]));
  const all = Object.values(splits).flatMap(read => read.documents);
  const said = Object.values(task.splits).flatMap(({dropped, remarks}) => [...dropped, ...remarks]);
  return {
    labels: task.definition.labels.map(({name}) => name),
    documents,
    given: Object.fromEntries(all.map(document => [document.id, whatOf(document)])),
    said: said.map(({reason, count}) => `${count} ${reason}`),
    notes: task.notes,
  };
}

function whatOf({labels, annotations, annotators}: Document): unknown {
  if (labels !== undefined || annotations === undefined || annotators === undefined) return labels ?? annotations;
  return Object.fromEntries(annotators.map((name, index) => [name, annotations[index]]));
}

/** What a refused import says: the message, the details, the way out. */
export async function refusal(
  format: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  mapping: TableMapping = {},
): Promise<string> {
  const error: unknown = await importTable(format, files, mapping).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("nothing was refused");
  const parts = ["details", "next"].map(part => Reflect.get(error, part));
  return [error.message, ...parts.flat().filter(line => typeof line === "string")].join("\n");
}
