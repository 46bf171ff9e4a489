import {existsSync} from "node:fs";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Binary, Unary} from "../records/questions.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import type {Trace} from "../records/trace.ts";
import type {Tree} from "../records/tree.ts";
import {MANIFEST, readManifest} from "./manifest-file.ts";
import {MatrixReader} from "./matrix-reader.ts";
import {readRecords} from "./record-file.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";

/** Everything that a run has stored about one document; what was not captured is absent. */
export interface StoredDocument {
  readonly key: string;
  readonly split: Split;
  readonly document: Document;
  readonly trace?: Trace;
  readonly tree?: Tree;
  readonly unary?: Unary;
  readonly binary?: Binary;
  /** The last layer's state after the final norm at the first label step. */
  readonly hidden?: Float32Array;
  /** The document as an embedding model puts it. */
  readonly embedding?: Float32Array;
}

/** A run as plain data: what estimators, metrics and comparisons read. */
export interface StoredRun {
  /** The name that its folder had when it was begun. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** In the order in which they were captured. */
  readonly documents: Readonly<Record<Split, readonly StoredDocument[]>>;
  /** Records whose document the run does not hold, by their kind: left out. */
  readonly orphans: Readonly<Record<RecordName, number>>;
}

/** @throws `no-run` where a folder has no manifest */
export async function requireManifest(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest !== undefined) return manifest;
  throw new LabelscopeError({
    code: "no-run",
    message: `${folder} is no run: it has no ${MANIFEST}`,
    next: "name a folder that labelscope run has made, e.g. runs/goemotions-smollm2-135m-instruct-1a2b3c4d",
    facts: {folder},
  });
}

/**
 * Reads a run directory whole, joining what its files say about each document. A torn last line is left out.
 *
 * @throws `no-run`, `newer-schema`, `<record>-unreadable` with file and line, `matrix-unreadable`
 */
export async function readRun(folder: string): Promise<StoredRun> {
  const manifest = await requireManifest(folder);
  const found = new Map<string, StoredDocument>();
  const orphans = {trace: 0, tree: 0, unary: 0, binary: 0, hidden: 0, embedding: 0};
  for await (const trace of records(folder, "trace")) {
    const {key, split, document} = trace;
    found.set(key, {key, split, document, trace});
  }
  await joinRows(folder, "hidden", found);
  await joinRows(folder, "embedding", found);
  const add = (name: RecordName, key: string, part: Partial<StoredDocument>) => {
    const known = found.get(key);
    if (known === undefined) orphans[name]++;
    else found.set(key, {...known, ...part});
  };
  for await (const tree of records(folder, "tree")) add("tree", tree.key, {tree});
  for await (const unary of records(folder, "unary")) add("unary", unary.key, {unary});
  for await (const binary of records(folder, "binary")) add("binary", binary.key, {binary});
  const all = [...found.values()];
  const ofSplit = (split: Split) => all.filter(document => document.split === split);
  return {
    name: manifest.name,
    folder,
    manifest,
    documents: {train: ofSplit("train"), calibration: ofSplit("calibration"), test: ofSplit("test")},
    orphans,
  };
}

function records<Name extends RecordName>(folder: string, name: Name): AsyncGenerator<Records[Name]> {
  return readRecords<Records[Name]>(join(folder, recordKinds[name].file), recordKinds[name]);
}

/** Adds vectors to their documents, and documents that have nothing else: those of the train split. */
async function joinRows(
  folder: string,
  name: "hidden" | "embedding",
  found: Map<string, StoredDocument>,
): Promise<void> {
  if (!existsSync(join(folder, recordKinds[name].file))) return;
  await using matrix = await MatrixReader.open(join(folder, matrixFiles[name] ?? ""));
  for await (const {key, split, document, row} of records(folder, name)) {
    found.set(key, {key, split, document, ...found.get(key), [name]: await matrix.row(row)});
  }
}
