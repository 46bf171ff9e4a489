import {readFile, rename, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {z} from "zod";
import {makeFolder} from "../../make-folder.ts";

/** What came of loading a file in a process of its own, by this version of the engine. */
const verdictSchema = z.discriminatedUnion("outcome", [
  z.object({outcome: z.literal("loads")}),
  z.object({outcome: z.literal("ends-the-engine"), signal: z.string(), words: z.array(z.string())}),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** Under the engine's version, since another one may judge otherwise. */
function verdictPath(home: string, engine: string, hashes: readonly string[]): string {
  return join(home, "loads", engine.replaceAll(/[^\w.-]+/g, "-"), `${hashes.join("+")}.json`);
}

/** The verdict that was kept; `undefined` where there is none, or none that can be read. */
export async function readVerdict(
  home: string,
  engine: string,
  hashes: readonly string[],
): Promise<Verdict | undefined> {
  try {
    return verdictSchema.safeParse(JSON.parse(await readFile(verdictPath(home, engine, hashes), "utf8"))).data;
  } catch {
    return undefined; // Absent or torn: the file is tried again.
  }
}

export async function keepVerdict(
  home: string,
  engine: string,
  hashes: readonly string[],
  verdict: Verdict,
): Promise<void> {
  const path = verdictPath(home, engine, hashes);
  const draft = `${path}.${process.pid}`;
  try {
    await makeFolder(dirname(path));
    await writeFile(draft, JSON.stringify(verdict));
    await rename(draft, path);
  } catch {
    // A home that cannot be written costs the trial again, never the answer.
  }
}
