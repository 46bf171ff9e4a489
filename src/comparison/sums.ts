import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {pipeline} from "node:stream/promises";

/** SHA-256 of a comparison's files, in the format that `sha256sum --check` reads. */
export const SUMS = "SHA256SUMS";

/** The recorded hashes by file name; empty where there are none. Lines that are no such record are passed over. */
export async function readSums(folder: string): Promise<Map<string, string>> {
  const text = await readFile(join(folder, SUMS), "utf8").catch(() => "");
  const found = text.matchAll(/^([0-9a-f]{64}) [ *]([^/\\\n]+)$/gm);
  return new Map(Array.from(found, ([, sum = "", name = ""]) => [name, sum]));
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
