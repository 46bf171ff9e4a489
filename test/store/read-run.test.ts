import {appendFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {TRACE_SCHEMA} from "../../src/records/schema-version.ts";
import {writeManifest} from "../../src/store/manifest-file.ts";
import {HIDDEN, MatrixWriter} from "../../src/store/matrix-file.ts";
import {MatrixReader} from "../../src/store/matrix-reader.ts";
import {readRun} from "../../src/store/read-run.ts";
import {recordKinds} from "../../src/store/record-kinds.ts";
import {rowSum} from "../../src/store/seal.ts";
import {aBinary, about, aManifest, aTrace, aTree, aUnary, emptyFolder, write} from "./records.ts";

async function aRun(): Promise<string> {
  const folder = await emptyFolder();
  await writeManifest(folder, aManifest());
  await write(folder, "trace", [aTrace("a"), aTrace("b"), aTrace("c", {split: "calibration"})]);
  return folder;
}

describe("readRun", () => {
  test("gives the documents of each split with their traces, in the order of the file", async () => {
    const folder = await aRun();
    const run = await readRun(folder);
    expect(run).toMatchObject({name: "tiny-model-00000000", folder, manifest: aManifest()});
    expect(run.documents.test.map(({trace}) => trace)).toEqual([aTrace("a"), aTrace("b")]);
    expect(run.documents.calibration.map(({document}) => document.id)).toEqual(["c"]);
    expect(run.documents.train).toEqual([]);
    expect(run.documents.test[0]).not.toHaveProperty("tree");
  });

  test("joins what other captures say about a document, whichever order they were made in", async () => {
    const folder = await aRun();
    await write(folder, "tree", [aTree("b")]);
    await write(folder, "unary", [aUnary("b"), aUnary("a")]);
    await write(folder, "binary", [aBinary("a")]);
    const {documents, orphans} = await readRun(folder);
    expect(documents.test).toEqual([
      {
        key: "key-a",
        split: "test",
        document: aTrace("a").document,
        trace: aTrace("a"),
        unary: aUnary("a"),
        binary: aBinary("a"),
      },
      {
        key: "key-b",
        split: "test",
        document: aTrace("b").document,
        trace: aTrace("b"),
        tree: aTree("b"),
        unary: aUnary("b"),
      },
    ]);
    expect(orphans).toEqual({trace: 0, tree: 0, unary: 0, binary: 0, hidden: 0, embedding: 0});
  });

  test("hidden states come from their matrix, and bring documents that have no trace", async () => {
    const folder = await aRun();
    await using matrix = await MatrixWriter.open(join(folder, HIDDEN), 2, 0);
    await matrix.append([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
    const document = {id: "t", text: "of train", labels: ["joy"]};
    const {document: known} = aTrace("a");
    await write(folder, "hidden", [
      {
        schema: TRACE_SCHEMA,
        key: "key-t",
        split: "train",
        id: "t",
        document,
        row: 1,
        rowSum: rowSum(Float32Array.of(3, 4)),
      },
      {...about("a"), document: known, row: 0, rowSum: rowSum(Float32Array.of(1, 2))},
    ]);
    const {documents} = await readRun(folder);
    expect(documents.train).toEqual([{key: "key-t", split: "train", document, hidden: Float32Array.of(3, 4)}]);
    expect(documents.test[0]).toMatchObject({trace: aTrace("a"), hidden: Float32Array.of(1, 2)});
  });

  test("a record of a document that the run does not hold is left out and counted", async () => {
    const folder = await aRun();
    await write(folder, "tree", [aTree("gone"), aTree("a")]);
    const {documents, orphans} = await readRun(folder);
    expect(orphans.tree).toBe(1);
    expect(documents.test.map(({tree}) => tree?.id)).toEqual(["a", undefined]);
  });

  test("a torn last line of any file is left out", async () => {
    const folder = await aRun();
    await write(folder, "unary", [aUnary("a")]);
    for (const file of [recordKinds.trace.file, recordKinds.unary.file])
      await appendFile(join(folder, file), '{"schema"');
    const {documents} = await readRun(folder);
    expect(documents.test.map(({unary}) => unary?.id)).toEqual(["a", undefined]);
  });

  test("a record of a newer labelscope, or one that is damaged, is named with its file", async () => {
    const folder = await aRun();
    const path = join(folder, recordKinds.tree.file);
    await writeFile(path, `${JSON.stringify({...aTree("a"), schema: TRACE_SCHEMA + 1})}\n`);
    await expect(readRun(folder)).rejects.toMatchObject({
      code: "newer-schema",
      facts: {path},
      next: ["upgrade labelscope"],
    });
    await writeFile(path, `${JSON.stringify({...aTree("a"), expansions: -1})}\n`);
    await expect(readRun(folder)).rejects.toMatchObject({
      code: "record-damaged",
      facts: {path, line: 1, field: "expansions"},
    });
  });

  test("a folder that is no run is refused by name", async () => {
    await expect(readRun(await emptyFolder())).rejects.toMatchObject({code: "no-run"});
    await expect(readRun("/nowhere/at/all")).rejects.toMatchObject({
      code: "no-run",
      facts: {folder: "/nowhere/at/all"},
    });
  });
});

describe("MatrixReader", () => {
  test("reads any row as it was written, and refuses one that is not there", async () => {
    const path = join(await emptyFolder(), "m.npy");
    await using writer = await MatrixWriter.open(path, 3, 0);
    const rows = [Float32Array.of(1, -2, 0.5), Float32Array.of(Number.NEGATIVE_INFINITY, 1e-38, 7)];
    await writer.append(rows);
    await using matrix = await MatrixReader.open(path);
    expect([matrix.rows, matrix.columns]).toEqual([2, 3]);
    expect(await matrix.row(1)).toEqual(rows[1]);
    expect(await matrix.row(0)).toEqual(rows[0]);
    await expect(matrix.row(2)).rejects.toMatchObject({code: "matrix-damaged"});
    await expect(matrix.row(-1)).rejects.toMatchObject({code: "matrix-damaged"});
  });

  test("a missing file and one that is no matrix are refused", async () => {
    const path = join(await emptyFolder(), "m.npy");
    await expect(MatrixReader.open(path)).rejects.toMatchObject({code: "matrix-damaged", facts: {path}});
    await writeFile(path, "not numpy at all");
    await expect(MatrixReader.open(path)).rejects.toMatchObject({code: "matrix-damaged"});
  });
});
