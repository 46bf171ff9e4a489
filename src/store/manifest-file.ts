import {open, readFile, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {type Manifest, manifestSchema} from "../records/manifest.ts";
import {TRACE_SCHEMA} from "../records/trace.ts";

export const MANIFEST = "manifest.json";

/** The manifest of a run directory; undefined where there is none. */
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
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw unreadable(path, z.prettifyError(manifest.error), manifest.error);
  return manifest.data;
}

/** Writes a manifest whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST);
  const draft = `${path}.${process.pid}.draft`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, {force: true});
  }
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
