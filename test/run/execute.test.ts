import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Extension} from "../../src/engine/engine.ts";
import {traceSchema} from "../../src/records/trace.ts";
import type {RunProgress} from "../../src/run/execute.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {mergeRuns} from "../../src/store/merge.ts";
import {TRACES} from "../../src/store/trace-file.ts";
import {aModel, answering, capture, engineOf, saying, timeless, tracesOf, workspace} from "./workspace.ts";

describe("a run from task to traces", () => {
  test("captures every document once, with the answers that the model gives", async () => {
    const place = await workspace();
    const outcome = await capture(place);
    expect(outcome).toMatchObject({captured: 12, resumed: 0, total: 12, finished: true, warnings: []});
    const traces = await tracesOf(outcome.folder);
    expect(traces.map(trace => trace.document.id).sort()).toEqual(Array.from({length: 12}, (_, i) => `d${i}`).sort());
    const answers = new Map(traces.map(({document, answer}) => [document.id, answer.labels]));
    expect(["d0", "d1", "d2", "d3", "d4"].map(id => answers.get(id))).toEqual([
      ["joy"],
      ["fear", "joy"],
      [],
      ["anger"],
      ["joy"],
    ]);
    expect(outcome.summary).toMatchObject({documents: 12, wellFormed: 12, distinctAnswers: 4, multiLabelAnswers: 3});
  });

  test("every stored line is a trace by the schema and reads back as it stands in the file", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {calibrationLimit: 2});
    const lines = (await readFile(join(folder, TRACES), "utf8"))
      .trimEnd()
      .split("\n")
      .map(line => JSON.parse(line))
      .map(({sum: _sum, ...trace}) => trace);
    expect(lines).toHaveLength(14);
    expect(lines.map(line => traceSchema.parse(line))).toEqual(lines);
    expect(await tracesOf(folder)).toEqual(lines);
  });

  test("label distributions are the softmax of the script's logits, with the null label last", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place);
    expect(manifest.labels).toEqual(["joy", "fear", "anger", "none"]);
    const first = (await tracesOf(folder)).find(trace => trace.document.id === "d0")?.steps[0];
    expect(first?.scores).toEqual([5, 0.5, 0.25, 0]);
    const weights = [5, 0.5, 0.25, 0].map(Math.exp);
    const total = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, i) => {
      expect(first?.probabilities[i]).toBeCloseTo(weight / total, 12);
    });
  });

  test("the manifest says how it was made: hashes, demonstrations, sessions", async () => {
    const place = await workspace();
    const {folder} = await capture(place);
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({
      identity: {task: "numbers", model: "model", shots: 4, seed: 0, format: "json", labelScoring: "first-token"},
      model: {id: "model", file: "model.gguf", architecture: "llama"},
      prompt: {composition: {count: 4, multi: 1, single: 2, none: 1}},
      engine: {engine: "scripted"},
      sessions: [{threads: 1, sequences: 8}],
    });
    expect(manifest?.prompt.demonstrations).toHaveLength(4);
  });

  test("the same command again evaluates nothing", async () => {
    const place = await workspace();
    await capture(place);
    const batches: unknown[] = [];
    const again = await capture(place, {}, {engine: engineOf({onExtend: items => batches.push(items)})});
    expect(again).toMatchObject({captured: 0, resumed: 12, finished: true});
    expect(again).not.toHaveProperty("documentsPerSecond");
    expect(batches).toEqual([]);
  });

  test("the shared prefix is evaluated once, not once a document", async () => {
    const place = await workspace();
    const lengths: number[] = [];
    const onExtend = (items: readonly Extension[]) => lengths.push(...items.map(item => item.tokens.length));
    const {folder} = await capture(place, {}, {engine: engineOf({onExtend})});
    const prefix = (await readManifest(folder))?.sessions[0]?.sharedPrefixTokens ?? 0;
    expect(prefix).toBeGreaterThan(50);
    expect(lengths.filter(length => length >= prefix)).toEqual([prefix]);
  });

  test("raising the limit keeps the documents that were there and captures only the new ones", async () => {
    const place = await workspace();
    const first = await capture(place, {limit: 5});
    const kept = await readFile(join(first.folder, TRACES), "utf8");
    const more = await capture(place, {limit: 9, threads: 2, sequences: 3, calibrationLimit: 1});
    expect(more).toMatchObject({folder: first.folder, captured: 5, resumed: 5, total: 10});
    expect((await readFile(join(more.folder, TRACES), "utf8")).startsWith(kept)).toBe(true);
    expect((await readManifest(more.folder))?.planned).toEqual({test: 9, calibration: 1});
    expect(await capture(place, {limit: 3})).toMatchObject({captured: 0, resumed: 3, total: 3});
  });

  test("how many sequences run side by side does not change a trace", async () => {
    const one = await workspace();
    const alone = await capture(one, {sequences: 1, out: "alone"});
    for (const sequences of [2, 8, 12, 128]) {
      const beside = await capture(one, {sequences, out: `beside-${sequences}`});
      expect(timeless(await tracesOf(beside.folder))).toEqual(timeless(await tracesOf(alone.folder)));
    }
  });

  test("exact label scoring with more sequences than an engine has still captures all, 128 at once", async () => {
    const place = await workspace({documents: 140});
    const few = await capture(place, {labelScoring: "exact", sequences: 1, out: "few"});
    const many = await capture(place, {labelScoring: "exact", sequences: 500, out: "many"});
    expect(many.captured).toBe(140);
    expect((await readManifest(many.folder))?.sessions[0]?.sequences).toBe(128);
    expect(timeless(await tracesOf(many.folder))).toEqual(timeless(await tracesOf(few.folder)));
  });

  test("shards hold the unsharded run's documents, and merge joins them to its traces", async () => {
    const place = await workspace();
    const whole = await capture(place, {out: "whole", limit: 11});
    const shards = [];
    for (const index of [1, 2, 3]) shards.push(await capture(place, {limit: 11, shard: {index, count: 3}}));
    expect(shards.map(shard => shard.total)).toEqual([4, 4, 3]);
    const merged = await mergeRuns(
      shards.map(shard => shard.folder),
      join(place.folder, "merged"),
    );
    expect(merged).toMatchObject({documents: 11, duplicates: 0, missingShards: []});
    expect((await readManifest(merged.folder))?.labelTokens.seamChecks).toBe(11);
    expect(timeless(await tracesOf(merged.folder))).toEqual(timeless(await tracesOf(whole.folder)));
    expect(await capture(place, {out: "merged"})).toMatchObject({folder: merged.folder, resumed: 11, captured: 1});
  });

  test("full logits: a row a label step, whose entries are the scores of the trace", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {fullLogits: true});
    const bytes = await readFile(join(folder, "logits.npy"));
    const steps = (await tracesOf(folder)).flatMap(trace => trace.steps);
    expect(steps.map(step => step.logitsRow)).toEqual(steps.map((_, i) => i));
    const columns = (bytes.length - 128) / 4 / steps.length;
    const {labelTokens} = (await readManifest(folder)) ?? {};
    const joy = labelTokens?.first[0]?.[0]?.[0] ?? -1;
    expect(steps.map((_, row) => bytes.readFloatLE(128 + (row * columns + joy) * 4))).toEqual(
      steps.map(step => step.scores[0]),
    );
  });
});

