import {readdir, stat} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import type {Split} from "../../records/document.ts";

/** How the split's file may be called, without its ending, in a directory of three. */
const fileNames = {
  train: ["train"],
  calibration: ["calibration", "dev", "valid", "validation"],
  test: ["test"],
} as const satisfies Record<Split, readonly string[]>;

export interface TableSource {
  /** Absent: one file, which labelscope splits. */
  readonly split: Split | undefined;
  readonly path: string;
}

/**
 * The file of a split: called like it, or ending so (`CSC_train.json`), in capitals or not. The first of the endings that
 * there is.
 *
 * @throws LabelscopeError `usage` where several files could be it
 */
function fileOf(split: Split, names: readonly string[], endings: readonly string[]): string | undefined {
  for (const ending of endings) {
    const wanted = fileNames[split].map(stem => `${stem}${ending}`);
    const called = (fits: (name: string, end: string) => boolean): string[] =>
      names.filter(name => wanted.some(end => fits(name.toLowerCase(), end)));
    const exact = called((name, end) => name === end);
    const found =
      exact.length > 0 ? exact : called((name, end) => name.endsWith(`_${end}`) || name.endsWith(`-${end}`));
    if (found.length > 1) {
      throw new LabelscopeError({
        code: "usage",
        message: `several files could be the ${split} split: ${found.sort().join(", ")}`,
        next: "a directory with one file per split, or one file with --data",
      });
    }
    if (found.length === 1) return found[0];
  }
  return undefined;
}

/**
 * The files to read: one, or the splits' in a directory.
 *
 * @param endings that the files may have, the usual one first
 * @throws LabelscopeError `data-missing` where there is no file, or no test file in the directory
 */
export async function sourcesOf(endings: readonly string[], path: string): Promise<TableSource[]> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() === true) return [{split: undefined, path}];
  const names = facts?.isDirectory() === true ? await readdir(path) : [];
  const found: TableSource[] = [];
  for (const split of ["train", "calibration", "test"] as const) {
    const name = fileOf(split, names, endings);
    if (name !== undefined) found.push({split, path: join(path, name)});
  }
  if (found.some(({split}) => split === "test")) return found;
  throw new LabelscopeError({
    code: "data-missing",
    message: facts === undefined ? `there is no ${path}` : `${path} has no test file`,
    next: `--data FILE, split by labelscope, or --data DIR with train${endings[0]} and test${endings[0]}`,
    facts: {path},
  });
}
