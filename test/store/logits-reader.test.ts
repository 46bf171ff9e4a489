import {truncate, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {openLogits} from "../../src/store/logits-reader.ts";
import {LOGITS, MatrixWriter} from "../../src/store/matrix-file.ts";
import {emptyFolder} from "./records.ts";

const ROWS = [Float32Array.of(0.5, -3, 1e9), Float32Array.of(1, 2, 3)];

async function folderWithLogits(): Promise<string> {
  const folder = await emptyFolder();
  await using writer = await MatrixWriter.open(join(folder, LOGITS), 3, 0);
  await writer.append(ROWS);
  return folder;
}

describe("openLogits", () => {
  test("reads back the rows that a run wrote, in any order", async () => {
    const file = openLogits(await folderWithLogits());
    expect([1, 0].map(index => file?.row(index))).toEqual([ROWS[1], ROWS[0]]);
    expect([-1, 2].map(index => file?.row(index))).toEqual([undefined, undefined]);
    file?.[Symbol.dispose]();
  });

  test("has no row of a file that is cut short, or that is no matrix", async () => {
    const short = await folderWithLogits();
    await truncate(join(short, LOGITS), 128 + 3 * 4 + 1);
    const cut = openLogits(short);
    expect([cut?.row(0), cut?.row(1)]).toEqual([ROWS[0], undefined]);
    cut?.[Symbol.dispose]();
    const odd = await emptyFolder();
    await writeFile(join(odd, LOGITS), "not a matrix");
    const other = openLogits(odd);
    expect(other?.row(0)).toBeUndefined();
    other?.[Symbol.dispose]();
  });

  test("is undefined where the run stored none", async () => {
    expect(openLogits(await emptyFolder())).toBeUndefined();
  });
});
