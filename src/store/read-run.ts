import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Binary, Unary} from "../records/questions.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import type {Trace} from "../records/trace.ts";
import type {Tree} from "../records/tree.ts";
import {recordDamaged} from "./damaged.ts";
import {MANIFEST, readManifest} from "./manifest-file.ts";
import {MatrixReader} from "./matrix-reader.ts";
import {readSound, type SoundRecord} from "./record-file.ts";
import type {RecordKind} from "./record-kind.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";
import {checksum, rowDamage} from "./seal.ts";

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
  /** Records of schema 1, which carry no checksum: damage that does not contradict itself goes unnoticed in them. */
  readonly unsealed: number;
  /** A checksum of all that was read, which a comparison keeps. */
  readonly sum: string;
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
 * @throws `no-run`, `newer-schema`, `manifest-damaged`, `record-damaged` with file, line and field, `matrix-damaged`
 */
export async function readRun(folder: string): Promise<StoredRun> {
  const manifest = await requireManifest(folder);
  const found = new Map<string, StoredDocument>();
  const orphans = {trace: 0, tree: 0, unary: 0, binary: 0, hidden: 0, embedding: 0};
  const sums = createHash("sha256");
  let unsealed = 0;
  async function* records<Name extends RecordName>(name: Name): AsyncGenerator<SoundRecord<Records[Name]>> {
    const kind: RecordKind<Records[Name]> = recordKinds[name];
    for await (const sound of readSound(join(folder, kind.file), kind, manifest)) {
      sums.update(sound.sum);
      if (sound.record.schema === 1) unsealed++;
      yield sound;
    }
  }
  const add = (name: RecordName, key: string, part: Partial<StoredDocument>) => {
    const known = found.get(key);
    if (known === undefined) orphans[name]++;
    else found.set(key, {...known, ...part});
  };
  for await (const {record: trace} of records("trace")) {
    const {key, split, document} = trace;
    found.set(key, {key, split, document, trace});
  }
  for (const name of ["hidden", "embedding"] as const) {
    if (!existsSync(join(folder, recordKinds[name].file))) continue;
    await using matrix = await MatrixReader.open(
      join(folder, matrixFiles[name] ?? ""),
      manifest.captures?.[name]?.columns,
    );
    for await (const {record, line} of records(name)) {
      const {key, split, document, row, rowSum} = record;
      const vector = await matrix.row(row);
      const damage = rowDamage(vector, rowSum);
      if (damage !== undefined) throw recordDamaged(join(folder, recordKinds[name].file), line, damage);
      // Documents of the train split have nothing else.
      found.set(key, {key, split, document, ...found.get(key), [name]: vector});
    }
  }
  for await (const {record} of records("tree")) add("tree", record.key, {tree: record});
  for await (const {record} of records("unary")) add("unary", record.key, {unary: record});
  for await (const {record} of records("binary")) add("binary", record.key, {binary: record});
  const all = [...found.values()];
  const ofSplit = (split: Split) => all.filter(document => document.split === split);
  return {
    name: manifest.name,
    folder,
    manifest,
    documents: {train: ofSplit("train"), calibration: ofSplit("calibration"), test: ofSplit("test")},
    orphans,
    unsealed,
    sum: checksum(sums.digest("hex")),
  };
}
