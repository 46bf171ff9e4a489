import {readdir} from "node:fs/promises";
import {join} from "node:path";
import type {Manifest} from "../records/manifest.ts";
import {readManifest} from "./manifest-file.ts";

/** A run by its folder's name. */
export interface FoundRun {
  readonly name: string;
  readonly manifest: Manifest;
}

/**
 * The runs that lie directly in a folder, by name; what is no run there, or has a manifest that cannot be read, is passed
 * over. None where there is no such folder.
 */
export async function runsIn(folder: string): Promise<FoundRun[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async name => {
      const manifest = await readManifest(join(folder, name)).catch(() => undefined);
      return manifest === undefined ? [] : [{name, manifest}];
    }),
  );
  return found.flat();
}