describe("what is refused when a run goes on", () => {
  const changed = async (change: (folder: string) => Promise<void>) => {
    const place = await workspace();
    const {folder} = await capture(place, {limit: 4});
    const kept = await readFile(join(folder, TRACES), "utf8");
    await change(place.folder);
    const again = capture(place, {limit: 8});
    return {again, unchanged: async () => (await readFile(join(folder, TRACES), "utf8")) === kept};
  };

  test("a model file that changed", async () => {
    const {again, unchanged} = await changed(folder =>
      aModel(join(folder, "model.gguf"), 4096, {"general.name": "other"}),
    );
    await expect(again).rejects.toMatchObject({code: "run-changed", facts: {changed: ["the model file"]}});
    expect(await unchanged()).toBe(true);
  });

  test("a task file that changed", async () => {
    const {again, unchanged} = await changed(async folder => {
      const path = join(folder, "task.yaml");
      await writeFile(path, (await readFile(path, "utf8")).replace("Numbered", "Counted"));
    });
    await expect(again).rejects.toMatchObject({code: "run-changed", facts: {changed: ["the task file"]}});
    expect(await unchanged()).toBe(true);
  });

  test("test data that changed", async () => {
    const {again} = await changed(async folder => {
      const path = join(folder, "test.jsonl");
      await writeFile(path, (await readFile(path, "utf8")).replace("document 3", "document three"));
    });
    await expect(again).rejects.toMatchObject({code: "run-changed", facts: {changed: ["the test data"]}});
  });

  test("demonstrations that changed", async () => {
    const {again} = await changed(async folder => {
      const path = join(folder, "train.jsonl");
      await writeFile(path, (await readFile(path, "utf8")).replaceAll("document", "paper"));
    });
    await expect(again).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: ["the training data (or the demonstrations drawn from it)"]},
    });
  });

  test("another option is another run, beside the first", async () => {
    const place = await workspace();
    const folders = new Set<string>();
    for (const change of [
      {},
      {shots: 2},
      {format: "list"},
      {decode: "constrained"},
      {seed: 3},
      {strict: true},
    ] as const) {
      folders.add((await capture(place, {limit: 1, ...change})).folder);
    }
    expect(folders.size).toBe(6);
  });
});

