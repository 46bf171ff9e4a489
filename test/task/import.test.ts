import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {importTask} from "../../src/task/import.ts";
import {loadTask} from "../../src/task/load.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-import-"));
});
afterEach(async () => rm(cwd, {recursive: true}));

describe("importTask", () => {
  test.each(["goemotions", "goemotions-raw", "mfrc", "semeval", "convabuse"])(
    "writes %s as files that load to the same task",
    async name => {
      const {task} = await importTask(name, {cwd, outDir: "out", dataDir: join(fixtures, name)});
      const loaded = await loadTask("out/task.yaml", {cwd});
      expect(loaded.definition).toEqual(task.definition);
      expect(loaded.hash).toBe(task.hash);
      expect(loaded.annotations).toBe(task.annotations);
      for (const split of ["train", "calibration", "test"] as const) {
        expect(loaded.splits[split]?.documents).toEqual(task.splits[split]?.documents);
        expect(loaded.splits[split]?.hash).toBe(task.splits[split]?.hash);
      }
      expect((await readdir(join(cwd, "out"))).sort()).toEqual([
        "calibration.jsonl",
        "task.yaml",
        "test.jsonl",
        "train.jsonl",
      ]);
    },
  );

  test("states the licence at the top of the task file", async () => {
    await importTask("convabuse", {cwd, outDir: ".", dataDir: join(fixtures, "convabuse")});
    expect(await readFile(join(cwd, "task.yaml"), "utf8")).toMatch(/^# ConvAbuse .*CC BY 4\.0/);
  });

  test("leaves files with the same content alone and refuses to write over others without force", async () => {
    const options = {cwd, outDir: ".", dataDir: join(fixtures, "goemotions")};
    await importTask("goemotions", options);
    const again = await importTask("goemotions", options);
    expect(again.files.map(file => file.written)).toEqual([false, false, false, false]);
    await writeFile(join(cwd, "test.jsonl"), "mine\n");
    await expect(importTask("goemotions", options)).rejects.toMatchObject({
      code: "would-overwrite",
      details: [join(cwd, "test.jsonl")],
    });
    expect(await readFile(join(cwd, "test.jsonl"), "utf8")).toBe("mine\n");
    const forced = await importTask("goemotions", {...options, force: true});
    expect(forced.files.filter(file => file.written).map(file => file.path)).toEqual([join(cwd, "test.jsonl")]);
  });

  test("lists the built-in tasks where the name is not one", async () => {
    await expect(importTask("nope", {cwd, outDir: "."})).rejects.toMatchObject({code: "unknown-task"});
  });
});
