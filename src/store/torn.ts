import {stat} from "node:fs/promises";
import {join} from "node:path";
import {completeLength} from "./complete-lines.ts";
import {recordKinds, recordNames} from "./record-kinds.ts";

/**
 * The record files of a run whose last line is torn: it was being written when the capture was killed, and what it says of
 * one document is lost. Readers leave the line out, and the same run command captures the document again.
 */
export async function tornFiles(folder: string): Promise<string[]> {
  const torn = await Promise.all(
    recordNames.map(async name => {
      const path = join(folder, recordKinds[name].file);
      const size = await stat(path).then(
        found => found.size,
        () => 0,
      );
      return size > (await completeLength(path)) ? [recordKinds[name].file] : [];
    }),
  );
  return torn.flat();
}