describe("a run that stops before its end", () => {
  test("aborted in the middle it keeps what is finished, says so, and the same command does the rest", async () => {
    const place = await workspace();
    const controller = new AbortController();
    const seen: RunProgress[] = [];
    const stopped = await capture(
      place,
      {sequences: 1, strict: true},
      {
        signal: controller.signal,
        onProgress: progress => {
          seen.push(progress);
          if (progress.done === 5) controller.abort();
        },
      },
    );
    expect(stopped).toMatchObject({captured: 5, total: 12, finished: false});
    expect(await tracesOf(stopped.folder)).toHaveLength(5);
    expect(seen.map(({done}) => done)).toEqual([0, 1, 2, 3, 4, 5]);
    const rest = await capture(place, {strict: true});
    expect(rest).toMatchObject({captured: 7, resumed: 5, finished: true});
    const straight = await capture(place, {strict: true, out: "straight"});
    expect(timeless(await tracesOf(rest.folder))).toEqual(timeless(await tracesOf(straight.folder)));
  });

  test("aborted with several documents under way it stores only whole ones", async () => {
    const place = await workspace();
    const controller = new AbortController();
    let batches = 0;
    const engine = engineOf({
      onExtend: () => {
        if (++batches === 4) controller.abort();
      },
    });
    const stopped = await capture(place, {sequences: 4}, {engine, signal: controller.signal});
    expect(stopped.finished).toBe(false);
    const traces = await tracesOf(stopped.folder);
    expect(traces).toHaveLength(stopped.captured);
    expect(traces.every(trace => trace.answer.wellFormed)).toBe(true);
    expect(await capture(place)).toMatchObject({captured: 12 - stopped.captured, finished: true});
  });

  test("--max-minutes takes no document after its time and the run can go on", async () => {
    const place = await workspace();
    const stopped = await capture(place, {maxMinutes: Number.MIN_VALUE, sequences: 2});
    expect(stopped).toMatchObject({captured: 0, total: 12, finished: false});
    expect(await capture(place, {maxMinutes: 1e6})).toMatchObject({captured: 12, finished: true});
  });

  test("an engine that fails stops the run with its error, and finished documents are kept", async () => {
    const place = await workspace();
    let batches = 0;
    const engine = engineOf({
      onExtend: () => {
        if (++batches > 6) throw new Error("the engine broke");
      },
    });
    await expect(capture(place, {sequences: 1}, {engine})).rejects.toThrow("the engine broke");
    const rest = await capture(place);
    expect(rest.resumed).toBeGreaterThan(0);
    expect(rest).toMatchObject({captured: 12 - rest.resumed, finished: true});
  });
});

describe("warnings", () => {
  test("a model that never answers well: the rate and an example, and every document is kept", async () => {
    const place = await workspace();
    const outcome = await capture(place, {}, {engine: engineOf({script: saying(["joy", "?", "?"])})});
    expect(outcome).toMatchObject({captured: 12, summary: {documents: 12, wellFormed: 0}});
    expect(outcome.warnings[0]).toMatch(
      /^only 0 of 12 answers are well-formed \(0 %\); e\.g\. document "d\d+": "joy\?\?/,
    );
    expect(outcome.warnings[0]).toContain("not-closed");
  });

  test("a model that says the same of every document", async () => {
    const place = await workspace();
    const outcome = await capture(place, {}, {engine: engineOf({script: saying(["fear", '"]}'])})});
    expect(outcome.warnings).toEqual([expect.stringContaining('100 % of the answers are the same ("fear")')]);
  });

  test("a model that was about to say something else than a label", async () => {
    const place = await workspace();
    const elsewhere = (text: string) => ({...answering(text), "?": 4.9, "!": 4.9, ".": 4.9});
    const outcome = await capture(place, {}, {engine: engineOf({script: elsewhere})});
    expect(outcome.warnings).toEqual([expect.stringContaining("the labels hold 0.2")]);
  });
});
