import {dirname} from "node:path";
import type {Trace} from "../records/trace.ts";
import {readManifest} from "./manifest-file.ts";
import {readRecords} from "./record-file.ts";
import {recordKinds} from "./record-kinds.ts";

export const TRACES = recordKinds.trace.file;

/**
 * Reads a run's traces one by one, in the order of the file, checked against the manifest beside it where there is one. A torn
 * last line (no line end) is left out.
 *
 * @param path of traces.jsonl in the run's folder
 * @throws `record-damaged` with file, line and field, `manifest-damaged`, `newer-schema`
 */
export async function* readTraces(path: string): AsyncGenerator<Trace> {
  yield* readRecords(path, recordKinds.trace, await readManifest(dirname(path)));
}
