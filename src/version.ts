import {readFileSync} from "node:fs";
import {join} from "node:path";
import {packageRoot} from "./package-root.ts";

/** The version of labelscope, from its package.json. Read by hand: the help text should not wait for a schema library. */
export const version: string = versionOf(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")));

function versionOf(manifest: unknown): string {
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  throw new Error("labelscope's own package.json has no version");
}
