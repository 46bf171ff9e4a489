import {describe, expect, test} from "vitest";
import {csvText} from "../../src/compare/csv.ts";
import {curvesOf} from "../../src/compare/curves.ts";
import {firstDistributionsTable, generationTables, stepsTable} from "../../src/compare/generation-tables.ts";
import {variantsOf} from "../../src/compare/variants.ts";
import {dynamicsOf} from "../../src/dynamics/dynamics.ts";
import {createRng} from "../../src/math/rng.ts";
import {captured, labelStep, rng, run} from "../dynamics/support.ts";

const documents = [
  captured("a, quoted", {steps: [labelStep(1, [0.5, 0.25, 0.25, 0], "anger")], labels: ["anger"], gold: ["joy"]}),
  captured("b", {
    steps: [
      labelStep(1, [0.25, 0.5, 0.25, 0], "fear", {branch: {close: 0.1, goOn: 0.3, stop: 0.25}}),
      labelStep(2, [1, 0, 0, 0], "anger"),
    ],
    labels: ["fear", "anger"],
    gold: ["fear"],
  }),
];
const base = run(documents, {name: "base"});
const tuned = run(documents.slice(0, 1), {name: "sft", model: {id: "m-sft", variant: "sft", parent: "model"}});
const runs = [base, tuned];
const dynamics = Object.fromEntries(
  runs.map(({name, manifest, documents: {test: some}}) => [
    name,
    dynamicsOf({manifest, documents: some}, {rng: rng()}),
  ]),
);
const results = {
  dynamics,
  curves: curvesOf(runs, {rng: rng()}),
  variants: variantsOf(runs, {rngFor: createRng}),
};
const tables = generationTables(results);
const rowsOf = (name: string) => {
  const table = tables.find(one => one.name === name);
  return (table?.rows ?? []).map(row =>
    Object.fromEntries((table?.header ?? []).map((head, index) => [head, row[index]])),
  );
};

/** The value at a path of a record, as `--fail-if` would write it. */
function at(record: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((part, key) => {
    const entries = typeof part === "object" && part !== null ? Object.entries(part) : [];
    return entries.find(([name]) => name === key)?.[1];
  }, record);
}

describe("generationTables", () => {
  test("names each number of the dynamics by its path in results.json", () => {
    const rows = rowsOf("dynamics").filter(({run: name}) => name === "base");
    expect(rows.length).toBeGreaterThan(100);
    for (const {path, value, n} of rows) {
      const there = at(dynamics.base, String(path));
      const measured = typeof there === "object" ? there : {value: there};
      expect(measured, String(path)).toMatchObject(value === undefined ? {n} : {value});
    }
    expect(rows.some(({path}) => path === "steps.1.all.entropyBits.mean")).toBe(true);
    expect(rows.some(({path}) => path === "steps.1.all.entropyBits.box.median")).toBe(true);
    expect(rows.some(({path}) => String(path).includes("outline"))).toBe(false);
  });

  test("has a row a point of a curve, and its slope apart", () => {
    const points = rowsOf("curves").filter(({curve, variant}) => curve === "step1" && variant === "base");
    expect(points).toMatchObject([{family: "ladder", run: "base", total: 10, n: 1, matched: true, unit: "bits"}]);
    const slopes = rowsOf("slopes").filter(({curve, path}) => curve === "step1" && path === "slope");
    expect(slopes.map(({variant, reason}) => [variant, String(reason).slice(0, 8)])).toEqual([
      ["base", "one size"],
      ["sft", "one size"],
    ]);
  });

  test("has the deltas of a pair, and the confusion of a run", () => {
    const rows = rowsOf("variants");
    expect(rows.find(({path}) => path === "step1.entropyBits.difference")).toMatchObject({
      base: "base",
      value: 0,
      n: 1,
    });
    expect(rows.find(({path}) => path === "step1.vocabKlNats")).toMatchObject({value: 0, n: 1});
    const cell = rowsOf("confusion").find(one => one.run === "base" && one.gold === "joy" && one.emitted === "anger");
    expect(cell).toMatchObject({together: 1, instead: 1, goldDocuments: 1, emittedDocuments: 2});
  });

  test("can all be written as CSV, with unique names and full rows", () => {
    const all = [...tables, stepsTable(runs), firstDistributionsTable(runs)];
    expect(new Set(all.map(({name}) => name)).size).toBe(all.length);
    for (const table of all) {
      expect(
        table.rows.every(row => row.length === table.header.length),
        table.name,
      ).toBe(true);
      expect(csvText(table).startsWith(table.header.join(","))).toBe(true);
    }
  });
});

describe("stepsTable", () => {
  test("has a row a label step, an infinite ratio and an unread branch left empty", () => {
    const {header, rows} = stepsTable(runs);
    expect(rows).toHaveLength(4);
    const second = Object.fromEntries(header.map((head, index) => [head, rows[2]?.[index]]));
    expect(second).toMatchObject({run: "base", id: "b", r: 2, kind: "last", topProbability: 1, emitted: "anger"});
    expect(second.topToSecond).toBeUndefined();
    const first = Object.fromEntries(header.map((head, index) => [head, rows[1]?.[index]]));
    expect(first).toMatchObject({id: "b", r: 1, stop: 0.25, topToSecond: 2});
  });
});

describe("firstDistributionsTable", () => {
  test("ranks the labels of each document's first step", () => {
    const {rows} = firstDistributionsTable([base]);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toEqual(["base", "a, quoted", 1, "anger", 0.5]);
    expect(rows[4]).toEqual(["base", "b", 1, "fear", 0.5]);
  });
});
