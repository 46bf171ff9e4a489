import {readdirSync, readFileSync} from "node:fs";
import {join, relative} from "node:path";

const SOURCE = join(import.meta.dirname, "../../src");

/** One line of documentation that claims a value. */
export interface Example {
  readonly where: string;
  readonly expression: string;
  readonly expected: string;
}

/** The docstring lines of a text of the form `@example expression // value`. */
export function examplesIn(text: string, where: string): Example[] {
  return [...text.matchAll(/@example (.+?) \/\/ (.+?)(?: \*\/)?$/gm)].map(([, expression = "", expected = ""]) => ({
    where,
    expression,
    expected,
  }));
}

/** All examples of a folder of the source, by file. */
export function examplesOf(folder: string): {readonly file: string; readonly examples: Example[]}[] {
  return readdirSync(join(SOURCE, folder), {recursive: true, encoding: "utf8"})
    .filter(name => name.endsWith(".ts"))
    .sort()
    .map(name => join(SOURCE, folder, name))
    .map(file => ({file, examples: examplesIn(readFileSync(file, "utf8"), relative(SOURCE, file))}))
    .filter(({examples}) => examples.length > 0);
}

/** The value of a JavaScript expression in which these names are known. */
export function evaluate(expression: string, names: Readonly<Record<string, unknown>>): unknown {
  return new Function(...Object.keys(names), `"use strict"; return (${expression});`)(...Object.values(names));
}
