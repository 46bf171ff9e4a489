import {join} from "node:path";
import {type AnswerWarning, massOf, massWarnings} from "../dynamics/answer-warnings.ts";
import type {Manifest} from "../records/manifest.ts";
import {readRecords} from "../store/record-file.ts";
import {recordKinds} from "../store/record-kinds.ts";
import type {CaptureOutcome} from "./capture-one.ts";

/** What should make a person think twice about a run's captures beside the greedy traces. */
export async function captureWarnings(
  {folder, manifest}: {readonly folder: string; readonly manifest: Manifest},
  captures: readonly CaptureOutcome[],
): Promise<AnswerWarning[]> {
  const has = (name: CaptureOutcome["name"]) => captures.some(capture => capture.name === name && capture.total > 0);
  const {tree, unary, binary} = recordKinds;
  const path = ({file}: {readonly file: string}) => join(folder, file);
  return massWarnings({
    tree: has("tree") ? await mean(readRecords(path(tree), tree, manifest), massOf.tree) : undefined,
    unary: has("unary") ? await mean(readRecords(path(unary), unary, manifest), massOf.unary) : undefined,
    binary: has("binary") ? await mean(readRecords(path(binary), binary, manifest), massOf.binary) : undefined,
  });
}

async function mean<Record>(
  records: AsyncIterable<Record>,
  of: (record: Record) => number | undefined,
): Promise<number | undefined> {
  let [sum, count] = [0, 0];
  for await (const record of records) {
    const value = of(record);
    if (value === undefined) continue;
    sum += value;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}
