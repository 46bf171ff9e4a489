import type {Document, Split} from "../records/document.ts";
import type {ReadSplit} from "./built-in.ts";
import type {Counted} from "./task.ts";

/**
 * Documents of one pool as three splits. What was dropped or remarked is of the whole pool and is told with the train
 * split, so that it is counted once.
 *
 * @param splitOf the split of a document by its id; `undefined` leaves it out, counted under `outside`
 */
export function intoSplits(
  pool: {
    readonly documents: readonly Document[];
    readonly source: string;
    readonly dropped: readonly Counted[];
    readonly remarks: readonly Counted[];
  },
  splitOf: (id: string) => Split | undefined,
  outside = "documents of no split",
): Record<Split, ReadSplit> {
  const {source} = pool;
  const parts: Record<Split, Document[]> = {train: [], calibration: [], test: []};
  let left = 0;
  for (const document of pool.documents) {
    const split = splitOf(document.id);
    if (split === undefined) left += 1;
    else parts[split].push(document);
  }
  const dropped = [...pool.dropped, ...(left === 0 ? [] : [{reason: outside, count: left}])];
  const rest = {source, dropped: [], remarks: []};
  return {
    train: {documents: parts.train, source, dropped, remarks: pool.remarks},
    calibration: {documents: parts.calibration, ...rest},
    test: {documents: parts.test, ...rest},
  };
}
