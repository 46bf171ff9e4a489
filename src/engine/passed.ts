import {access, rename, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {makeFolder} from "../make-folder.ts";

/** A test that need not be run again while everything that it depends on is the same. */
export interface Passing {
  /** The cache folder of labelscope. */
  readonly home: string;
  /** What was tested, e.g. `reader`. */
  readonly test: string;
  /** Everything on which the outcome depends, each safe as a part of a file's name. */
  readonly of: readonly string[];
}

/** Whether a test was passed before. */
export async function hasPassed(passing: Passing): Promise<boolean> {
  return await access(pathOf(passing)).then(
    () => true,
    () => false,
  );
}

/** Remembers a passed test. A home that cannot be written costs the test again, never the answer. */
export async function keepPassed(passing: Passing): Promise<void> {
  const path = pathOf(passing);
  const draft = `${path}.${process.pid}`;
  try {
    await makeFolder(dirname(path));
    await writeFile(draft, "");
    await rename(draft, path);
  } catch {
    // See above.
  }
}

function pathOf({home, test, of}: Passing): string {
  return join(home, "passed", test, of.join("+"));
}
