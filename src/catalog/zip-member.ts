import type {Readable} from "node:stream";
import {type Entry, openPromise, type ZipFile} from "yauzl";
import {LabelscopeError} from "../errors.ts";

/**
 * Streams the members of a zip file whose whole name matches a pattern, joined in natural order (`part10` after `part9`).
 *
 * Names are compared, never used as paths. Sizes are bounded: a member that unpacks to more than the archive announces
 * is an error, and so is an announced total beyond `limitBytes`.
 *
 * @param pattern a member's name, where `*` stands for any characters but `/`
 * @throws `wheel-invalid` for a broken archive, none or an unreadable member, or too many bytes
 */
export async function* zipMembers(path: string, pattern: string, limitBytes: number): AsyncGenerator<Uint8Array> {
  const zip = await openPromise(path, {lazyEntries: true, autoClose: false}).catch(cause => {
    throw invalid(path, "it is not a zip archive", cause);
  });
  try {
    const entries = await matchingEntries(zip, pattern, path);
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    if (total > limitBytes) throw invalid(path, `${pattern} unpacks to ${total} bytes, expected at most ${limitBytes}`);
    for (const entry of entries) {
      const stream: Readable = await zip.openReadStreamPromise(entry);
      for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (cause) {
    throw cause instanceof LabelscopeError ? cause : invalid(path, messageOf(cause), cause);
  } finally {
    zip.close();
  }
}

async function matchingEntries(zip: ZipFile, pattern: string, path: string): Promise<Entry[]> {
  const wanted = memberPattern(pattern);
  const found: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (wanted.test(entry.fileName)) found.push(entry);
  if (found.length === 0) throw invalid(path, `no member is called ${pattern}`);
  return found.sort((a, b) => naturalOrder(a.fileName, b.fileName));
}

function memberPattern(pattern: string): RegExp {
  const parts = pattern.split("*").map(part => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]*")}$`);
}

const collator = new Intl.Collator("en", {numeric: true});

/** Names in the order that a person counts them: runs of digits compare as numbers. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function invalid(path: string, reason: string, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "wheel-invalid",
    message: `${path.replace(/^.*[\\/]/, "")}: ${reason}`,
    next: "use another source of the model",
    cause,
  });
}
