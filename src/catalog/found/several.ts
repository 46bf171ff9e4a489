import {readdir, stat} from "node:fs/promises";
import {join, resolve} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import {readModelFiles} from "../gguf/model-files.ts";
import {otherKind} from "../gguf/model-kind.ts";
import {otherKindText} from "../gguf/unsupported.ts";
import {ggufFilesIn} from "../hub/cached.ts";
import {modelsAmong} from "./offered.ts";

/** What a list of SPECs comes to: one for each model, and what was left out of folders, in words. */
export interface SeveralModels {
  readonly specs: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * Puts the models of folders and of patterns (`*`, `?`, `**`) in their place; any other SPEC stays as it is. A split model is one.
 *
 * Files that cannot answer a prompt (adapters, projectors, embedding models …) are left out with a remark. A damaged file is not:
 * whoever names a folder wants to know.
 *
 * @throws `no-model-there` where a folder or a pattern holds none; what `readModelFiles` throws
 */
export async function severalModels(specs: readonly string[], cwd: string): Promise<SeveralModels> {
  const all: string[] = [];
  const remarks: string[] = [];
  for (const spec of specs) {
    const several = await filesOf(spec, cwd);
    if (several === undefined) {
      all.push(spec);
      continue;
    }
    const {files, adapter} = several;
    const models: string[] = [];
    for (const path of files) {
      const other = otherKind(readModelFiles(resolve(cwd, path)));
      if (other === undefined) models.push(`${path}${adapter}`);
      else remarks.push(`${path}: left out, ${otherKindText(other)}`);
    }
    if (models.length === 0) throw nothingThere(spec, remarks);
    for (const model of models) all.push(model);
  }
  return {specs: all, remarks};
}

interface Files {
  /** The first file of each model. */
  readonly files: readonly string[];
  /** What stands behind the folder or the pattern, with its `+`; empty without an adapter. */
  readonly adapter: string;
}

/** What a folder or a pattern names, with an adapter behind it or none; `undefined` for a SPEC that is neither. */
async function filesOf(spec: string, cwd: string): Promise<Files | undefined> {
  if (/^[a-z][a-z+]+:/i.test(spec)) return undefined;
  let empty: Files | undefined;
  for (let end = spec.length; end > 0; end = spec.lastIndexOf("+", end - 1)) {
    const files = await namedFiles(spec.slice(0, end), cwd);
    const found = files === undefined ? undefined : {files, adapter: spec.slice(end)};
    if (found !== undefined && found.files.length > 0) return found;
    empty ??= found;
  }
  return empty;
}

async function namedFiles(spec: string, cwd: string): Promise<string[] | undefined> {
  const facts = await stat(resolve(cwd, spec)).catch(() => undefined);
  if (facts?.isDirectory() === true) return firstFiles(await ggufFilesIn(resolve(cwd, spec)), spec);
  if (facts !== undefined || !/[*?]/.test(spec)) return undefined;
  const {folder, matches} = readPattern(spec);
  const below = /[*?].*[\\/]/.test(spec);
  const there = below ? await ggufFilesIn(resolve(cwd, folder)) : await directFiles(resolve(cwd, folder));
  return firstFiles(there.filter(matches), folder);
}

function firstFiles(files: readonly string[], folder: string): string[] {
  // Parts that a pattern does not name still belong to their model: it is opened by its first one.
  return modelsAndOthers(files).map(file => (folder === "." ? file : join(folder, file)));
}

/** The first file of each model, and files that go by a name of something else: their header says what they are. */
function modelsAndOthers(files: readonly string[]): string[] {
  const models = modelsAmong(files);
  const known = new Set(models.flatMap(model => model.files));
  return [...models.map(model => model.files[0] ?? ""), ...files.filter(file => !known.has(file))].sort();
}

async function directFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async name => ((await stat(join(folder, name)).catch(() => undefined))?.isFile() === true ? [name] : [])),
  );
  return files.flat().sort();
}

/** A pattern as the folder before its first wildcard and a test of the paths below that. */
function readPattern(pattern: string): {folder: string; matches: (path: string) => boolean} {
  const parts = pattern.split(/[\\/]/);
  const fixed = parts.findIndex(part => /[*?]/.test(part));
  const folder = parts.slice(0, fixed).join("/") || (pattern.startsWith("/") ? "/" : ".");
  const source = parts
    .slice(fixed)
    .map(part =>
      part === "**"
        ? "(?:[^/]+/)*"
        : `${part
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replaceAll("*", "[^/]*")
            .replaceAll("?", "[^/]")}/`,
    )
    .join("");
  const expression = new RegExp(`^${source}$`);
  return {folder, matches: path => /\.gguf$/i.test(path) && expression.test(`${path}/`)};
}

function nothingThere(spec: string, remarks: readonly string[]): LabelscopeError {
  return new LabelscopeError({
    code: "no-model-there",
    message: `there is no model in ${spec}`,
    details: remarks.slice(0, 10),
    next: "name a folder or a pattern with GGUF files, in quotation marks where it holds * or ?",
    facts: {spec},
  });
}
