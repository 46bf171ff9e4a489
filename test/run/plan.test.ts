import {readFile, rename, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {describe, expect, test} from "vitest";
import {compareCommand} from "../../src/commands/compare.ts";
import type {Engine} from "../../src/engine/engine.ts";
import {LabelscopeError} from "../../src/errors.ts";
import {estimatorList} from "../../src/estimate/index.ts";
import type {RunOptions} from "../../src/run/options.ts";
import {planRun} from "../../src/run/plan.ts";
import {readRun} from "../../src/store/read-run.ts";
import {writeGguf} from "../support/gguf-writer.ts";
import {aModel, capture, engineOf, loadingEngine, optionsOf, type Workspace, workspace} from "./workspace.ts";

/** An engine that tokenises and refuses to evaluate: planning must not. */
function planningEngine(loads: string[] = []): Engine {
  const engine = engineOf();
  return loadingEngine(async (path, options) => {
    loads.push(basename(path));
    expect(options).toMatchObject({vocabularyOnly: true});
    return {
      ...(await engine.loadModel(path, options)),
      openSession: async () => {
        throw new Error("planning opened a session");
      },
    };
  });
}

async function plan(place: Workspace, changes: Partial<RunOptions> = {}, engine = planningEngine()) {
  return await planRun(engine, optionsOf(place, changes), {
    cwd: place.folder,
    env: {LABELSCOPE_HOME: join(place.folder, "home")},
  });
}

async function folderOf(place: Workspace, changes: Partial<RunOptions> = {}): Promise<string> {
  return (await plan(place, changes)).models[0]?.folder ?? "";
}

describe("the folder of a run", () => {
  test("does not depend on limits, threads, sequences, context, time or --fresh", async () => {
    const place = await workspace();
    const folder = await folderOf(place);
    const same: Partial<RunOptions>[] = [
      {limit: 3},
      {calibrationLimit: 2},
      {threads: 7},
      {sequences: 3},
      {context: 2000},
      {maxMinutes: 1},
      {fresh: true},
      {seed: 0},
      {shots: 4},
      {labelScoring: "first-token"},
    ];
    for (const changes of same) expect(await folderOf(place, changes)).toBe(folder);
    expect(folder).toMatch(/runs\/numbers-model-[0-9a-f]{8}$/);
  });

  test("is another one for every prompt or decoding option", async () => {
    const place = await workspace();
    const others: Partial<RunOptions>[] = [
      {},
      {shots: 3},
      {multiShare: 0.5},
      {noneShare: 0},
      {seed: 1},
      {labelOrder: "reversed"},
      {format: "list"},
      {chat: "auto"},
      {opening: "free"},
      {decode: "constrained"},
      {labelScoring: "exact"},
      {variants: "sum"},
      {flashAttention: true},
      {strict: true},
      {fullLogits: true},
      {shard: {index: 1, count: 2}},
    ];
    const folders = [];
    for (const changes of others) folders.push(await folderOf(place, changes));
    expect(new Set(folders).size).toBe(others.length);
  });

  test("--out moves it and keeps its name", async () => {
    const place = await workspace();
    const [here, there] = [await folderOf(place), await folderOf(place, {out: "elsewhere/deep"})];
    expect(there).toBe(join(place.folder, "elsewhere/deep", basename(here)));
  });
});

describe("the documents of a run", () => {
  const ids = async (place: Workspace, changes: Partial<RunOptions>) =>
    (await plan(place, changes)).documents.map(({document, split}) => `${split}/${document.id}`);

  test("a higher limit adds documents at the end", async () => {
    const place = await workspace();
    const all = await ids(place, {});
    expect(all).toHaveLength(12);
    expect(await ids(place, {limit: 5})).toEqual(all.slice(0, 5));
  });

  test("shards are disjoint and join to the whole", async () => {
    const place = await workspace();
    const all = await ids(place, {limit: 10, calibrationLimit: 3});
    const parts = [];
    for (const index of [1, 2, 3, 4])
      parts.push(await ids(place, {limit: 10, calibrationLimit: 3, shard: {index, count: 4}}));
    expect(parts.flat().sort()).toEqual([...all].sort());
    expect(new Set(parts.flat()).size).toBe(13);
  });

  test("without a seed the sample is that of the task's seed, so that naming it continues the same run", async () => {
    const place = await workspace();
    const path = join(place.folder, "task.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace("noneShare: 0.25}", "noneShare: 0.25, seed: 7}"));
    expect(await ids(place, {limit: 6})).toEqual(await ids(place, {limit: 6, seed: 7}));
    expect(await ids(place, {limit: 6})).not.toEqual(await ids(place, {limit: 6, seed: 8}));
  });

  test("a task without calibration documents says so when they are asked for", async () => {
    const place = await workspace();
    const path = join(place.folder, "task.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace("calibration: calibration.jsonl, ", ""));
    await expect(plan(place, {calibrationLimit: 1})).rejects.toMatchObject({
      code: "no-documents",
      message: expect.stringContaining("calibration"),
    });
  });
});

describe("documents that are too long, with --too-long skip", () => {
  const long = async (place: Workspace, ids: readonly number[]) => {
    const path = join(place.folder, "test.jsonl");
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      ids.reduce((all, i) => all.replace(`document ${i} `, `document ${i} ${"word ".repeat(150 + i)}`), text),
    );
  };

  test("are left out with their tokens, for every model of the command, and for every kind of capture", async () => {
    const place = await workspace({contextLength: 700});
    await long(place, [3, 7]);
    await aModel(join(place.folder, "roomy.gguf"), 4096);
    const planned = await plan(place, {
      models: ["roomy.gguf", "model.gguf"],
      tooLong: "skip",
      estimators: ["marginal", "unary"],
    });
    expect(planned.tooLong.map(({split, id, model}) => [split, id, model]).sort()).toEqual([
      ["test", "d3", "model"],
      ["test", "d7", "model"],
    ]);
    for (const {captures} of planned.models) {
      for (const {documents, longestTokens} of captures) {
        expect(documents.map(({document}) => document.id)).not.toContain("d3");
        expect(documents).toHaveLength(10);
        expect(longestTokens).toBeLessThanOrEqual(700);
      }
    }
  });

  test("are recorded, a higher limit continues the run, and a comparison counts them", async () => {
    const place = await workspace({contextLength: 400});
    await long(place, [3, 7]);
    const first = await capture(place, {limit: 8, tooLong: "skip"});
    const whole = await capture(place, {tooLong: "skip"});
    expect(whole.folder).toBe(first.folder);
    expect({captured: whole.captured, resumed: whole.resumed}).toEqual({
      captured: 10 - first.captured,
      resumed: first.captured,
    });
    const {manifest, documents} = await readRun(whole.folder);
    expect(manifest.tooLong?.map(({id}) => id).sort()).toEqual(["d3", "d7"]);
    expect(manifest.planned).toEqual({test: 10});
    expect(documents.test).toHaveLength(10);
    const {text} = await compareCommand(
      {runs: [whole.folder], resamples: 20, report: false, out: "out"},
      {
        progress: () => {},
        notice: () => {},
        signal: new AbortController().signal,
        env: {},
        cwd: place.folder,
      },
    );
    expect(text).toContain("2 left out: too long");
    expect(text).toContain("10 documents");
  });
});

