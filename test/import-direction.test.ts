import {readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative, sep} from "node:path";
import {describe, expect, test} from "vitest";

const SOURCE = join(import.meta.dirname, "../src");

/** An import may only point to the same entry or to an earlier one. Files of the top folder stand under their name. */
const ORDER = [
  "errors.ts",
  "system-error.ts", // what the operating system refuses, in words: knows errors
  "nearest.ts", // the closest of some names: for messages, knows nothing
  "make-folder.ts", // a folder made level by level: knows nothing
  "process-mark.ts", // which process it is, and whether it is gone: knows nothing
  "owner-mark.ts", // a process in the name of what it makes: knows process-mark
  "write-whole.ts", // a file written whole or not at all: knows owner-mark
  "scratch-folder.ts", // a folder of a process for itself: knows owner-mark
  "counted.ts", // a number with its noun: knows nothing
  "percent.ts", // a share in words: knows nothing
  "visible.ts", // text with control characters spelled out: knows nothing
  "called-as.ts", // how the program is called: knows nothing
  "portable-name.ts", // which names every platform can store: knows nothing
  "package-root.ts", // where the package lies: knows nothing
  "version.ts", // package.json's version: knows package-root
  "math",
  "stats",
  "records",
  "task",
  "prompt",
  "catalog",
  "engine",
  "capture",
  "store",
  "estimate",
  "metric",
  "dynamics",
  "compare",
  "report",
  "run",
  "schedule",
  "experiment",
  "comparison",
  "study",
  "shelf",
  "export", // traces as tables for other programs
  "commands",
  "terminal.ts", // what a command line shows while it runs
  "error-report.ts", // what a program and a person are told of an error
  "program", // the commands and their options
  "cli.ts",
  "library", // the commands as functions
  "index.ts",
];

/** Plain functions on plain data: no file, clock or engine. */
const PURE = ["math", "stats", "estimate", "metric", "dynamics", "compare", join("report", "figure")];
const NEEDS_A_MACHINE = ["engine", "capture", "store"];

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Relative to src; undefined for a package or a module of Node. */
  readonly target: string | undefined;
}

/** What a file imports: types, re-exports and imports at run time included. */
function importsIn(text: string, from: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm,
  );
  const inline = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  return [...statements, ...inline].map(([, one, other]) => {
    const specifier = one ?? other ?? "";
    const target = specifier.startsWith(".") ? join(dirname(from), specifier) : undefined;
    return {from, specifier, target};
  });
}

/** The top folder of a path below src, or the file itself. */
function entryOf(path: string): string {
  return path.split(sep)[0] ?? path;
}

function upward(found: readonly Import[]): string[] {
  return found
    .filter(({from, target}) => target !== undefined && ORDER.indexOf(entryOf(target)) > ORDER.indexOf(entryOf(from)))
    .map(({from, specifier}) => `${from} imports ${specifier}`);
}

function impure(found: readonly Import[]): string[] {
  return found
    .filter(({from}) => PURE.some(folder => from.startsWith(folder + sep)))
    .filter(({specifier, target}) => specifier.startsWith("node:") || NEEDS_A_MACHINE.includes(entryOf(target ?? "")))
    .map(({from, specifier}) => `${from} imports ${specifier}`);
}

const files = readdirSync(SOURCE, {recursive: true, encoding: "utf8"}).filter(name => name.endsWith(".ts"));
const imports = files.flatMap(name => importsIn(readFileSync(join(SOURCE, name), "utf8"), name));

describe("the imports of src", () => {
  test("are found: as many lines as there are words `from` at the end of an import", () => {
    expect(files.length).toBeGreaterThan(50);
    const withFrom = files.flatMap(
      name => readFileSync(join(SOURCE, name), "utf8").match(/^(import|export|\}).* from ["'].+["'];$/gm) ?? [],
    );
    expect(imports.length).toBeGreaterThanOrEqual(withFrom.length);
  });

  test("stay inside src", () => {
    const outside = imports.filter(({target}) => target !== undefined && relative(".", target).startsWith(".."));
    expect(outside.map(({from, specifier}) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test("are all of folders and files that stand in the order", () => {
    const entries = [...new Set(files.map(entryOf))];
    expect(entries.filter(entry => !ORDER.includes(entry))).toEqual([]);
  });

  test("never point from an earlier entry to a later one", () => {
    expect(upward(imports)).toEqual([]);
  });

  test("of the pure folders reach no module of Node, no engine, no capture and no store", () => {
    expect(impure(imports)).toEqual([]);
  });
});

describe("the check itself", () => {
  test("sees every kind of import", () => {
    const text = [
      'import {a} from "../engine/a.ts";',
      'import type {B} from "../engine/b.ts";',
      "import {",
      "  type C,",
      "  d,",
      '} from "../engine/c.ts";',
      'export {e} from "../engine/e.ts";',
      'import "../engine/f.ts";',
      'const g = await import("../engine/g.ts");',
      'import {h} from "node:fs";',
    ].join("\n");
    const found = importsIn(text, join("math", "x.ts"));
    expect(found.map(({target}) => target)).toEqual([
      ...["a", "b", "c", "e", "f"].map(name => join("engine", `${name}.ts`)),
      undefined,
      join("engine", "g.ts"),
    ]);
    expect(upward(found)).toHaveLength(6);
    expect(impure(found)).toHaveLength(7);
  });

  test("lets an import point up the list or stay in its folder", () => {
    const text = 'import {a} from "../math/a.ts";\nimport {b} from "./b.ts";';
    expect(upward(importsIn(text, join("engine", "x.ts")))).toEqual([]);
  });
});
