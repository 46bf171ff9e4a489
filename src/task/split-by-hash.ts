import {percent} from "../percent.ts";
import type {Split} from "../records/document.ts";
import {sha256} from "./hash.ts";

/** The seed of splits that labelscope makes itself. Changing it moves documents between splits, so it never does. */
const splitSeed = 0;

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

/** Which documents of a table go where, if that is asked for. */
export interface SplitWishes {
  /** All of them are the test split. */
  readonly split?: "test";
  /** Shares of the documents; what neither claims is train. */
  readonly testShare?: number;
  readonly calibrationShare?: number;
}

/**
 * The splits of a table of any size: by `splitByHash`, or, where that gives no test document (a table of a few rows), the
 * half of the documents with the smallest hashes as test, rounded up, and the rest as train.
 *
 * Where shares are asked for, the documents in the order of their hashes: the first are test, the next calibration, so that
 * the shares are met to half a document; a share above 0 gives at least one. Unlike `splitByHash` this moves documents when
 * others come.
 *
 * @param ids of all documents
 */
export function splitTable(
  ids: readonly string[],
  wishes: SplitWishes = {},
): {readonly splitOf: (id: string) => Split; readonly note: string} {
  if (wishes.split === "test")
    return {splitOf: () => "test", note: "Splits: all documents are test, as was asked for."};
  const asked = wishes.testShare !== undefined || wishes.calibrationShare !== undefined;
  const sorted = (): string[] =>
    ids
      .map(id => ({id, place: placeOf(id, splitSeed)}))
      .sort((a, b) => a.place - b.place)
      .map(({id}) => id);
  if (asked) {
    const share = {test: wishes.testShare ?? testShare, calibration: wishes.calibrationShare ?? calibrationShare};
    const countOf = (part: number): number => (part > 0 ? Math.max(1, Math.round(part * ids.length)) : 0);
    const order = sorted();
    const test = new Set(order.slice(0, countOf(share.test)));
    const calibration = new Set(order.slice(test.size, test.size + countOf(share.calibration)));
    return {
      splitOf: id => (test.has(id) ? "test" : calibration.has(id) ? "calibration" : "train"),
      note: `Splits are labelscope's own: in the order of SHA-256 of "${splitSeed}/" and the document's id, ${percent(share.test, 1)} test, ${percent(share.calibration, 1)} calibration, the rest train, as was asked for.`,
    };
  }
  if (ids.some(id => splitByHash(id) === "test")) return {splitOf: id => splitByHash(id), note: splitByHashNote};
  const test = new Set(sorted().slice(0, Math.ceil(ids.length / 2)));
  return {
    splitOf: id => (test.has(id) ? "test" : "train"),
    note: `Splits are labelscope's own: too few documents for 10 % test, so half of them are test and the rest train, by SHA-256 of "${splitSeed}/" and the document's id.`,
  };
}
