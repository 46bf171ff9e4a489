import {readdir, readFile, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {parse} from "csv-parse/sync";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import type {CommandIo} from "../../src/commands/command.ts";
import {compareCommand} from "../../src/commands/compare.ts";
import {evaluateCommand} from "../../src/commands/evaluate.ts";
import {type Results, resultsSchema} from "../../src/records/results/results.ts";
import {aModel, capture, engineOf, saying, type Workspace, workspace} from "../run/workspace.ts";
import {codeOf} from "../support/code-of.ts";

function io({folder: cwd}: Workspace): CommandIo {
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd};
}

const few = {resamples: 50, report: false};
const estimateRows = z.array(
  z.object({run: z.string(), id: z.string(), estimator: z.string(), label: z.string(), value: z.string()}),
);

async function resultsIn(place: Workspace, folder: string): Promise<Results> {
  return resultsSchema.parse(JSON.parse(await readFile(join(place.folder, folder, "results.json"), "utf8")));
}

describe("compare", () => {
  test("writes results.json, estimates.csv and a CSV file a table, and prints the tables", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place, {calibrationLimit: 4});
    const name = manifest.model.id;
    const {text, data, exitCode} = await compareCommand({...few, runs: [folder], out: "out"}, io(place));
    expect(exitCode).toBeUndefined();
    expect(text).toContain("Numbered documents (numbers): 12 documents, annotators");
    expect(text).toMatch(/\d+ files → out\n\nVerdict\nmodel answers with an example-F1 of 1\.000\./);
    const results = await resultsIn(place, "out");
    expect(data).toMatchObject({results});
    expect(Object.keys(results.estimates[name] ?? {})).toContain("first-step+platt");
    expect(results.runs[0]).toMatchObject({run: name, title: name, folder: manifest.name});
    const files = await readdir(join(place.folder, "out"));
    expect(files).toEqual(expect.arrayContaining(["metrics.csv", "ceiling.csv", "pairs.csv", "runs.csv"]));
    expect(files.filter(name => name.endsWith(".draft"))).toEqual([]);
    const csv = await readFile(join(place.folder, "out", "estimates.csv"), "utf8");
    const estimates = estimateRows.parse(parse(csv, {columns: true}));
    const hard = estimates.filter(row => row.estimator === "hard" && row.id === "d1");
    // Document d1 is answered with fear and joy.
    expect(hard.map(({label, value}) => [label, Math.round(Number(value))])).toEqual([
      ["joy", 1],
      ["fear", 1],
      ["anger", 0],
    ]);
  });

  test("a torn last line is said with its run, its file and what to do, and records without their answer are counted", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {estimators: ["unary"]});
    const path = join(folder, "traces.jsonl");
    const whole = await readFile(path, "utf8");
    await writeFile(path, whole.slice(0, -20));
    const notices: string[] = [];
    const {data} = await compareCommand({...few, runs: [folder]}, {...io(place), notice: line => notices.push(line)});
    const name = basename(folder);
    expect(notices).toEqual([
      `${name}: one document is missing in traces.jsonl, whose last line was cut off when the capture was killed; the same labelscope run command captures it again`,
      expect.stringMatching(`^${name}: left out 1 unary record of documents that the run has no answer to`),
    ]);
    const documents = whole.trimEnd().split("\n").length;
    expect(data).toMatchObject({results: {task: {documents: documents - 1}}});
    expect(data).toMatchObject({
      results: {warnings: expect.arrayContaining([expect.objectContaining({code: "interrupted"})])},
    });
  });

  test("the same comparison has the same folder and the same bytes", async () => {
    const place = await workspace();
    const {folder} = await capture(place);
    const bytes = async () => {
      await compareCommand({...few, runs: [folder]}, io(place));
      const [name = "", ...others] = await readdir(join(place.folder, "comparisons"));
      expect(others).toEqual([]);
      expect(name).toMatch(/^numbers-[0-9a-f]{8}$/);
      return await readFile(join(place.folder, "comparisons", name, "results.json"), "utf8");
    };
    expect(await bytes()).toBe(await bytes());
  });

  test("--base takes a run by its folder, its name or its model's id, and refuses what is none of them", async () => {
    const place = await workspace();
    const one = await capture(place);
    const other = await capture(place, {labelOrder: "reversed"});
    const runs = [one.folder, other.folder];
    const pairs = async (base: string) => {
      await compareCommand({...few, runs, base, out: "based"}, io(place));
      const {variants, settings} = await resultsIn(place, "based");
      return [settings.base, ...variants.map(pair => `${pair.base} → ${pair.variant} (${pair.kind})`)];
    };
    const wanted = ["model (reversed order)", "model (reversed order) → model (alphabetical order) (given)"];
    expect(await pairs("model (reversed order)")).toEqual(wanted);
    expect(await pairs(other.folder)).toEqual(wanted);
    expect(await pairs(other.manifest.name)).toEqual(wanted);
    expect(await codeOf(async () => await pairs("nobody"))).toBe("unknown-run");
    // Two runs of one model: its id does not say which.
    expect(await codeOf(async () => await pairs(one.manifest.model.id))).toBe("unknown-run");
  });

  test("a gate that fails gives 1 and says with which value; a path that is not there is an error", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place);
    const path = `estimates.${manifest.name}.hard.metrics.example-f1`;
    const call = async (failIf: string[]) => await compareCommand({...few, runs: [folder], failIf}, io(place));
    expect(await call([`${path} < 0.5`, `${path} >= 1`])).toMatchObject({
      exitCode: 1,
      failures: [`failed: ${path} >= 1 (it is 1)`],
    });
    expect((await call([`${path} < 0.5`])).exitCode).toBeUndefined();
    expect(await codeOf(async () => await call([`${path}x > 1`]))).toBe("unknown-path");
    expect(await codeOf(async () => await call(["nothing"]))).toBe("bad-gate");
  });

  const noProc = process.platform === "linux" ? undefined : "needs Linux's /proc";
  test.skipIf(noProc !== undefined)(
    `a file system that makes no folders is named at once${noProc === undefined ? "" : ` (skipped: ${noProc})`}`,
    async () => {
      const place = await workspace();
      const {folder} = await capture(place);
      const call = async () => await compareCommand({...few, runs: [folder], out: "/proc/labelscope/out"}, io(place));
      expect(await codeOf(call)).toBe("run-not-writable");
    },
  );

  test("a folder that is no run, and no folder, are named errors", async () => {
    const place = await workspace();
    expect(await codeOf(async () => await compareCommand({...few, runs: [place.folder]}, io(place)))).toBe("no-run");
    expect(await codeOf(async () => await compareCommand({...few, runs: []}, io(place)))).toBe("no-runs");
  });

  test("warns of a model that always says the same", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {}, {engine: engineOf({script: saying(["joy", '"]}'])})});
    const {text} = await compareCommand({...few, runs: [folder]}, io(place));
    expect(text).toContain('warning: model: 100 % of the answers are the same ("joy")');
  });

  test("a run given twice stands once; two models are paired on the same documents", async () => {
    const place = await workspace();
    await aModel(join(place.folder, "second.gguf"));
    const one = await capture(place);
    const other = await capture(
      {...place, model: "second.gguf"},
      {limit: 8},
      {engine: engineOf({script: saying(["joy", '"]}'])})},
    );
    await compareCommand({...few, runs: [one.folder, one.folder, other.folder], out: "out"}, io(place));
    const results = await resultsIn(place, "out");
    expect(results.runs.map(({documents}) => [documents.test, documents.compared])).toEqual([
      [12, 8],
      [8, 8],
    ]);
    const pair = results.pairs.find(({estimator, metric}) => estimator === "hard" && metric === "example-f1");
    expect(pair).toMatchObject({left: one.manifest.model.id, right: other.manifest.model.id, difference: {n: 8}});
    expect(pair?.difference.value).toBeGreaterThan(0);
  });
});

