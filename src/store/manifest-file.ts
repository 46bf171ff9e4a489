import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {type Manifest, manifestSchema} from "../records/manifest.ts";
import {TRACE_SCHEMA} from "../records/schema-version.ts";
import {canonicalJson} from "../task/hash.ts";
import {writeWhole} from "../write-whole.ts";
import {checksum} from "./seal.ts";

export const MANIFEST = "manifest.json";

/**
 * The manifest of a run directory; undefined where there is none.
 *
 * @throws `manifest-unreadable`, `manifest-damaged` where its checksum is not that of its contents, `newer-schema`
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, "it is not JSON", cause);
  }
  const version = z.object({schema: z.number()}).safeParse(value);
  if (version.success && version.data.schema > TRACE_SCHEMA) throw newerSchema(path, version.data.schema);
  const {sum, rest} = withoutSum(value);
  const manifest = manifestSchema.safeParse(rest);
  if (!manifest.success) throw unreadable(path, z.prettifyError(manifest.error), manifest.error);
  if (sum === undefined ? manifest.data.schema > 1 : sum !== sumOf(rest)) throw manifestDamaged(path);
  return manifest.data;
}

/** The checksum of everything else that a manifest says, whatever its order. */
function sumOf(manifest: unknown): string {
  return checksum(canonicalJson(manifest));
}

function withoutSum(value: unknown): {readonly sum?: unknown; readonly rest: unknown} {
  if (typeof value !== "object" || value === null || !("sum" in value)) return {rest: value};
  const {sum, ...rest} = value;
  return {sum, rest};
}

function manifestDamaged(path: string): LabelscopeError {
  return new LabelscopeError({
    code: "manifest-damaged",
    message: `${path} is not what labelscope wrote: its checksum is of other contents`,
    next: [
      "restore it from a copy: every record is read by it",
      "labelscope run with --fresh moves the run aside and captures it again",
    ],
    facts: {path},
  });
}

/** Writes a manifest whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify({...manifest, sum: sumOf(manifest)}, null, 2)}\n`);
}

export function newerSchema(path: string, schema: number): LabelscopeError {
  return new LabelscopeError({
    code: "newer-schema",
    message: `${path} was written by a newer labelscope (schema ${schema}, this one reads ${TRACE_SCHEMA})`,
    next: "upgrade labelscope",
    facts: {path, schema},
  });
}

function unreadable(path: string, why: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "manifest-unreadable",
    message: `${path} cannot be read`,
    details: why.split("\n"),
    next: "restore it from a copy, or start the run over with --fresh",
    cause,
  });
}
