import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";
import {z} from "zod";
import {loadCatalog} from "../../src/catalog/catalog.ts";
import type {CommandIo} from "../../src/commands/command.ts";
import {demoCommand} from "../../src/commands/demo.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {readManifest} from "../../src/store/manifest-file.ts";

const dataSchema = z.object({result: z.object({folder: z.string(), results: resultsSchema})});

/** A working folder with a home of its own. */
async function place(signal = new AbortController().signal) {
  const cwd = await mkdtemp(join(tmpdir(), "labelscope-demo-"));
  onTestFinished(() => rm(cwd, {recursive: true, force: true}));
  const env = {...process.env, LABELSCOPE_HOME: join(cwd, "home")};
  const io: CommandIo = {progress: () => {}, notice: () => {}, signal, env, cwd};
  return {cwd, io};
}

async function foldersIn(cwd: string): Promise<string[]> {
  return (await readdir(join(cwd, "runs"))).map(name => join(cwd, "runs", name));
}

test("the demo is a study of every whole model of the ladder, and once more from what is stored", async () => {
  const {cwd, io} = await place();
  const wanted = (await loadCatalog()).models
    .filter(({family, variant, quantisation}) => family === "ladder" && variant !== "lora" && quantisation === "F16")
    .map(({id}) => id)
    .sort();

  const first = await demoCommand({out: "runs", limit: 3}, io);
  const {folder, results} = dataSchema.parse(first.data).result;
  expect(await readdir(folder)).toEqual(expect.arrayContaining(["results.json", "report.html", "figures"]));
  expect(results.runs.map(({run}) => run).sort()).toEqual(wanted);
  expect(results.task.documents).toBe(3);
  for (const id of wanted) expect(first.text).toContain(id);
  expect(first.text).toContain("  studies/ladder/report.html\n");
  expect(first.text).toContain("  labelscope compare runs/posts-ladder-*\n");

  const manifests = await Promise.all((await foldersIn(cwd)).map(readManifest));
  expect(manifests.map(manifest => manifest?.sessions.map(({threads}) => threads))).toEqual(wanted.map(() => [1]));
  const second = await demoCommand({out: "runs", limit: 3}, io);
  expect(dataSchema.parse(second.data).result.results).toEqual(results);
  const after = await Promise.all((await foldersIn(cwd)).map(readManifest));
  expect(after.map(manifest => manifest?.sessions.length)).toEqual(wanted.map(() => 1));
});

test("an interrupted demo says so and ends with 130", async () => {
  const controller = new AbortController();
  const {cwd, io} = await place(controller.signal);
  const stopping = {...io, progress: () => controller.abort()};
  const result = await demoCommand({out: "runs", limit: 50}, stopping);
  expect(result.exitCode).toBe(130);
  expect(result.text).toContain("Not finished");
  expect(await readdir(join(cwd, "runs"))).toHaveLength(1);
});
