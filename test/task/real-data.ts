import {existsSync} from "node:fs";
import {join} from "node:path";

/** The directory of a real data set beside the checkout, or nothing, with the reason on stderr. */
export function realData(name: string): string | undefined {
  const directory = join(import.meta.dirname, "../../../shared/data", name);
  if (existsSync(directory)) return directory;
  process.stderr.write(`skipped: the real ${name} files are not at ${directory}\n`);
  return undefined;
}
