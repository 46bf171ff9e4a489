import {existsSync} from "node:fs";
import {mkdir, open, rename} from "node:fs/promises";
import {join} from "node:path";
import {counted} from "../counted.ts";
import type {Manifest} from "../records/manifest.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import {draftOf} from "../write-whole.ts";
import {recordKinds, recordNames} from "./record-kinds.ts";
import {scanRecords} from "./scan-records.ts";
import {scanWithRows} from "./scan-rows.ts";

/**
 * Takes damaged lines out of a run's record files, so that their documents count as not captured. The lines are kept in a
 * folder `damaged-N`; a file that is whole is left as it is.
 *
 * @param columns of the matrices that the manifest does not tell
 * @returns a remark a file that had damage
 */
export async function repairRecords(
  run: {readonly folder: string; readonly manifest: Manifest},
  columns: Readonly<Partial<Record<RecordName, number | undefined>>>,
): Promise<string[]> {
  const remarks: string[] = [];
  let aside: string | undefined;
  for (const name of recordNames) {
    const bad = await damagedLines(run, name, columns[name]);
    if (bad.size === 0) continue;
    aside ??= await makeAside(run.folder);
    await divide(run, name, bad, aside);
    remarks.push(
      `--repair: ${counted(bad.size, "damaged line")} of ${recordKinds[name].file} moved to ${aside}; ${bad.size === 1 ? "its document is" : "their documents are"} captured again`,
    );
  }
  return remarks;
}

async function damagedLines(
  run: {readonly folder: string; readonly manifest: Manifest},
  name: RecordName,
  columns: number | undefined,
): Promise<ReadonlySet<number>> {
  const bad = new Set<number>();
  for await (const {line, damage, contradicts} of scanWithRows(run, name, columns)) {
    if (damage !== undefined) bad.add(line);
    if (contradicts !== undefined) bad.add(contradicts);
  }
  return bad;
}

async function makeAside(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const place = join(folder, `damaged-${number}`);
    if (existsSync(place)) continue;
    await mkdir(place);
    return place;
  }
}

/** The damaged lines are on the disk before the file that no longer has them takes the other's place. */
async function divide(
  {folder, manifest}: {readonly folder: string; readonly manifest: Manifest},
  name: RecordName,
  bad: ReadonlySet<number>,
  aside: string,
): Promise<void> {
  const {file} = recordKinds[name];
  const draft = await draftOf(join(folder, file));
  {
    await using kept = await open(draft, "w");
    await using moved = await open(join(aside, file), "w");
    for await (const {line, bytes} of scanRecords<Records[RecordName]>(
      join(folder, file),
      recordKinds[name],
      manifest,
    )) {
      const target = bad.has(line) ? moved : kept;
      await target.appendFile(Buffer.concat([bytes, Buffer.from("\n")]));
    }
    await moved.sync();
    await kept.sync();
  }
  await rename(draft, join(folder, file));
}
