// The matrices of a run (NumPy files): rows, headers and lengths.
import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {captureSmallRun, caseOf, copyRun} from "../small-run.mjs";

export {judge, truths} from "../small-run.mjs";
export const prepare = captureSmallRun;

/** Of a file that NumPy writes too: magic, version, a length, and a dictionary of 128 bytes in all. */
const HEADER = 128;

const MUTATIONS = {
  "flipped bits in the rows": ({bytes, random}) => {
    const places = Array.from({length: 1 + random.below(4)}, () => HEADER + random.below(bytes.length - HEADER));
    for (const place of new Set(places)) bytes[place] ^= 1 + random.below(255);
    return {bytes, expect: "refuse"};
  },
  "flipped bits in the header": ({bytes, random}) => {
    bytes[random.below(HEADER)] ^= 1 << random.below(8);
    return {bytes, expect: "any"};
  },
  "a number of columns": shape(({rows, columns}, random) => [
    rows,
    random.of([0, 1, columns / 2, columns - 1, columns + 1, columns * 2, 2 ** 31, 2 ** 53]),
  ]),
  "a number of rows": shape(({rows, columns}, random) => [random.of([0, 1, rows - 1, 2 ** 40]), columns], "any"),
  "a cut": ({bytes, random}) => ({bytes: bytes.subarray(0, random.below(bytes.length - 4)), expect: "refuse"}),
  "bytes behind the last row": ({bytes, random}) => ({
    bytes: Buffer.concat([bytes, Buffer.alloc(1 + random.below(300), 7)]),
    expect: "any",
  }),
  "rows exchanged": ({bytes}) => {
    const {columns} = shapeOf(bytes);
    const first = Buffer.from(bytes.subarray(HEADER, HEADER + 4 * columns));
    const second = bytes.subarray(HEADER + 4 * columns, HEADER + 8 * columns);
    const same = first.equals(second);
    bytes.copy(bytes, HEADER, HEADER + 4 * columns, HEADER + 8 * columns);
    first.copy(bytes, HEADER + 4 * columns);
    return {bytes, expect: same ? "same" : "refuse"};
  },
  "numbers that are none": ({bytes, random}) => {
    const place = HEADER + 4 * random.below((bytes.length - HEADER) / 4);
    bytes.writeFloatLE(random.of([Number.NaN, Number.POSITIVE_INFINITY, -Number.MAX_VALUE]), place);
    return {bytes, expect: "refuse"};
  },
  "no file": () => ({bytes: undefined, expect: "refuse"}),
};

function shape(change, expect = "refuse") {
  return ({bytes, random}) => {
    const [rows, columns] = change(shapeOf(bytes), random);
    const head = bytes
      .toString("latin1", 10, HEADER)
      .replace(/\(\d+, \d+\)/, `(${rows}, ${columns})`)
      .trimEnd();
    return {
      bytes: Buffer.concat([
        bytes.subarray(0, 10),
        Buffer.from(`${head.padEnd(HEADER - 11)}\n`, "latin1"),
        bytes.subarray(HEADER),
      ]),
      expect,
    };
  };
}

function shapeOf(bytes) {
  const [, rows, columns] = bytes.toString("latin1", 10, HEADER).match(/\((\d+), (\d+)\)/);
  return {rows: Number(rows), columns: Number(columns)};
}

export function make({random, index, folder, ready}) {
  const path = copyRun(ready, folder, `x${index}`);
  const file = random.of(["hidden.npy", "logits.npy"]);
  const what = random.of(Object.keys(MUTATIONS));
  const {bytes, expect} = MUTATIONS[what]({bytes: readFileSync(join(path, file)), random});
  if (bytes === undefined) rmSync(join(path, file));
  else writeFileSync(join(path, file), bytes);
  return caseOf(`${file}: ${what}`, expect, path);
}
