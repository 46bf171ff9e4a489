import {existsSync} from "node:fs";
import {basename, resolve} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import {damaged} from "./errors.ts";
import {type GgufHeader, readHeader} from "./header.ts";
import {partFile, partPaths, readPartName} from "./part-name.ts";
import type {GgufTensor} from "./tensors.ts";

/** A model: one file, or several that are parts of one. */
export interface ModelFiles {
  /** All files in order; the first is the one that the model is named by. */
  readonly paths: readonly string[];
  /** The metadata: that of the first file. */
  readonly header: GgufHeader;
  /** Those of all files. */
  readonly tensors: readonly GgufTensor[];
  readonly fileSizeBytes: number;
  /** The file in which a tensor stands. */
  readonly fileOf: (tensor: string) => string;
  /** The byte at which the data of one of the files begins. */
  readonly dataStartOf: (path: string) => number;
}

/**
 * Reads the headers of a model: of its file, or of all parts where the first one says that there are several
 * (`split.count`). Every part must be there, whole, and a part of this model.
 *
 * @param path the model's file; of several the first one
 * @throws `model-part` with the name of part 1 where another part is given, `model-part-missing` naming all that are not
 *   there, `model-part-foreign` for a part of something else, and what `readHeader` throws, naming the part
 */
export function readModelFiles(path: string): ModelFiles {
  const file = resolve(path);
  const first = readHeader(file);
  const count = first.number("split.count") ?? 1;
  return count > 1 || (first.number("split.no") ?? 0) > 0
    ? readParts(partsOf(first, count), first)
    : {
        paths: [file],
        header: first,
        tensors: first.tensors,
        fileSizeBytes: first.fileSizeBytes,
        fileOf: () => file,
        dataStartOf: () => first.dataStart,
      };
}

/**
 * Reads the headers of files that are to be one model, in order, whatever their names are.
 *
 * @throws as `readModelFiles`
 */
export function readModelParts(paths: readonly [string, ...string[]]): ModelFiles {
  const [path, ...rest] = paths;
  const first = readHeader(path);
  const count = first.number("split.count") ?? 1;
  if (count !== paths.length) throw foreign(path, `it says that the model has ${count} parts, not ${paths.length}`);
  return readParts([path, ...rest], first);
}

/** The paths of all parts, as the first one's name spells them. */
function partsOf(first: GgufHeader, count: number): readonly string[] {
  const {path} = first;
  const number = (first.number("split.no") ?? 0) + 1;
  const name = readPartName(path);
  if (name === undefined || name.count !== count || name.number !== number) {
    const example = partFile(name?.stem ?? "NAME", number, count);
    throw foreign(path, `it says that it is part ${number} of ${count}, and its name does not`, `name it ${example}`);
  }
  const paths = partPaths(path, name);
  if (number > 1) throw laterPart(path, number, paths);
  return paths;
}

function readParts(paths: readonly string[], first: GgufHeader): ModelFiles {
  requireParts(first.path, paths);
  const headers = [first, ...paths.slice(1).map(readHeader)];
  const total = first.number("split.tensors.count");
  const names = new Map<string, string>();
  for (const [index, header] of headers.entries()) {
    const {path} = header;
    if (paths.length > 1) {
      requirePlace(header, index, paths.length);
      if (header.number("split.tensors.count") !== total)
        throw foreign(path, `its model has ${header.number("split.tensors.count")} tensors, that of part 1 ${total}`);
    }
    for (const {name} of header.tensors) {
      const earlier = names.get(name);
      if (earlier !== undefined) throw foreign(path, `tensor ${name} stands in ${basename(earlier)}, too`);
      names.set(name, path);
    }
  }
  const tensors = headers.flatMap(header => header.tensors);
  if (total !== undefined && total !== tensors.length)
    throw damaged(first.path, [`split.tensors.count is ${total}, the parts hold ${tensors.length} tensors`]);
  const fileSizeBytes = headers.reduce((sum, header) => sum + header.fileSizeBytes, 0);
  return {
    paths,
    header: first,
    tensors,
    fileSizeBytes,
    fileOf: name => names.get(name) ?? first.path,
    dataStartOf: path => headers.find(header => header.path === path)?.dataStart ?? first.dataStart,
  };
}

/** @throws `model-part-missing` naming all files of a model that are not there */
export function requireParts(first: string, paths: readonly string[]): void {
  const missing = paths.filter(path => !existsSync(path));
  if (missing.length > 0) throw missingParts(first, missing, paths.length);
}

/**
 * Holds what a file says of its place against where it stands. A model in one file need not say anything.
 *
 * @param index of the file, from 0
 * @throws `model-part-foreign`
 */
export function requirePlace(header: GgufHeader, index: number, count: number): void {
  const says = {number: header.number("split.no"), count: header.number("split.count")};
  if (count === 1 && (says.count ?? 1) <= 1) return;
  if (says.number === index && says.count === count) return;
  const wanted = count === 1 ? "a whole model" : `part ${index + 1} of ${count}`;
  throw foreign(header.path, `it says that it is ${place(says.number, says.count)}, not ${wanted}`);
}

function place(number: number | undefined, count: number | undefined): string {
  return number === undefined || count === undefined ? "no part of anything" : `part ${number + 1} of ${count}`;
}

function laterPart(path: string, number: number, paths: readonly string[]): LabelscopeError {
  const [first = path] = paths;
  return new LabelscopeError({
    code: "model-part",
    message: `${path} is part ${number} of ${paths.length} of a model`,
    next: `name the model by its first part: ${first}`,
    facts: {path, number, count: paths.length, first},
  });
}

function missingParts(path: string, missing: readonly string[], count: number): LabelscopeError {
  return new LabelscopeError({
    code: "model-part-missing",
    message: `${path} is part 1 of ${count}, and ${missing.length === 1 ? "1 part is" : `${missing.length} parts are`} not there`,
    details: missing.slice(0, 10).map(name => `missing: ${name}`),
    next: "fetch the missing files and put them beside the first one",
    facts: {path, missing},
  });
}

function foreign(path: string, why: string, next?: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-part-foreign",
    message: `${path} is not the part that its name says`,
    details: [why],
    next: next ?? "fetch this part again, from the place that the others came from",
    facts: {path, why},
  });
}
