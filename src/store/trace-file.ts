import type {Trace} from "../records/trace.ts";
import {readRecords} from "./record-file.ts";
import {recordKinds} from "./record-kinds.ts";

export const TRACES = recordKinds.trace.file;

/**
 * Reads a run's traces one by one, in the order of the file. A torn last line (no line end) is left out.
 *
 * @throws `trace-unreadable` with file and line, `newer-schema`
 */
export function readTraces(path: string): AsyncGenerator<Trace> {
  return readRecords(path, recordKinds.trace);
}
