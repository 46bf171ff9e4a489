import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";
import {z} from "zod";
import {loadCatalog} from "../../src/catalog/catalog.ts";
import type {CommandIo} from "../../src/commands/command.ts";
import {demoCommand} from "../../src/commands/demo.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {readManifest} from "../../src/store/manifest-file.ts";

const dataSchema = z.object({
  runs: z.array(
    z.object({
      model: z.object({id: z.string(), nonEmbeddingParameters: z.number()}),
      folder: z.string(),
      captured: z.number(),
      resumed: z.number(),
    }),
  ),
  comparison: z.object({folder: z.string()}),
});

/** A working folder with a home of its own, and the subjects of all progress that was told. */
async function place(signal = new AbortController().signal) {
  const cwd = await mkdtemp(join(tmpdir(), "labelscope-demo-"));
  onTestFinished(() => rm(cwd, {recursive: true, force: true}));
  const told: string[] = [];
  const env = {...process.env, LABELSCOPE_HOME: join(cwd, "home")};
  const io: CommandIo = {progress: event => told.push(event.subject), notice: () => {}, signal, env, cwd};
  return {cwd, told, io};
}

test("the demo runs every whole model of the ladder that is not quantised, the smallest first, and once more from what is stored", async () => {
  const {told, io} = await place();
  const wanted = (await loadCatalog()).models
    .filter(({family, variant, quantisation}) => family === "ladder" && variant !== "lora" && quantisation === "F16")
    .map(({id}) => id);

  const first = await demoCommand({out: "runs", limit: 3}, io);
  const {runs: outcomes, comparison} = dataSchema.parse(first.data);
  const files = await readdir(comparison.folder);
  expect(files).toEqual(expect.arrayContaining(["results.json", "estimates.csv", "report.html", "figures"]));
  expect(first.text).toContain("report.html");
  expect(first.text).toContain("  labelscope compare runs/posts-ladder-*\n");
  const results = resultsSchema.parse(JSON.parse(await readFile(join(comparison.folder, "results.json"), "utf8")));
  // Every row of the tables has its line in the legend.
  for (const name of results.settings.estimators)
    expect(first.text).toMatch(new RegExp(`^${name} +[a-z0-9].* [a-z]`, "m"));
  expect(Math.max(...first.text.split("\n").map(line => line.length))).toBeLessThanOrEqual(100);
  expect(outcomes.map(({model}) => model.id).sort()).toEqual(wanted.sort());
  const sizes = outcomes.map(({model}) => model.nonEmbeddingParameters);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(outcomes.map(({captured, resumed}) => [captured, resumed])).toEqual(outcomes.map(() => [3, 0]));
  for (const id of wanted) {
    expect(first.text).toContain(id);
    expect(told).toContain(`${id} on posts`);
  }
  const manifest = await readManifest(outcomes[0]?.folder ?? "");
  expect(manifest?.sessions.map(({threads}) => threads)).toEqual([1]);

  const second = dataSchema.parse((await demoCommand({out: "runs", limit: 3}, io)).data).runs;
  expect(second.map(({captured, resumed}) => [captured, resumed])).toEqual(outcomes.map(() => [0, 3]));
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
