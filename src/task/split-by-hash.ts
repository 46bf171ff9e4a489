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
  const place = Number.parseInt(sha256(`${seed}/${id}`).slice(0, 12), 16) / 2 ** 48;
  if (place < testShare) return "test";
  return place < testShare + calibrationShare ? "calibration" : "train";
}
