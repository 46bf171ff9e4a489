import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {tasksCheck, tasksImport, tasksList} from "../../src/commands/tasks.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const io: CommandIo = {
  progress: () => {},
  notice: () => {},
  signal: new AbortController().signal,
  env: {},
  cwd: fixtures,
};

describe("tasks", () => {
  test("list names every built-in task and the files that it needs", async () => {
    const {text, data} = await tasksList({}, io);
    expect(text).toContain("goemotions      GoEmotions, pooled to seven\n                --data DIR with train.tsv");
    expect(text).toContain("posts");
    expect(data).toHaveProperty("tasks.length", 6);
  });

  test("check prints what each split holds", async () => {
    const {text, data} = await tasksCheck({task: "tiny/task.yaml"}, io);
    expect(text).toContain("train: 8 documents\n  gold labels      joy 4, fear 3, anger 2\n");
    expect(text).toContain("labels each      0 2, 1 3, 2 3 (no label: 25.0 %)");
    expect(text).toContain("warning: 1 calibration document has a text that train has too");
    expect(data).toHaveProperty("splits.train.documents", 8);
  });

  test("check reads a built-in task from its data's directory", async () => {
    const {text} = await tasksCheck({task: "convabuse", data: "convabuse"}, io);
    expect(text).toContain("dropped 1: no annotator has an entry");
    expect(text).toContain("CC BY 4.0");
  });

  test("import says what it wrote, and needs a place to write to", async () => {
    const out = await mkdtemp(join(tmpdir(), "labelscope-tasks-"));
    const {text} = await tasksImport({task: "goemotions", data: "goemotions", out}, io);
    await rm(out, {recursive: true});
    expect(text).toContain(
      `wrote ${join(out, "task.yaml")}\ntrain 8, calibration 2, test 3\n7 labels: admiration, anger, fear`,
    );
    await expect(tasksImport({task: "goemotions"}, io)).rejects.toMatchObject({code: "usage"});
    const file = join(fixtures, "tiny/task.yaml", "below");
    await expect(tasksImport({task: "goemotions", data: "goemotions", out: file}, io)).rejects.toMatchObject({
      code: "run-not-writable",
      next: expect.arrayContaining([expect.stringContaining("--out")]),
    });
  });
});