describe("what goes wrong before any inference", () => {
  test("a prompt that outgrows the context: the longest document is named and every advice works", async () => {
    const place = await workspace({contextLength: 500});
    const path = join(place.folder, "test.jsonl");
    const [first = "", second = "", ...rest] = (await readFile(path, "utf8")).split("\n");
    const longer = first.replace("document 0", `document 0 ${"word ".repeat(45)}`);
    const longest = second.replace("document 1", `document 1 ${"word ".repeat(50)}`);
    await writeFile(path, [longer, longest, ...rest].join("\n"));
    const error: unknown = await plan(place, {context: 350}).catch(caught => caught);
    if (!(error instanceof LabelscopeError)) throw error;
    expect(error.code).toBe("context-overflow");
    expect(error.message).toMatch(/^2 documents do not fit .* the longest, "d1", needs/);
    expect(error.facts.tooLong).toMatchObject([
      {split: "test", id: "d1"},
      {split: "test", id: "d0"},
    ]);
    expect(error.details.slice(-2)).toEqual([
      expect.stringMatching(/^test "d1": \d+$/),
      expect.stringMatching(/^test "d0": \d+$/),
    ]);
    const shots = Number(/--shots (\d+)/.exec(error.next.join())?.[1]);
    expect(shots).toBeLessThan(4);
    expect((await plan(place, {context: 350, shots})).documents).toHaveLength(12);
    await expect(plan(place, {context: 350, shots: shots + 1})).rejects.toMatchObject({code: "context-overflow"});
    const context = Number(/--context (\d+)/.exec(error.next.join())?.[1]);
    expect((await plan(place, {context})).documents).toHaveLength(12);
    const {promptTokens, answerTokens, shotTokens} = error.facts;
    expect(Number(promptTokens) + Number(answerTokens)).toBeGreaterThan(350);
    expect(Number(shotTokens)).toBeLessThan(Number(promptTokens));
  });

  test("no advice is given that would not help: a document too long by itself", async () => {
    const place = await workspace({contextLength: 150});
    const path = join(place.folder, "test.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).replace("document 0", "word ".repeat(100)));
    const crowded: unknown = await plan(place, {context: 100}).catch(caught => caught);
    const [advice = ""] = crowded instanceof LabelscopeError ? crowded.next : [];
    const shots = Number(/^--shots (\d) --too-long skip: the demonstrations leave no room/.exec(advice)?.[1]);
    expect((await plan(place, {shots, tooLong: "skip", context: 100})).tooLong.length).toBeLessThan(12);
    const error: unknown = await plan(place, {shots: 0}).catch(caught => caught);
    expect(error).toMatchObject({
      code: "context-overflow",
      message: expect.stringMatching(/^document "d0" needs/),
      next: [
        expect.stringMatching(/^--too-long skip: leaves it out/),
        expect.stringContaining("a model with a longer context"),
      ],
    });
  });

  test("documents that are all too long by themselves: leaving them out would leave none, and no number of demonstrations helps", async () => {
    const place = await workspace({contextLength: 150});
    const path = join(place.folder, "test.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(/document \d+/g, "word ".repeat(100)));
    const short = {calibrationLimit: 4, estimators: ["first-step+platt"]};
    for (const changes of [{}, {tooLong: "skip"}, {tooLong: "skip", ...short}] as const) {
      const error: unknown = await plan(place, {...changes, shots: 2}).catch(caught => caught);
      expect(error).toMatchObject({
        code: "context-overflow",
        facts: {cause: "every document"},
        next: [
          expect.stringMatching(/^shorter documents: even the shortest/),
          expect.stringContaining("a model with a longer context"),
        ],
      });
    }
  });

  test("labels that overflow the context by themselves: the advice is about them, and nothing is left out", async () => {
    const place = await workspace({contextLength: 120});
    const path = join(place.folder, "task.yaml");
    await writeFile(
      path,
      (await readFile(path, "utf8")).replace("Labels: {labels}.", `${"Choose well. ".repeat(12)}{labels}`),
    );
    const error: unknown = await plan(place, {tooLong: "skip"}).catch(caught => caught);
    if (!(error instanceof LabelscopeError)) throw error;
    expect(error).toMatchObject({code: "context-overflow", facts: {cause: "labels"}});
    expect(error.message).toMatch(/^12 documents do not fit/);
    expect(error.details.join()).toMatch(/take \d+ tokens without any document/);
    expect(error.next[0]).toMatch(/^fewer or shorter labels/);
    expect(error.next.join()).not.toMatch(/--too-long|--shots|--context/);
  });

  test("estimators that measure against a null label, on a task without one, ask nothing", async () => {
    const place = await workspace();
    const path = join(place.folder, "task.yaml");
    const withNone = await readFile(path, "utf8");
    await writeFile(path, withNone.replace("none: none\n", "").replace(", noneShare: 0.25", ", noneShare: 0"));
    for (const {name, nullLabel} of estimatorList) {
      const planned = plan(place, {estimators: ["unary", name], shots: 0}).then(
        () => undefined,
        error => error,
      );
      const code = await planned.then(error => (error instanceof LabelscopeError ? error.code : undefined));
      expect([name, code === "no-null-label"]).toEqual([name, nullLabel === true]);
    }
    const error: unknown = await plan(place, {estimators: ["binary+platt", "unary"], shots: 0}).catch(caught => caught);
    expect(error).toMatchObject({
      message: expect.stringContaining("binary+platt measures labels against"),
      next: ["--estimators unary", expect.stringContaining("none: none")],
    });
    // What the planning refuses is what has nothing to say without a null label.
    const run = {labels: ["joy", "fear"], noneLabel: null};
    const document = {id: "a", text: "t", labels: []};
    for (const estimator of estimatorList) {
      if (estimator.nullLabel !== true || estimator.kind !== "direct") continue;
      const estimate = estimator.estimate(run, {document, split: "test"});
      expect("reason" in estimate ? estimate.reason : "").toContain("no null label");
    }
  });

  test("an unknown task", async () => {
    const place = await workspace();
    const loads: string[] = [];
    const planning = plan(place, {task: "goemotion"}, planningEngine(loads));
    await expect(planning).rejects.toMatchObject({code: "task-not-found", next: ["did you mean goemotions?"]});
    expect(loads).toEqual([]);
  });

  test("an unknown model, and a missing file", async () => {
    const place = await workspace();
    const loads: string[] = [];
    const near = plan(place, {models: ["smollm2-135m-instrct"]}, planningEngine(loads));
    await expect(near).rejects.toMatchObject({code: "model-unknown"});
    const missing = plan(place, {models: ["model.gguf", "gone.gguf"]}, planningEngine(loads));
    await expect(missing).rejects.toMatchObject({code: "model-missing"});
    expect(loads).toEqual([]);
  });

  test("a file that is no GGUF, and one that was cut off", async () => {
    const place = await workspace();
    await writeFile(join(place.folder, "page.gguf"), "<html>not found</html>");
    await expect(plan(place, {models: ["page.gguf"]})).rejects.toMatchObject({code: "not-a-gguf"});
    const whole = await readFile(join(place.folder, "model.gguf"));
    await writeFile(join(place.folder, "cut.gguf"), whole.subarray(0, -40));
    await expect(plan(place, {models: ["cut.gguf"]})).rejects.toMatchObject({code: "model-truncated"});
  });

  test("a LoRA for another architecture, a LoRA as the model, and a model as the LoRA", async () => {
    const place = await workspace();
    const adapter = (architecture: string) => ({
      metadata: {"general.type": "adapter", "general.architecture": architecture, "adapter.type": "lora"},
      tensors: [{name: "blk.0.attn_q.weight.lora_a", dimensions: [8, 4]}],
    });
    await writeGguf(join(place.folder, "llama-lora.gguf"), adapter("llama"));
    await writeGguf(join(place.folder, "gpt2-lora.gguf"), adapter("gpt2"));
    await expect(plan(place, {models: ["model.gguf+gpt2-lora.gguf"]})).rejects.toMatchObject({
      code: "adapter-rejected",
      message: "the LoRA gpt2-lora.gguf was made for a gpt2 model, model+gpt2-lora is llama",
    });
    await expect(plan(place, {models: ["llama-lora.gguf"]})).rejects.toMatchObject({code: "model-unsupported"});
    await expect(plan(place, {models: ["model.gguf+model.gguf"]})).rejects.toMatchObject({code: "adapter-is-model"});
    const good = await plan(place, {models: ["model.gguf+llama-lora.gguf@0.5"]});
    expect(good.models[0]?.identity.model).toBe("model+llama-lora@0.5");
  });

  test("two models that would share a folder, before the first is captured", async () => {
    const place = await workspace();
    await aModel(join(place.folder, "copy.gguf"));
    await rename(join(place.folder, "copy.gguf"), join(place.folder, "model.GGUF"));
    await expect(plan(place, {models: ["model.gguf", "model.GGUF"]})).rejects.toMatchObject({
      code: "same-run",
      message: "--model model.gguf and --model model.GGUF would be stored in one folder",
    });
    await expect(plan(place, {models: ["model.gguf", "model.gguf"]})).rejects.toMatchObject({
      code: "same-run",
      next: ["give each model once"],
    });
  });

  test("more demonstrations than the training data can give", async () => {
    const place = await workspace();
    await expect(plan(place, {shots: 100})).rejects.toMatchObject({code: "too-few-demonstrations"});
  });
});
