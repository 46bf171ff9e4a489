import {execFileSync} from "node:child_process";
import {readFile, stat, truncate} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {LOGITS, MatrixWriter, npyHeader} from "../../src/store/matrix-file.ts";
import {emptyFolder} from "./records.ts";

const COLUMNS = 3;

/** Reads a .npy file by its specification: magic, version, header length, header, float32 values. */
async function readNpy(path: string): Promise<{shape: [number, number]; rows: number[][]}> {
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 6).toString("latin1")).toBe("\u0093NUMPY");
  expect([bytes[6], bytes[7]]).toEqual([1, 0]);
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = bytes.subarray(10, start).toString("latin1");
  expect(header.at(-1)).toBe("\n");
  const found = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$/.exec(header);
  expect(found).not.toBeNull();
  const [rows, columns] = [Number(found?.[1]), Number(found?.[2])];
  expect(bytes.length).toBe(start + rows * columns * 4);
  return {
    shape: [rows, columns],
    rows: Array.from({length: rows}, (_, row) =>
      Array.from({length: columns}, (_, column) => bytes.readFloatLE(start + (row * columns + column) * 4)),
    ),
  };
}

function row(value: number): Float32Array {
  return Float32Array.of(value, value + 0.5, -value);
}

async function fill(path: string, values: readonly number[]): Promise<void> {
  await using writer = await MatrixWriter.open(path, COLUMNS, 0);
  for (const value of values) await writer.append([row(value)]);
}

describe("logits.npy", () => {
  test("is a matrix of float32 by NumPy's specification, also before the first row", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await fill(path, []);
    expect((await readNpy(path)).shape).toEqual([0, COLUMNS]);
    await fill(path, [1, 2]);
    expect(await readNpy(path)).toEqual({
      shape: [2, COLUMNS],
      rows: [
        [1, 1.5, -1],
        [2, 2.5, -2],
      ],
    });
  });

  test("is whole after every document while it is written", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await using writer = await MatrixWriter.open(path, COLUMNS, 0);
    await writer.append([row(1)]);
    expect((await readNpy(path)).shape).toEqual([1, COLUMNS]);
    await writer.append([row(2), row(3)]);
    expect((await readNpy(path)).shape).toEqual([3, COLUMNS]);
  });

  test("gives each document the number of its first row, also where several are appended at once", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await using writer = await MatrixWriter.open(path, COLUMNS, 0);
    const firsts = await Promise.all([[row(1)], [row(2), row(3)], [], [row(4)]].map(rows => writer.append(rows)));
    expect(firsts).toEqual([0, 1, 3, 3]);
    expect((await readNpy(path)).rows.map(([first]) => first)).toEqual([1, 2, 3, 4]);
  });

  test("drops the rows that no trace names when it is opened again, and goes on after the others", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await fill(path, [1, 2, 3]);
    {
      await using writer = await MatrixWriter.open(path, COLUMNS, 2);
      expect((await readNpy(path)).shape).toEqual([2, COLUMNS]);
      expect(await writer.append([row(9)])).toBe(2);
    }
    expect((await readNpy(path)).rows.map(([first]) => first)).toEqual([1, 2, 9]);
  });

  test("a row that was cut off in mid-write is no part of the matrix when it is opened again", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await fill(path, [1, 2]);
    await truncate(path, (await stat(path)).size - 5);
    await (await MatrixWriter.open(path, COLUMNS, 1))[Symbol.asyncDispose]();
    expect(await readNpy(path)).toEqual({shape: [1, COLUMNS], rows: [[1, 1.5, -1]]});
  });

  test("rows that traces name and the file does not hold are refused, never made up", async () => {
    const path = join(await emptyFolder(), LOGITS);
    await expect(MatrixWriter.open(path, COLUMNS, 1)).rejects.toMatchObject({
      code: "logits-missing",
      facts: {foundBytes: 0},
    });
    await fill(path, [1]);
    await expect(MatrixWriter.open(path, COLUMNS, 2)).rejects.toMatchObject({code: "logits-missing"});
    expect((await readNpy(path)).shape).toEqual([1, COLUMNS]);
  });

  test("the header keeps its length however many rows there are", () => {
    const lengths = [0, 9, 10, 2 ** 40].map(rows => npyHeader(rows, 262_144).length);
    expect(new Set(lengths)).toEqual(new Set([128]));
  });

  const missing = numpyMissing();
  test.skipIf(missing !== undefined)(
    `numpy opens it${missing === undefined ? "" : ` (skipped: ${missing})`}`,
    async () => {
      const path = join(await emptyFolder(), LOGITS);
      await fill(path, [1, 2]);
      const script =
        "import sys, json, numpy; a = numpy.load(sys.argv[1]); print(json.dumps([str(a.dtype), a.tolist()]))";
      const out = execFileSync("python3", ["-c", script, path], {encoding: "utf8"});
      expect(JSON.parse(out)).toEqual([
        "float32",
        [
          [1, 1.5, -1],
          [2, 2.5, -2],
        ],
      ]);
    },
  );
});

/** Why numpy cannot be asked; undefined where it can. */
function numpyMissing(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import numpy"], {stdio: "ignore"});
    return undefined;
  } catch {
    return "no python3 with numpy here";
  }
}
