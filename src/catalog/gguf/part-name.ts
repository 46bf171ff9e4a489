import {basename, dirname, join} from "node:path";

/** What a file's name says of its place in a model of several files. Numbers count from 1. */
export interface PartName {
  readonly stem: string;
  readonly number: number;
  readonly count: number;
}

const pattern = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i;

/** Reads `NAME-00002-of-00003.gguf`; `undefined` for a name of another form. */
export function readPartName(path: string): PartName | undefined {
  const [, stem, number, count] = pattern.exec(basename(path)) ?? [];
  if (stem === undefined || number === undefined || count === undefined) return undefined;
  return {stem, number: Number(number), count: Number(count)};
}

/** The name of one part, as llama.cpp writes it. */
export function partFile(stem: string, number: number, count: number): string {
  const digits = (value: number) => String(value).padStart(5, "0");
  return `${stem}-${digits(number)}-of-${digits(count)}.gguf`;
}

/** The paths of all parts of a model, in order, of which one is named. */
export function partPaths(path: string, {stem, count}: PartName): string[] {
  return Array.from({length: count}, (_, index) => join(dirname(path), partFile(stem, index + 1, count)));
}

/** The paths of a model's files as the name of its first one says: itself alone where it is not the name of a part. */
export function namedPaths(path: string): string[] {
  const name = readPartName(path);
  return name === undefined ? [path] : partPaths(path, name);
}

/**
 * The names of all parts as that of the first spells them, for names that are not paths here: an address, a file of a
 * repository. `undefined` for a name of another form.
 */
export function partNames(name: string): readonly string[] | undefined {
  const part = readPartName(name);
  if (part === undefined) return undefined;
  const before = name.slice(0, name.length - partFile("", 1, 1).length);
  const ending = name.slice(-".gguf".length);
  return Array.from({length: part.count}, (_, index) => {
    const numbered = partFile("", index + 1, part.count);
    return `${before}${numbered.slice(0, -ending.length)}${ending}`;
  });
}

/** A model file's name without its ending, and without its number where it is a part. */
export function modelStem(path: string): string {
  return readPartName(path)?.stem ?? basename(path).replace(/\.gguf$/i, "");
}
