import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {orderMarginal} from "../../src/experiment/order-marginal.ts";
import type {ExperimentTable} from "../../src/records/results/experiment.ts";
import {anyCaptured, captured, labelStep} from "../dynamics/support.ts";
import {materialOf, settingRun} from "./support.ts";

const ALPHABET = ["anger", "fear", "joy"];

/** A document whose first step has this distribution over anger, fear, joy, none. */
const document = (id: string, p: readonly number[], labels: readonly string[] = ["joy"]) =>
  captured(id, {steps: [labelStep(1, p, "joy")], labels, gold: ["joy"]});

function tablesOf(runs: Parameters<typeof materialOf>[0]): Map<string, ExperimentTable> {
  return new Map(orderMarginal.tables(materialOf(runs, ["first-step"])).map(table => [table.name, table]));
}

const cell = (table: ExperimentTable | undefined, setting: string, column: string) =>
  table?.rows.find(row => row.setting === setting)?.cells[column];

describe("order-marginal", () => {
  const own = settingRun("own order", ALPHABET, [document("a", [0.1, 0.1, 0.7, 0.1])]);
  const one = settingRun("random:1", ["joy", "anger", "fear"], [document("a", [0.4, 0.1, 0.4, 0.1])]);
  const two = settingRun("random:2", ["fear", "joy", "anger"], [document("a", [0, 0.1, 0.8, 0.1], ["anger", "joy"])]);
  const tables = tablesOf([own, one, two]);

  test("a case for paper: L1 of the own order, of single random orders on average, and of the averaged estimate", () => {
    const table = tables.get("first-step");
    expect(cell(table, "own order", "l1")?.value).toBeCloseTo(0.1 + 0.1 + 0.3, 12);
    expect(cell(table, "random, single (mean of 2)", "l1")?.value).toBeCloseTo((0.4 + 0.1 + 0.6 + 0.1 + 0.2) / 2, 12);
    expect(cell(table, "random, averaged (2)", "l1")?.value).toBeCloseTo(0.2 + 0.1 + 0.4, 12);
    const changes = tables.get("first-step-changes");
    expect(cell(changes, "own order → random, averaged (2)", "l1")?.value).toBeCloseTo(0.2, 12);
  });

  test("every random order stands for itself", () => {
    const table = tables.get("first-step-orders");
    expect(table?.rows.map(({setting}) => setting)).toEqual(["random:1", "random:2"]);
    expect(cell(table, "random:2", "l1")?.value).toBeCloseTo(0.3, 12);
  });

  test("the scatter: deviation over orders, largest range, documents with another top label or answer", () => {
    const table = tables.get("first-step-spread");
    const deviation = [0.4 / Math.SQRT2, 0, 0.4 / Math.SQRT2].reduce((sum, one) => sum + one, 0) / 3;
    expect(cell(table, "2 random", "deviation")?.value).toBeCloseTo(deviation, 12);
    expect(cell(table, "2 random", "range")?.value).toBeCloseTo(0.4, 12);
    expect(cell(table, "2 random", "other-top")).toMatchObject({value: 1, n: 1});
    expect(cell(table, "2 random", "other-answer")).toMatchObject({value: 1, n: 1});
  });

  test("averaging never makes NLL and L1 worse than single orders are on average", () => {
    const documents = fc
      .integer({min: 1, max: 6})
      .chain(count =>
        fc.tuple(
          ...Array.from({length: 3}, () => fc.tuple(...Array.from({length: count}, (_, i) => anyCaptured(`d${i}`)))),
        ),
      );
    fc.assert(
      fc.property(documents, ([first = [], ...others]) => {
        // The same gold sets in every run: only what the model said differs.
        const withGold = (list: typeof first) =>
          list.map((one, i) => ({...one, document: first[i]?.document ?? one.document}));
        const runs = [first, ...others].map((list, i) =>
          settingRun(i === 0 ? "own order" : `random:${i}`, ALPHABET, withGold(list)),
        );
        const table = tablesOf(runs).get("first-step");
        for (const metric of ["nll", "l1"]) {
          const single = cell(table, "random, single (mean of 2)", metric)?.value;
          const averaged = cell(table, "random, averaged (2)", metric)?.value;
          const same = runs.slice(1).every(one => one.documents.every(({trace}) => (trace?.steps.length ?? 0) > 0));
          // Where a run lacks an estimate the two are over different documents.
          expect(!same || single === undefined || (averaged ?? 0) <= single + 1e-9).toBe(true);
        }
      }),
      {numRuns: 25},
    );
  });

  test("plans the own order and as many random ones as are wanted, five by default", () => {
    expect(orderMarginal.variations({}).map(({setting}) => setting)).toEqual([
      "own order",
      ...[1, 2, 3, 4, 5].map(seed => `random:${seed}`),
    ]);
    expect(orderMarginal.variations({orders: 2})).toHaveLength(3);
  });
});
