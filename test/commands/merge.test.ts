import {existsSync} from "node:fs";
import {readFile, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {mergeCommand} from "../../src/commands/merge.ts";
import {aModel, capture, type Workspace, workspace} from "../run/workspace.ts";
import {codeOf} from "../support/code-of.ts";

function io({folder: cwd}: Workspace, notices: string[] = []): CommandIo {
  return {progress: () => {}, notice: line => notices.push(line), signal: new AbortController().signal, env: {}, cwd};
}

describe("merge", () => {
  test("joins shards that were made by run, and prints how many documents and where", async () => {
    const place = await workspace();
    const runs: string[] = [];
    for (const index of [1, 2]) runs.push((await capture(place, {limit: 5, shard: {index, count: 2}})).folder);
    const notices: string[] = [];
    const {text, data} = await mergeCommand({runs, out: "joined"}, io(place, notices));
    expect(text).toMatch(/^5 documents → joined\/numbers-model-[0-9a-f]{8}\n$/);
    expect(data).toMatchObject({
      runs: [{documents: 5, duplicates: 0, folder: expect.stringContaining(join(place.folder, "joined"))}],
    });
    expect(notices).toEqual([]);
  });

  test("says which shard was not given and how to get its documents", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {limit: 6, shard: {index: 2, count: 3}});
    const notices: string[] = [];
    await mergeCommand({runs: [folder]}, io(place, notices));
    expect(notices).toEqual([expect.stringMatching(/^not given: shard 1\/3, 3\/3; labelscope run without --shard/)]);
  });

  test("a shard whose last line was torn is named", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {limit: 4, shard: {index: 1, count: 2}});
    const other = await capture(place, {limit: 4, shard: {index: 2, count: 2}});
    const path = join(folder, "traces.jsonl");
    await writeFile(path, (await readFile(path, "utf8")).slice(0, -1));
    const notices: string[] = [];
    const {text} = await mergeCommand({runs: [folder, other.folder]}, io(place, notices));
    expect(notices).toEqual([expect.stringMatching(`^${basename(folder)}: one document is missing in traces.jsonl`)]);
    expect(text).toMatch(/^3 documents →/);
  });

  test("a run given twice is counted, not doubled", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {limit: 3, shard: {index: 1, count: 1}});
    const {text} = await mergeCommand({runs: [folder, folder], out: "joined"}, io(place));
    expect(text).toMatch(/^3 documents \(3 were in several shards\) → /);
  });

  test("shards of two models given together become a run a model, and what is missing is named with its model", async () => {
    const place = await workspace();
    await aModel(join(place.folder, "other.gguf"), 2048);
    const shard = async (model: string, index: number) =>
      (await capture({...place, model}, {limit: 5, shard: {index, count: 2}})).folder;
    const runs = [await shard("model.gguf", 1), await shard("other.gguf", 2), await shard("model.gguf", 2)];
    const notices: string[] = [];
    const {text} = await mergeCommand({runs, out: "joined"}, io(place, notices));
    expect(text.trim().split("\n")).toEqual([
      expect.stringMatching(/^5 documents → joined\/numbers-model-/),
      expect.stringMatching(/^2 documents → joined\/numbers-other-/),
    ]);
    expect(notices).toEqual([expect.stringMatching(/^not given: shard 1\/2 of other; /)]);
  });

  test("if one model's shards do not belong together, nothing of any model is written", async () => {
    const place = await workspace();
    await aModel(join(place.folder, "other.gguf"), 2048);
    const shard = async (model: string, index: number, limit: number) =>
      (await capture({...place, model}, {limit, shots: limit, shard: {index, count: 2}})).folder;
    const runs = [await shard("model.gguf", 1, 4), await shard("other.gguf", 1, 4), await shard("other.gguf", 2, 3)];
    expect(await codeOf(() => mergeCommand({runs, out: "joined"}, io(place)))).toBe("not-mergeable");
    expect(existsSync(join(place.folder, "joined"))).toBe(false);
  });
});
