import {existsSync} from "node:fs";
import {join} from "node:path";
import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import type {RecordName} from "../records/run-records.ts";
import {MatrixReader} from "./matrix-reader.ts";
import {requireManifest} from "./read-run.ts";
import {matrixFiles, recordKinds, recordNames} from "./record-kinds.ts";
import {scanWithRows} from "./scan-rows.ts";
import {tornFiles} from "./torn.ts";

/** Something in a folder that is not as labelscope wrote it. */
export interface Finding {
  /** The file's name in the folder. */
  readonly file: string;
  readonly line?: number;
  readonly field?: string;
  readonly problem: string;
}

/** What a check of a folder found. */
export interface Verified {
  readonly damage: readonly Finding[];
  /** What a reader should know and is no damage. */
  readonly remarks: readonly string[];
}

/**
 * Reads all of a run and lists what is damaged, line by line.
 *
 * @throws `no-run`, `newer-schema`
 */
export async function verifyRun(folder: string): Promise<Verified> {
  let manifest: Manifest;
  try {
    manifest = await requireManifest(folder);
  } catch (error) {
    const damaged = error instanceof LabelscopeError && /^manifest-(damaged|unreadable)$/.test(error.code);
    if (!damaged) throw error;
    const problem = [error.message, ...error.details].join("; ");
    return {damage: [{file: "manifest.json", problem}], remarks: ["nothing else can be checked without a manifest"]};
  }
  const damage: Finding[] = [];
  const remarks: string[] = [];
  const documents = new Set<string>();
  for (const name of recordNames) {
    const {file} = recordKinds[name];
    for (const found of await matrixFindings(folder, name, manifest)) damage.push(found);
    let [unsealed, repeats, strays] = [0, 0, 0];
    for await (const found of scanWithRows({folder, manifest}, name)) {
      if (found.damage !== undefined) damage.push({file, line: found.line, ...found.damage});
      if (found.repeats !== undefined) repeats++;
      if (found.record === undefined) continue;
      if (found.record.schema === 1) unsealed++;
      if ("document" in found.record) documents.add(found.record.key);
      else if (!documents.has(found.record.key)) strays++;
    }
    if (unsealed > 0) remarks.push(`${file}: ${counted(unsealed, "record")} of schema 1, without a checksum`);
    if (repeats > 0) remarks.push(`${file}: ${counted(repeats, "line")} repeated, with the same numbers; read once`);
    if (strays > 0) remarks.push(`${file}: ${counted(strays, "record")} of documents that the run does not hold`);
  }
  for (const file of await tornFiles(folder))
    remarks.push(`${file}: the last line was cut off in mid-write; the same labelscope run command captures it again`);
  return {damage, remarks};
}

async function matrixFindings(folder: string, name: RecordName, manifest: Manifest): Promise<Finding[]> {
  const file = matrixFiles[name];
  if (file === undefined || !existsSync(join(folder, file))) return [];
  const columns = name === "hidden" || name === "embedding" ? manifest.captures?.[name]?.columns : undefined;
  try {
    await using matrix = await MatrixReader.open(join(folder, file), columns);
    return matrix.isWhole ? [] : [{file, problem: `it is shorter than its header says (${matrix.rows} rows)`}];
  } catch (error) {
    if (!(error instanceof LabelscopeError)) throw error;
    return [{file, problem: String(error.facts.problem)}];
  }
}
