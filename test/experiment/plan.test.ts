import {describe, expect, test} from "vitest";
import {planExperiment} from "../../src/experiment/plan.ts";
import {labelOrder} from "../../src/prompt/label-order.ts";
import {engineOf, workspace} from "../run/workspace.ts";
import {placeOf, requestOf} from "./support.ts";

const LABELS = ["joy", "fear", "anger"];

async function planned(changes: Parameters<typeof requestOf>[1], at: Parameters<typeof workspace>[0] = {}) {
  const place = await workspace(at);
  return await planExperiment(engineOf(), requestOf(place, changes), placeOf(place));
}

/** The first seed whose random order is this one. */
function seedOf(order: readonly string[]): string {
  const seed = Array.from({length: 200}, (_, i) => `random:${i}`).find(
    name => labelOrder(LABELS, name).join() === order.join(),
  );
  if (seed === undefined) throw new Error("no seed gives that order");
  return seed;
}

describe("the plan of an experiment", () => {
  test("has a run for each setting, in their order, each in a folder of its own", async () => {
    const other = seedOf(["fear", "anger", "joy"]);
    const {runs, settings} = await planned({values: ["reversed", "alphabetical", other, "reversed"]});
    expect(settings).toEqual(["reversed", "alphabetical", other]);
    expect(new Set(runs.map(({model}) => model.folder)).size).toBe(3);
    expect(runs.map(({model}) => model.identity.labelOrder)).toEqual(settings);
  });

  test("settings that send the same prompts share a run", async () => {
    const twin = seedOf(["anger", "fear", "joy"]);
    const {runs} = await planned({values: ["alphabetical", "reversed", twin, "as-listed"]});
    expect(runs.map(({sameAs}) => sameAs)).toEqual([undefined, undefined, "alphabetical", "reversed"]);
    expect(runs[2]?.model.folder).toBe(runs[0]?.model.folder);
  });

  test("one label scoring holds for all: a list, where every label starts with a space, asks for whole labels", async () => {
    const {scoring, runs} = await planned({experiment: "format"});
    expect(scoring).toBe("exact");
    expect(runs.map(({model}) => model.identity.labelScoring)).toEqual(["exact", "exact"]);
    expect((await planned({experiment: "format", values: ["json"]})).scoring).toBe("first-token");
  });

  test("default values that the task cannot give are left out with the reason; chosen ones are refused", async () => {
    const {settings, leftOut} = await planned({experiment: "shots"});
    expect(settings).toEqual(["0", "1", "2", "5", "10"]);
    expect(leftOut).toEqual([{value: "20", reason: expect.stringContaining("cannot give 20 demonstrations")}]);
    await expect(planned({experiment: "shots", values: ["2", "20"]})).rejects.toMatchObject({
      code: "too-few-demonstrations",
    });
  });

  test("values that do not fit the context are left out, too; when none is left that is said", async () => {
    const short = await planned({experiment: "shots"}, {contextLength: 200});
    expect(short.leftOut.map(({value}) => value)).toContain("10");
    await expect(planned({experiment: "shots"}, {contextLength: 20})).rejects.toMatchObject({code: "nothing-to-run"});
  });

  test("estimators of an experiment are captured for, calibration included", async () => {
    const {runs} = await planned({experiment: "shots", values: ["0"], estimators: ["marginal", "first-step+platt"]});
    const [first] = runs;
    expect(first?.model.captures.map(({name}) => name)).toEqual(["greedy", "tree"]);
    expect(first?.model.documents.filter(({split}) => split === "calibration")).toHaveLength(4);
  });

  const refused: [string, Parameters<typeof requestOf>[1], string][] = [
    ["an experiment that is not known", {experiment: "label-odrer"}, "unknown-experiment"],
    ["an estimator that is not known", {experiment: "shots", estimators: ["first"]}, "unknown-estimator"],
    ["the option that it sets itself", {run: {labelOrder: "reversed"}}, "usage"],
    ["values where there are none to set", {experiment: "order-marginal", values: ["reversed"]}, "usage"],
    ["orders where values are set", {orders: 3}, "usage"],
    ["an estimator where no estimates are shown", {estimators: ["hard"]}, "usage"],
  ];
  test.each(refused)("refuses %s", async (_what, changes, code) => {
    await expect(planned(changes)).rejects.toMatchObject({code, next: expect.arrayContaining([expect.any(String)])});
  });
});
