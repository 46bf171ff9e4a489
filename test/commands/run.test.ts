import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {type RunCommandOptions, report, runCommand} from "../../src/commands/run.ts";
import {planRun} from "../../src/run/plan.ts";
import {capture, engineOf, optionsOf, type Workspace, workspace} from "../run/workspace.ts";

/** What `run` says of input that is wrong before an engine is needed. */
async function refusal(place: Workspace, changes: Partial<RunCommandOptions>): Promise<unknown> {
  const io: CommandIo = {
    progress: () => {},
    notice: () => {},
    signal: new AbortController().signal,
    env: {LABELSCOPE_HOME: join(place.folder, "home")},
    cwd: place.folder,
  };
  return await runCommand({...optionsOf(place), dryRun: false, showPrompt: false, ...changes}, io).catch(
    error => error,
  );
}

describe("run refuses what is wrong before it starts an engine or compiles a reader", () => {
  const wrong: [string, Partial<RunCommandOptions>, string][] = [
    ["a task that is not known", {task: "goemotion"}, "task-not-found"],
    ["a built-in task without its data", {task: "goemotions"}, "data-missing"],
    ["a model that is not known", {models: ["smollm2-135m-instrct"]}, "model-unknown"],
    ["a model that was not pulled", {models: ["smollm2-135m-instruct"]}, "model-not-pulled"],
    ["a model file that is not there", {models: ["gone.gguf"]}, "model-missing"],
    ["an adapter that is not there", {models: ["model.gguf+gone.gguf"]}, "model-missing"],
    ["more demonstrations than there are", {shots: 99}, "too-few-demonstrations"],
    ["a label order that is not known", {labelOrder: "sideways"}, "unknown-label-order"],
    ["an estimator that is not known", {estimators: ["marginl"]}, "unknown-estimator"],
    ["answers of a folder that is no run", {forceAnswers: "nowhere"}, "no-run"],
    ["answers to force and an opening that the model writes", {forceAnswers: "gold", opening: "free"}, "usage"],
  ];
  test.each(wrong)("%s", async (_what, changes, code) => {
    const place = await workspace();
    expect(await refusal(place, changes)).toMatchObject({
      code,
      next: expect.arrayContaining([expect.stringMatching(/./)]),
    });
    expect(await readdir(place.folder)).not.toContain("runs");
    expect(await readdir(place.folder)).not.toContain("home");
  });
});

describe("the report of a run", () => {
  const reportOf = async (changes: Partial<RunCommandOptions>) => {
    const place = await workspace();
    const plan = await planRun(engineOf(), optionsOf(place, changes), {cwd: place.folder, env: {}});
    return report(plan, [await capture(place, changes)], {cwd: place.folder});
  };

  test("has a row a model, and a line for each capture beside the answers", async () => {
    const {text, exitCode} = await reportOf({limit: 3, estimators: ["marginal", "unary"]});
    expect(text).toMatch(/^model\s+3\/3\s+100 %/m);
    expect(text).toMatch(/^model, tree: 3\/3 documents/m);
    expect(text).toMatch(/^model, unary: 3\/3 documents/m);
    expect(exitCode).toBeUndefined();
  });

  test("of a shard without documents says so instead of a row of dashes", async () => {
    const {text, exitCode} = await reportOf({limit: 1, shard: {index: 3, count: 3}});
    expect(text).toContain("This shard holds no document");
    expect(text).not.toContain("–");
    expect(exitCode).toBeUndefined();
  });
});
