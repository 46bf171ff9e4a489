import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {Results} from "../../src/records/results/results.ts";
import type {Ended} from "../cli-process.ts";
import {type Comparison, captureAndCompare} from "./comparison.ts";

const MODELS = ["ladder-xxs-base", "ladder-xxs-sft", "ladder-xs-base"];
const DOCUMENTS = 24;

let comparison: Comparison;
let cwd = "";
let compared: Ended;
let results: Results;

beforeAll(async () => {
  comparison = await captureAndCompare(MODELS, {
    run: ["--limit", String(DOCUMENTS), "--calibration-limit", "20", "--estimators", "marginal,first-step+platt"],
  });
  ({cwd, compared, results} = comparison);
});
afterAll(async () => await comparison[Symbol.asyncDispose]());

const runOf = (model: string) => results.runs.find(({title}) => title === model)?.run ?? "";

test("three embedded models stand in one comparison with every row that their records allow", () => {
  expect(compared).toMatchObject({code: 0, stderr: ""});
  expect(results.runs.map(({title}) => title).sort()).toEqual([...MODELS].sort());
  const rows = Object.keys(results.estimates[runOf("ladder-xxs-base")] ?? {});
  expect(rows).toEqual(
    expect.arrayContaining(["hard", "first-step", "first-step+platt", "temperature", "marginal", "sft-hard", "truth"]),
  );
  expect(results.task).toMatchObject({id: "posts", documents: DOCUMENTS, annotations: "annotators"});
});

test("marginal is nearer to the truth than the first step, which can give one label at most more than a half", () => {
  for (const model of MODELS) {
    const rows = results.estimates[runOf(model)];
    const error = (name: string) => rows?.[name]?.againstTruth?.error.value ?? Number.NaN;
    expect(error("marginal")).toBeLessThan(error("first-step"));
    // The first step sums to at most 1 over the labels, a document of this corpus has more than that on average.
    expect(rows?.["first-step"]?.againstTruth?.bias.value).toBeLessThan(0);
  }
});

test("no estimator beats the truth at its own game, and none of them is worse than the constant in NLL but hard", () => {
  for (const model of MODELS) {
    const rows = results.estimates[runOf(model)] ?? {};
    const nll = (name: string) => rows[name]?.metrics.nll?.value ?? Number.NaN;
    for (const name of Object.keys(rows)) if (name !== "truth") expect(nll("truth")).toBeLessThan(nll(name));
    expect(nll("marginal")).toBeLessThan(nll("constant"));
    expect(nll("hard")).toBeGreaterThan(nll("constant"));
  }
});

test("the terminal shows the tables, and the folder holds page, figures and CSV files", async () => {
  expect(compared.stdout).toMatch(/\nestimator +NLL ↓ +L1 ↓ +Example-F1 ↑\n/);
  expect(compared.stdout).toContain("ladder-xxs-base − ladder-xxs-sft");
  const files = await readdir(join(cwd, "out"));
  expect(files).toEqual(expect.arrayContaining(["estimates.csv", "pairs.csv", "report.html", "figures"]));
});
