import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {CommandIo, CommandResult} from "../../src/commands/command.ts";
import {type ExperimentFlags, experimentCommand, requestOf} from "../../src/commands/experiment.ts";
import {type ExperimentResults, experimentSchema} from "../../src/records/results/experiment.ts";
import {RUN_DEFAULTS} from "../../src/run/options.ts";
import {smallestModel} from "../support/models.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-model-experiment-"));
});
afterAll(async () => {
  await rm(cwd, {recursive: true, force: true});
});

/** Runs an experiment on the embedded task and the smallest embedded model; gives its results and what was said. */
async function experiment(changes: Partial<ExperimentFlags> & {readonly experiment: string}) {
  const notices: string[] = [];
  const io: CommandIo = {
    progress: () => {},
    notice: line => notices.push(line),
    signal: new AbortController().signal,
    env: {...process.env, LABELSCOPE_HOME: join(cwd, "home")},
    cwd,
  };
  const flags: ExperimentFlags = {
    ...RUN_DEFAULTS,
    task: "posts",
    models: [smallestModel()],
    threads: 1,
    limit: 12,
    runs: "runs",
    resamples: 200,
    yes: false,
    dryRun: false,
    ...changes,
  };
  const result = await experimentCommand(requestOf(flags), io);
  return {result, notices, text: notices.join("\n")};
}

async function written(result: CommandResult): Promise<ExperimentResults> {
  const folder = /^(experiments\/\S+)\/report\.html$/m.exec(result.text)?.[1] ?? "";
  return experimentSchema.parse(JSON.parse(await readFile(join(cwd, folder, "experiment.json"), "utf8")));
}

const shown = (table: ExperimentResults["tables"][number] | undefined) => table?.rows.map(({setting}) => setting);

describe("experiments on a real model", () => {
  test("label-order says what it costs, captures each order, and ends with Table 7", async () => {
    const values = ["alphabetical", "reversed"];
    const {result, text} = await experiment({experiment: "label-order", values});
    expect(text).toMatch(
      /2 runs, 0 of them there already; 16 documents and \d+ tokens to go, about .* and [\d.]+ kB on disk/,
    );
    const {tables, task, runs} = await written(result);
    expect(task).toMatchObject({id: "posts", documents: 12});
    expect(shown(tables[0])).toEqual(values);
    expect(runs.map(({labelOrder}) => labelOrder.join())).toEqual([
      runs[1]?.labelOrder.toReversed().join(),
      runs[0]?.labelOrder.toReversed().join(),
    ]);
    // Its answers are not the same under every order: the prompt reaches the model.
    expect(runs[0]?.promptHash).not.toBe(runs[1]?.promptHash);
  });

  test("order-marginal goes on with the run of the task's own order, and averages well-formed numbers", async () => {
    const {result, text} = await experiment({experiment: "order-marginal", orders: 2, estimator: ["first-step"]});
    expect(text).toContain("3 runs, 1 of them there already; 24 documents");
    const [table] = (await written(result)).tables;
    const nll = (setting: string) => table?.rows.find(row => row.setting === setting)?.cells.nll?.value ?? Number.NaN;
    expect(nll("random, averaged (2)")).toBeLessThanOrEqual(nll("random, single (mean of 2)") + 1e-9);
    expect(nll("own order")).toBeGreaterThan(0);
  });

  test("a dry run on another setting captures nothing", async () => {
    const before = await readdir(join(cwd, "runs"));
    const {result} = await experiment({experiment: "shots", values: ["0", "3"], dryRun: true});
    expect(result.text).toMatch(/2 runs, 0 of them there already; 24 documents/);
    expect(await readdir(join(cwd, "runs"))).toEqual(before);
  });

  test("a plan that is longer than the patience shown is declined, and goes on from its calibration", async () => {
    const request = {experiment: "format", values: ["list"], limit: 10} as const;
    await expect(experiment({...request, maxMinutes: 1e-6})).rejects.toMatchObject({code: "plan-too-long"});
    const {text} = await experiment(request);
    expect(text).toContain("list");
    expect(text).toContain("8/10");
  });
});
