import {type FileHandle, stat} from "node:fs/promises";
import {LabelscopeError} from "../errors.ts";

/**
 * Refuses to write on into a file that nobody can find any more: what an open file takes after it was removed is gone when
 * it is closed.
 *
 * Both are asked, since a file server keeps a removed file that is open under another name. A file that was put in the
 * place of the open one shows by the links, of which the open one then has none.
 *
 * @throws `run-removed`
 */
export async function refuseRemoved(file: FileHandle, path: string): Promise<void> {
  const [{nlink}, found] = await Promise.all([
    file.stat(),
    stat(path).catch(error => {
      if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return;
      throw error;
    }),
  ]);
  if (nlink === 0 || found === undefined) throw runRemoved(path);
}

export function runRemoved(path: string): LabelscopeError {
  return new LabelscopeError({
    code: "run-removed",
    message: `${path} was removed or moved away while the run wrote to it`,
    next: [
      "put it back from where it went, if it is to be kept",
      "repeat the command: what is not there is captured again",
    ],
    facts: {path},
  });
}
