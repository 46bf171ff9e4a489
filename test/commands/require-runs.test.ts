import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {compareCommand} from "../../src/commands/compare.ts";
import {inspectCommand} from "../../src/commands/inspect.ts";
import {mergeCommand} from "../../src/commands/merge.ts";
import {reportCommand} from "../../src/commands/report.ts";
import {requireRuns} from "../../src/commands/require-runs.ts";
import {writeManifest} from "../../src/store/manifest-file.ts";
import {aManifest, emptyFolder} from "../store/records.ts";

/** A folder `runs` with these runs in it, named as `run` names them, and a file. */
async function holding(...names: readonly string[]): Promise<CommandIo> {
  const cwd = await emptyFolder();
  await mkdir(join(cwd, "runs"));
  await writeFile(join(cwd, "runs", "notes.txt"), "mine\n");
  for (const name of names) {
    const [task = ""] = name.split("-model");
    const [, index, count] = /-shard(\d)of(\d)$/.exec(name) ?? [];
    const manifest = aManifest();
    const shard = index === undefined ? {} : {shard: {index: Number(index), count: Number(count)}};
    await mkdir(join(cwd, "runs", name));
    await writeManifest(join(cwd, "runs", name), {
      ...manifest,
      name,
      task: {...manifest.task, id: task},
      identity: {...manifest.identity, ...shard},
    });
  }
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd};
}

describe("a folder that holds runs, given for a run", () => {
  test("is answered with the command that takes all of them", async () => {
    const io = await holding("posts-model-a-00000001", "posts-model-b-00000002");
    const answer = (command: string) => ({
      code: "no-run",
      message: "runs is no run, but holds 2 of them",
      details: ["task posts: posts-model-a-00000001, posts-model-b-00000002"],
      next: [`labelscope ${command} runs/posts-model-*`],
    });
    await expect(compareCommand({runs: ["runs"]}, io)).rejects.toMatchObject(answer("compare"));
    await expect(reportCommand({runs: ["runs/"]}, io)).rejects.toMatchObject(answer("report"));
    await expect(inspectCommand({runs: ["runs"]}, io)).rejects.toMatchObject(answer("inspect"));
  });

  test("of several tasks is answered with a command a task, which takes no other task's runs", async () => {
    const io = await holding("posts-model-a-00000001", "posts-model-b-00000002", "posts-fine-model-a-00000003");
    await expect(requireRuns(["runs"], "compare", io)).rejects.toMatchObject({
      details: [
        "task posts-fine: posts-fine-model-a-00000003",
        "task posts: posts-model-a-00000001, posts-model-b-00000002",
      ],
      next: ["labelscope compare runs/posts-fine-model-a-00000003", "labelscope compare runs/posts-model-*"],
    });
    const mixed = await holding("posts-model-a-00000001", "posts-model-b-00000002", "posts-model-a-00000003");
    await writeManifest(join(mixed.cwd, "runs", "posts-model-a-00000003"), {
      ...aManifest(),
      task: {...aManifest().task, id: "other"},
    });
    await expect(requireRuns(["runs"], "compare", mixed)).rejects.toMatchObject({
      next: [
        "labelscope compare runs/posts-model-a-00000001 runs/posts-model-b-00000002",
        "labelscope compare runs/posts-model-a-00000003",
      ],
    });
  });

  test("is answered for merge with the shards of a run, or that there are none", async () => {
    const io = await holding(
      "posts-model-a-00000001-shard1of2",
      "posts-model-a-00000001-shard2of2",
      "posts-model-b-00000002",
    );
    await expect(mergeCommand({runs: ["runs"]}, io)).rejects.toMatchObject({
      next: ["labelscope merge runs/posts-model-a-00000001-*"],
    });
    const whole = await holding("posts-model-b-00000002");
    await expect(mergeCommand({runs: ["runs"]}, whole)).rejects.toMatchObject({
      message: "runs is no run, but holds one",
      next: [expect.stringContaining("none of these is a shard")],
    });
  });
});

describe("a folder that is not there", () => {
  test("is answered with the runs beside it", async () => {
    const io = await holding("posts-model-a-00000001", "posts-model-b-00000002");
    await expect(requireRuns(["runs/goemotions-*"], "compare", io)).rejects.toMatchObject({
      code: "no-run",
      message: "there is no runs/goemotions-*",
      details: ["runs beside it: posts-model-a-00000001, posts-model-b-00000002"],
    });
    await expect(requireRuns(["runs/notes.txt"], "compare", io)).rejects.toMatchObject({
      message: "runs/notes.txt is no run: it has no manifest.json",
    });
    await expect(requireRuns(["elsewhere"], "compare", io)).rejects.toMatchObject({details: []});
  });
});
