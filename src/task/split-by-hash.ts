import type {Split} from "../records/document.ts";
import {sha256} from "./hash.ts";

/** The seed of splits that labelscope makes itself. Changing it moves documents between splits, so it never does. */
export const splitSeed = 0;

const testShare = 0.1;
const calibrationShare = 0.1;

/** How such splits are described in a task's notes. */
export const splitByHashNote = `Splits are labelscope's own: by SHA-256 of "${splitSeed}/" and the document's id, 10 % test, 10 % calibration, 80 % train.`;

/**
 * The split of a document whose publication gives none: decided by its id alone, so that it stays where it is when
 * documents are added, dropped or reordered.
 *
 * The first 48 bits of SHA-256 of `SEED/ID` as a number in [0, 1): below 0.1 test, below 0.2 calibration, else train.
 */
export function splitByHash(id: string, seed: number = splitSeed): Split {
  const place = placeOf(id, seed);
  if (place < testShare) return "test";
  return place < testShare + calibrationShare ? "calibration" : "train";
}

function placeOf(id: string, seed: number): number {
  return Number.parseInt(sha256(`${seed}/${id}`).slice(0, 12), 16) / 2 ** 48;
}

/**
 * The splits of a table of any size: by `splitByHash`, or, where that gives no test document (a table of a few rows), the
 * half of the documents with the smallest hashes as test, rounded up, and the rest as train.
 *
 * @param ids of all documents
 */
export function splitTable(ids: readonly string[]): {readonly splitOf: (id: string) => Split; readonly note: string} {
  if (ids.some(id => splitByHash(id) === "test")) return {splitOf: id => splitByHash(id), note: splitByHashNote};
  const places = ids.map(id => placeOf(id, splitSeed)).sort((a, b) => a - b);
  const last = places[Math.ceil(places.length / 2) - 1] ?? 0;
  return {
    splitOf: id => (placeOf(id, splitSeed) <= last ? "test" : "train"),
    note: `Splits are labelscope's own: too few documents for 10 % test, so half of them are test and the rest train, by SHA-256 of "${splitSeed}/" and the document's id.`,
  };
}