describe("evaluate", () => {
  const labels = ["joy", "fear", "anger"];

  /** The estimates of `hard`, as somebody else would write them. */
  async function predictionsOf(place: Workspace): Promise<{readonly hard: Results["estimates"][string][string]}> {
    const {folder, manifest} = await capture(place);
    await compareCommand({...few, runs: [folder], out: "out"}, io(place));
    const rows = estimateRows.parse(
      parse(await readFile(join(place.folder, "out", "estimates.csv"), "utf8"), {columns: true}),
    );
    const hard = rows.filter(({estimator}) => estimator === "hard");
    const ids = [...new Set(hard.map(({id}) => id))];
    const lines = ids.map(id => {
      const numbers = hard.filter(row => row.id === id).map(({label, value}) => [label, Number(value)]);
      return JSON.stringify({id, labels: Object.fromEntries(numbers)});
    });
    await writeFile(join(place.folder, "theirs.jsonl"), `${lines.join("\n")}\n`);
    const row = (await resultsIn(place, "out")).estimates[manifest.model.id]?.hard;
    if (row === undefined) throw new Error("hard has no row");
    return {hard: row};
  }

  test("gives predictions the numbers and intervals that the same estimates of a run have", async () => {
    const place = await workspace();
    const {hard} = await predictionsOf(place);
    const call = {...few, task: place.task, predictions: ["theirs.jsonl"], out: "evaluated"};
    const {text} = await evaluateCommand(call, io(place));
    expect(text).toContain("theirs · predictions from theirs.jsonl");
    const {estimates, task} = await resultsIn(place, "evaluated");
    expect(task.documents).toBe(12);
    const own = estimates.theirs?.predictions?.metrics ?? {};
    for (const [metric, {value, lower, upper, n}] of Object.entries(hard.metrics)) {
      expect(own[metric]).toMatchObject({value, n, ...(lower === undefined ? {} : {lower, upper})});
    }
    expect(Object.keys(estimates.theirs ?? {})).toEqual(["predictions", "constant"]);
  });

  test("stands beside runs in compare under a name of its own, and differs from the same estimates by nothing", async () => {
    const place = await workspace();
    await predictionsOf(place);
    const [run = ""] = await readdir(join(place.folder, "runs"));
    const predictions = ["bert=theirs.jsonl", "theirs.jsonl"];
    await compareCommand({...few, runs: [join("runs", run)], predictions, out: "both"}, io(place));
    const {pairs, runs} = await resultsIn(place, "both");
    expect(runs.map(({run: name, kind}) => [name, kind])).toEqual([
      ["model", "run"],
      ["bert", "predictions"],
      ["theirs", "predictions"],
    ]);
    expect(pairs.find(({left, metric}) => left === "bert" && metric === "nll")).toMatchObject({
      right: "theirs",
      difference: {value: 0},
      p: 1,
    });
  });

  test("holds every row to the documents that all files of predictions have, counts the others, and names what is wrong with its line", async () => {
    const place = await workspace();
    const line = (id: string, numbers: readonly number[]) =>
      JSON.stringify({id, labels: Object.fromEntries(labels.map((label, index) => [label, numbers[index]]))});
    await writeFile(join(place.folder, "some.jsonl"), `${line("d0", [1, 0, 0])}\n${line("d1", [1, 1, 0])}\n`);
    await evaluateCommand(
      {...few, task: place.task, predictions: ["some.jsonl"], name: "mine", out: "some"},
      io(place),
    );
    const some = await resultsIn(place, "some");
    expect(some.task.documents).toBe(2);
    expect(some.estimates.mine?.predictions).toMatchObject({estimated: 2, missing: []});
    expect(some.estimates.mine?.constant?.metrics.l1).toMatchObject({n: 2});
    expect(some.warnings).toContainEqual({
      code: "not-predicted",
      text: "predictions lack 10 of 12 documents: every number is on the 2 that all of them have",
    });
    await writeFile(join(place.folder, "others.jsonl"), `${line("d1", [1, 0, 0])}\n${line("d2", [1, 1, 0])}\n`);
    const two = {...few, task: place.task, predictions: ["some.jsonl", "others.jsonl"], out: "two"};
    await evaluateCommand(two, io(place));
    const both = await resultsIn(place, "two");
    expect(both.runs.map(({documents}) => [documents.test, documents.compared])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    await writeFile(join(place.folder, "far.jsonl"), `${line("d3", [1, 0, 0])}\n`);
    const disjoint = async () => await evaluateCommand({...two, predictions: ["some.jsonl", "far.jsonl"]}, io(place));
    expect(await codeOf(disjoint)).toBe("no-common-documents");
    await writeFile(join(place.folder, "bad.jsonl"), `${line("d0", [1, 0, 2])}\n`);
    const bad = async () => await evaluateCommand({...few, task: place.task, predictions: ["bad.jsonl"]}, io(place));
    expect(await codeOf(bad)).toBe("predictions-invalid");
    const missing = async () => await evaluateCommand({...few, task: place.task, predictions: ["no.jsonl"]}, io(place));
    expect(await codeOf(missing)).toBe("predictions-unreadable");
  });
});
