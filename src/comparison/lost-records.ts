import {counted} from "../counted.ts";
import type {RecordName} from "../records/run-records.ts";
import {tornFiles} from "../store/torn.ts";

/**
 * What of a run cannot be used, a line a kind: torn last lines, and records without their document.
 *
 * @param unsealed how many records of schema 1 were read
 * @param orphans as `readRun` counts them; absent where they were not counted
 */
export async function lostRecords(
  {name, folder}: {readonly name: string; readonly folder: string},
  orphans: Readonly<Partial<Record<RecordName, number>>> = {},
  unsealed = 0,
): Promise<string[]> {
  const torn = (await tornFiles(folder)).map(
    file =>
      `${name}: one document is missing in ${file}, whose last line was cut off when the capture was killed; the same labelscope run command captures it again`,
  );
  const stray = Object.entries(orphans)
    .filter(([, count]) => count > 0)
    .map(
      ([kind, count]) =>
        `${name}: left out ${counted(count, `${kind} record`)} of documents that the run has no answer to; the same labelscope run command captures what is missing`,
    );
  const old =
    unsealed === 0
      ? []
      : [
          `${name}: ${counted(unsealed, "record")} of schema 1 ${unsealed === 1 ? "has" : "have"} no checksum: only damage that contradicts itself would show`,
        ];
  return [...torn, ...stray, ...old];
}
