import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import ts from "typescript";
import {expect, test} from "vitest";
import {largest, smallest} from "../src/math/extremes.ts";

const SOURCE = join(import.meta.dirname, "../src");
/** Calls that take any number of arguments, and so invite a list of data. */
const TAKES_MANY = /(?:^Math\.(?:max|min)|\.(?:push|unshift|splice|concat|fromCharCode|fromCodePoint))$/;

function spreadsIn(name: string): string[] {
  const file = ts.createSourceFile(name, readFileSync(join(SOURCE, name), "utf8"), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      node.arguments.some(ts.isSpreadElement) &&
      TAKES_MANY.test(node.expression.getText())
    )
      found.push(`${name}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no list whose length depends on data is spread into an argument list, which overflows at some ten thousands", () => {
  const names = readdirSync(SOURCE, {recursive: true, encoding: "utf8"}).filter(name => name.endsWith(".ts"));
  expect(names.length).toBeGreaterThan(100);
  expect(names.flatMap(spreadsIn)).toEqual([]);
});

test("the largest and the smallest of a million numbers are found, of none the bound, and NaN stays", () => {
  const many = Array.from({length: 1_000_000}, (_, i) => (i * 7919) % 1_000_003);
  expect([largest(many), smallest(many)]).toEqual(
    [1_000_002, 0].map((_, i) => many.reduce((a, b) => ((i === 0) === a > b ? a : b))),
  );
  expect([largest([], 3), smallest([], 3), largest([1], 3), smallest([5], 3)]).toEqual([3, 3, 3, 3]);
  expect([largest([1, Number.NaN, 2]), smallest([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN]);
});
