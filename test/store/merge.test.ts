import {appendFile, mkdir, readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {MANIFEST, readManifest, writeManifest} from "../../src/store/manifest-file.ts";
import {EMBEDDINGS, HIDDEN, LOGITS, MatrixWriter} from "../../src/store/matrix-file.ts";
import {mergeRuns} from "../../src/store/merge.ts";
import {readRun} from "../../src/store/read-run.ts";
import {runName} from "../../src/store/run-name.ts";
import {rowSum} from "../../src/store/seal.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";
import {about, aManifest, aTrace, aTree, emptyFolder, type FileManifest, session, write} from "./records.ts";

const {identity} = aManifest();

async function shard(
  place: string,
  index: number,
  count: number,
  ids: readonly string[],
  changes: Partial<FileManifest> = {},
) {
  const sharded = {...identity, shard: {index, count}};
  const folder = join(place, runName(sharded));
  await mkdir(folder, {recursive: true});
  await writeManifest(folder, aManifest({identity: sharded, sessions: [{...session, threads: index}], ...changes}));
  await write(
    folder,
    "trace",
    ids.map(id => aTrace(id)),
  );
  return folder;
}

async function ids(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const trace of readTraces(join(folder, TRACES))) found.push(trace.document.id);
  return found;
}

describe("mergeRuns", () => {
  test("joins shards into the run that the same command without --shard makes", async () => {
    const place = await emptyFolder();
    const folders = [await shard(place, 1, 2, ["a", "c"]), await shard(place, 2, 2, ["b", "d"])];
    const merged = await mergeRuns(folders, join(place, "out"));
    const folder = join(place, "out", runName(identity));
    expect(merged).toEqual({folder, documents: 4, duplicates: 0, missingShards: []});
    expect(await ids(folder)).toEqual(["a", "c", "b", "d"]);
    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({identity, name: runName(identity), sessions: [{threads: 1}, {threads: 2}]});
    expect(manifest?.identity).not.toHaveProperty("shard");
    expect((await readdir(folder)).sort()).toEqual([MANIFEST, TRACES]);
  });

  test("shards of one model file join, whatever the engine remarked when it loaded it", async () => {
    const place = await emptyFolder();
    const remarks = [{code: "engine-warning", text: "the engine warns: of something"}];
    const model = {...aManifest().model, remarks};
    const folders = [await shard(place, 1, 2, ["a"]), await shard(place, 2, 2, ["b"], {model})];
    expect(await mergeRuns(folders, join(place, "out"))).toMatchObject({documents: 2});
  });

  test("what the shards were to hold is added up, and left open where one does not say or they overlap", async () => {
    const planned = async (first: readonly string[], other: Partial<FileManifest>) => {
      const place = await emptyFolder();
      const one = await shard(place, 1, 2, first, {planned: {test: 3, calibration: 1}});
      const {folder} = await mergeRuns([one, await shard(place, 2, 2, ["b"], other)], join(place, "out"));
      return (await readManifest(folder))?.planned;
    };
    expect(await planned(["a"], {planned: {test: 2}})).toEqual({test: 5, calibration: 1});
    expect(await planned(["a"], {})).toBeUndefined();
    expect(await planned(["b"], {planned: {test: 2}})).toBeUndefined();
  });

  test("a document that two shards hold stands once and is counted", async () => {
    const place = await emptyFolder();
    const folders = [await shard(place, 1, 2, ["a", "b"]), await shard(place, 2, 2, ["b", "c"])];
    const merged = await mergeRuns(folders, join(place, "out"));
    expect(merged).toMatchObject({documents: 3, duplicates: 1});
    expect(await ids(merged.folder)).toEqual(["a", "b", "c"]);
  });

  test("says which shards were not given", async () => {
    const place = await emptyFolder();
    const folders = [await shard(place, 1, 4, ["a"]), await shard(place, 3, 4, ["c"])];
    expect(await mergeRuns(folders, join(place, "out"))).toMatchObject({missingShards: ["2/4", "4/4"]});
  });

  test("a torn last line of a shard is left out", async () => {
    const place = await emptyFolder();
    const folder = await shard(place, 1, 1, ["a"]);
    await appendFile(join(folder, TRACES), '{"schema": 1, "key": "to');
    expect(await mergeRuns([folder], join(place, "out"))).toMatchObject({documents: 1});
  });

  const base = aManifest();
  const differences: [string, Partial<FileManifest>][] = [
    ["model", {model: {...base.model, sha256: "1".repeat(64)}}],
    ["task", {task: {...base.task, dataHashes: {test: "1".repeat(64)}}}],
    ["engine", {engine: {...base.engine, cpu: "two"}}],
    ["shots", {identity: {...identity, shots: 3, shard: {index: 2, count: 2}}}],
    ["strict", {identity: {...identity, strict: true, shard: {index: 2, count: 2}}}],
    ["prompt", {prompt: {...base.prompt, hash: "1".repeat(64)}}],
  ];
  test.each(differences)(
    "runs that differ in their %s are refused, it is named, and nothing is written",
    async (name, change) => {
      const place = await emptyFolder();
      const folders = [await shard(place, 1, 2, ["a"]), await shard(place, 2, 2, ["b"], change)];
      await expect(mergeRuns(folders, join(place, "out"))).rejects.toMatchObject({
        code: "not-mergeable",
        message: expect.stringContaining(folders[1] ?? "?"),
        details: [`different: ${name}`],
        facts: {differing: [name]},
      });
      expect((await readdir(place)).sort()).not.toContain("out");
    },
  );

  test("shards that were captured in other folders and at other times are the same run", async () => {
    const place = await emptyFolder();
    const elsewhere = {
      task: {...base.task, source: "/there/task.yaml"},
      model: {...base.model, file: "copy.gguf"},
      created: "2027",
    };
    const folders = [await shard(place, 1, 2, ["a"]), await shard(place, 2, 2, ["b"], elsewhere)];
    expect(await mergeRuns(folders, join(place, "out"))).toMatchObject({documents: 2});
  });

  test("joins every capture, each document once, and hidden states and embeddings get rows of their own", async () => {
    const place = await emptyFolder();
    const embedding = {encoder: "minilm", sha256: "3".repeat(64), columns: 1};
    const captures = {tree: {width: 0.01, expansions: 256, batch: 8}, hidden: {columns: 1}, embedding};
    const folders = [];
    const parts = [
      ["a", "b"],
      ["b", "c"],
    ];
    for (const [index, held] of parts.entries()) {
      const folder = await shard(place, index + 1, 2, held, {captures});
      const hidden = [];
      await using matrix = await MatrixWriter.open(join(folder, HIDDEN), 1, 0);
      for (const id of held) {
        const vector = Float32Array.of(id.charCodeAt(0) + 100 * index);
        const row = await matrix.append([vector]);
        hidden.push({...about(id), document: aTrace(id).document, row, rowSum: rowSum(vector)});
      }
      await write(folder, "hidden", hidden);
      await using vectors = await MatrixWriter.open(join(folder, EMBEDDINGS), 1, 0);
      await vectors.append(held.map(id => Float32Array.of(-id.charCodeAt(0))));
      await write(
        folder,
        "embedding",
        hidden.map((one, row) => ({...one, row, rowSum: rowSum(Float32Array.of(-one.id.charCodeAt(0)))})),
      );
      await write(folder, "tree", held.map(aTree));
      folders.push(folder);
    }
    const merged = await mergeRuns(folders, join(place, "out"));
    const run = await readRun(merged.folder);
    expect(run.manifest.captures).toEqual(captures);
    expect(run.documents.test.map(one => [one.document.id, one.tree?.id, one.hidden?.[0], one.embedding?.[0]])).toEqual(
      [
        ["a", "a", 97, -97],
        ["b", "b", 98, -98],
        ["c", "c", 199, -99],
      ],
    );
  });

  test("a capture that one shard has and another has not is kept; one made in two ways is refused", async () => {
    const place = await emptyFolder();
    const tree = {width: 0.01, expansions: 256, batch: 8};
    const one = await shard(place, 1, 3, ["a"], {captures: {tree}});
    await write(one, "tree", [aTree("a")]);
    const without = await shard(place, 2, 3, ["b"]);
    const merged = await mergeRuns([without, one], join(place, "out"));
    expect((await readRun(merged.folder)).manifest.captures).toEqual({tree});
    const wider = await shard(place, 3, 3, ["c"], {captures: {tree: {...tree, width: 0.1}}});
    await expect(mergeRuns([one, wider], join(place, "other"))).rejects.toMatchObject({facts: {differing: ["tree"]}});
  });

  test("a run that exists already is not overwritten", async () => {
    const place = await emptyFolder();
    const folder = await shard(place, 1, 1, ["a"]);
    const merged = await mergeRuns([folder], join(place, "out"));
    await expect(mergeRuns([folder], join(place, "out"))).rejects.toMatchObject({code: "would-overwrite"});
    expect(await ids(merged.folder)).toEqual(["a"]);
  });

  test("runs with full logits are refused", async () => {
    const place = await emptyFolder();
    const folder = await shard(place, 1, 1, ["a"]);
    await writeFile(join(folder, LOGITS), "");
    await expect(mergeRuns([folder], join(place, "out"))).rejects.toMatchObject({code: "run-has-logits"});
  });

  test("a folder that is no run is named", async () => {
    const place = await emptyFolder();
    await expect(mergeRuns([join(place, "nothing")], place)).rejects.toMatchObject({
      code: "no-run",
      message: expect.stringContaining(join(place, "nothing")),
    });
  });
});
