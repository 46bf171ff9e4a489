import {spawn, spawnSync} from "node:child_process";
import {once} from "node:events";
import {appendFile, chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {describe, expect, onTestFinished, test} from "vitest";
import type {LockHolder} from "../../src/catalog/lock.ts";
import {ownMark} from "../../src/process-mark.ts";
import type {Manifest} from "../../src/records/manifest.ts";
import type {Trace} from "../../src/records/trace.ts";
import {MANIFEST, readManifest} from "../../src/store/manifest-file.ts";
import {LOGITS} from "../../src/store/matrix-file.ts";
import {readRun} from "../../src/store/read-run.ts";
import {type OpenRunOptions, openRun} from "../../src/store/run-directory.ts";
import {LOCK} from "../../src/store/run-lock.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";
import {about, aManifest, aStep, aTrace, aTree, emptyFolder, type FileManifest, session} from "./records.ts";

const OTHER = "1".repeat(64);

async function opening(changes: Partial<OpenRunOptions> = {}): Promise<OpenRunOptions> {
  const folder = changes.folder ?? join(await emptyFolder(), "runs", "tiny");
  return {manifest: aManifest(), session, fresh: false, ...changes, folder};
}

/** Opens a run, appends and closes it; gives what it said. */
async function capture(options: OpenRunOptions, traces: readonly Trace[], logits: readonly Float32Array[] = []) {
  await using run = await openRun(options);
  for (const trace of traces) await run.append({name: "trace", record: trace}, logits);
  return {done: [...run.done("trace")], notices: [...run.notices]};
}

async function keys(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const trace of readTraces(join(folder, TRACES))) found.push(trace.key);
  return found;
}

describe("openRun", () => {
  test("begins a run in folders that were not there, and continues it with what is done", async () => {
    const options = await opening();
    expect(await capture(options, [aTrace("a"), aTrace("b")])).toEqual({done: [], notices: []});
    const again = await capture({...options, manifest: aManifest({created: "2027"})}, [aTrace("c")]);
    expect(again).toEqual({done: ["key-a", "key-b"], notices: []});
    expect(await keys(options.folder)).toEqual(["key-a", "key-b", "key-c"]);
    const manifest = await readManifest(options.folder);
    expect(manifest).toMatchObject({created: "2026-01-01T00:00:00.000Z", sessions: [session, session]});
  });

  test("leaves nothing but the manifest and the traces behind", async () => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    expect((await readdir(options.folder)).sort()).toEqual([MANIFEST, TRACES]);
  });

  test("drops a torn last line and says so", async () => {
    const options = await opening();
    await capture(options, [aTrace("a"), aTrace("b")]);
    const path = join(options.folder, TRACES);
    await writeFile(path, (await readFile(path)).subarray(0, -7));
    const again = await capture(options, []);
    expect(again).toEqual({done: ["key-a"], notices: [expect.stringContaining("cut off in mid-write")]});
  });

  test("a damaged line in the middle is named, the run is not touched and its lock is let go", async () => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    await appendFile(join(options.folder, TRACES), "damaged\n");
    const before = await readFile(join(options.folder, MANIFEST), "utf8");
    await expect(openRun(options)).rejects.toMatchObject({
      code: "record-damaged",
      message: `${join(options.folder, TRACES)}:2 is damaged`,
    });
    expect((await readdir(options.folder)).sort()).toEqual([MANIFEST, TRACES]);
    expect(await readFile(join(options.folder, MANIFEST), "utf8")).toBe(before);
  });

  test("traces without a manifest are not taken over", async () => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    await rm(join(options.folder, MANIFEST));
    await expect(openRun(options)).rejects.toMatchObject({code: "no-manifest"});
    expect(await keys(options.folder)).toEqual(["key-a"]);
    const fresh = await capture({...options, fresh: true}, []);
    expect(fresh).toEqual({done: [], notices: [expect.stringContaining("replaced-1")]});
    expect(await keys(join(options.folder, "replaced-1"))).toEqual(["key-a"]);
  });
});

describe("what must not change while a run is continued", () => {
  const base = aManifest();
  const adapter = {id: "lora", file: "lora.gguf", sha256: OTHER, scale: 1, parameters: 4};
  const changes: [string, Partial<FileManifest>][] = [
    ["the model file", {model: {...base.model, sha256: OTHER}}],
    ["the LoRA adapter", {model: {...base.model, adapter}}],
    ["the task file", {task: {...base.task, hash: OTHER}}],
    ["the test data", {task: {...base.task, dataHashes: {test: OTHER}}}],
    ["the calibration data", {task: {...base.task, dataHashes: {...base.task.dataHashes, calibration: OTHER}}}],
    ["the training data (or the demonstrations drawn from it)", {prompt: {...base.prompt, hash: OTHER}}],
    ["the options of the run", {identity: {...base.identity, strict: true}}],
    ["the engine's cpu (was one, is two)", {engine: {...base.engine, cpu: "two"}}],
    ["the engine's reader (was not said, is public)", {engine: {...base.engine, reader: "public"}}],
  ];

  test.each(changes)("%s: refused, and it alone is named", async (name, change) => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    await expect(openRun({...options, manifest: aManifest(change)})).rejects.toMatchObject({
      code: "run-changed",
      details: [`changed: ${name}`],
      facts: {changed: [name]},
      next: [expect.stringContaining("--out"), expect.stringContaining("--fresh")],
    });
    expect(await keys(options.folder)).toEqual(["key-a"]);
  });

  test("all that changed is named at once", async () => {
    const options = await opening();
    await capture(options, []);
    const manifest = aManifest({model: {...base.model, sha256: OTHER}, task: {...base.task, hash: OTHER}});
    await expect(openRun({...options, manifest})).rejects.toMatchObject({
      facts: {changed: ["the model file", "the task file"]},
    });
  });

  test("neither the order of the engine's facts nor a file's place or name is content", async () => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    const manifest = aManifest({
      engine: {cpu: "one", engine: "scripted"},
      model: {...base.model, file: "moved.gguf"},
      task: {...base.task, source: "/moved/task.yaml"},
    });
    expect((await capture({...options, manifest}, [])).done).toEqual(["key-a"]);
  });

  test("--fresh moves a changed run aside with all it holds, as often as it is asked for", async () => {
    const options = await opening({logitsColumns: 1});
    const row = [Float32Array.of(1)];
    await capture(options, [aTrace("a")], row);
    const changed = {...options, manifest: aManifest({model: {...base.model, sha256: OTHER}}), fresh: true};
    expect((await capture(changed, [aTrace("b")], row)).notices).toEqual([
      `--fresh: the earlier run was moved to ${join(options.folder, "replaced-1")}`,
    ]);
    await capture(changed, [aTrace("c")], row);
    expect(await keys(join(options.folder, "replaced-1"))).toEqual(["key-a"]);
    expect(await keys(join(options.folder, "replaced-2"))).toEqual(["key-b"]);
    expect(await keys(options.folder)).toEqual(["key-c"]);
    expect((await readdir(join(options.folder, "replaced-1"))).sort()).toEqual([LOGITS, MANIFEST, TRACES]);
    expect((await readManifest(join(options.folder, "replaced-1")))?.model.sha256).toBe(base.model.sha256);
  });

  test("--fresh where there is nothing yet begins a run and moves nothing", async () => {
    const options = await opening({fresh: true});
    expect(await capture(options, [aTrace("a")])).toEqual({done: [], notices: []});
    expect((await readdir(options.folder)).sort()).toEqual([MANIFEST, TRACES]);
  });

  test.each([TRACES, MANIFEST])(
    "--fresh that was killed after it moved %s never gives traces to another run",
    async file => {
      const options = await opening();
      await capture(options, [aTrace("a")]);
      const aside = join(options.folder, "replaced-1");
      await mkdir(aside);
      await rename(join(options.folder, file), join(aside, file));
      const manifest = aManifest({model: {...base.model, sha256: OTHER}});
      await expect(openRun({...options, manifest})).rejects.toMatchObject({
        code: expect.stringMatching(/^(run-changed|no-manifest)$/),
      });
      expect((await capture({...options, manifest, fresh: true}, [])).done).toEqual([]);
      const kept = [...(await keys(aside)), ...(await keys(join(options.folder, "replaced-2")))];
      expect(kept).toEqual(["key-a"]);
    },
  );
});

describe("captures beside the traces", () => {
  const tree = {width: 0.01, expansions: 256, batch: 8};
  const asking = (captures: Manifest["captures"]) => aManifest({...(captures === undefined ? {} : {captures})});

  test("a later capture adds its file and its line in the manifest, and leaves the traces as they are", async () => {
    const options = await opening();
    await capture(options, [aTrace("a")]);
    const traces = await readFile(join(options.folder, TRACES), "utf8");
    {
      await using run = await openRun({...options, manifest: asking({tree})});
      expect([...run.done("trace")]).toEqual(["key-a"]);
      expect([...run.done("tree")]).toEqual([]);
      await run.append({name: "tree", record: aTree("a")});
    }
    await capture(options, []);
    await using again = await openRun({...options, manifest: asking({tree, hidden: {columns: 2}})});
    expect([...again.done("tree")]).toEqual(["key-a"]);
    expect(await readFile(join(options.folder, TRACES), "utf8")).toBe(traces);
    expect((await readManifest(options.folder))?.captures).toEqual({tree, hidden: {columns: 2}});
  });

  const hash = "2".repeat(64);
  const unary = {hash, demonstrations: [], composition: {count: 0, reasonable: 0, unreasonable: 0}};
  const binary = {hash, demonstrations: [], composition: {count: 0, first: 0, second: 0, ties: 0}};
  const embedding = {encoder: "minilm", sha256: hash, columns: 2, trainHash: hash};
  const before = {tree, unary, binary, hidden: {columns: 2, trainHash: hash}, embedding};
  const changes: [string, Manifest["captures"]][] = [
    ["how label trees are grown", {tree: {...tree, width: 0.02}}],
    ["the prompts of unary", {tree, unary: {...unary, hash: OTHER}}],
    ["the prompts of binary", {binary: {...binary, hash: OTHER}}],
    ["the width of the hidden states", {hidden: {columns: 3, trainHash: hash}}],
    ["the training data of the hidden states", {hidden: {columns: 2, trainHash: OTHER}}],
    ["the embedding model", {embedding: {...embedding, sha256: OTHER}}],
    ["the training data of the embeddings", {embedding: {...embedding, trainHash: OTHER}}],
  ];
  test.each(changes)("%s: a change is refused and it alone is named", async (name, captures) => {
    const options = await opening({manifest: asking(before)});
    await capture(options, [aTrace("a")]);
    await expect(openRun({...options, manifest: asking(captures)})).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: [name]},
    });
  });

  test("a torn line of any file is dropped, said, and a record that is not whole is captured again", async () => {
    const options = await opening({manifest: asking({tree})});
    {
      await using run = await openRun(options);
      for (const id of ["a", "b"]) await run.append({name: "tree", record: aTree(id)});
    }
    const path = join(options.folder, "trees.jsonl");
    await writeFile(path, (await readFile(path)).subarray(0, -3));
    await using again = await openRun(options);
    expect([...again.done("tree")]).toEqual(["key-a"]);
    expect(again.notices).toEqual([expect.stringContaining("trees.jsonl was cut off")]);
  });

  test.each([
    ["hidden", "hidden.jsonl"],
    ["embedding", "embeddings.jsonl"],
  ] as const)("the row of %s is the one that its line names, and one without a line is cut off", async (name, file) => {
    const options = await opening({manifest: asking({hidden: {columns: 2}, embedding})});
    const line = {...about("a"), document: aTrace("a").document, row: 99};
    {
      await using run = await openRun(options);
      await run.append({name, record: line}, [Float32Array.of(1, 2)]);
      await run.append({name, record: {...line, key: "key-b"}}, [Float32Array.of(3, 4)]);
    }
    const path = join(options.folder, file);
    await writeFile(path, (await readFile(path)).subarray(0, -3));
    {
      await using again = await openRun(options);
      await again.append({name, record: {...line, key: "key-c"}}, [Float32Array.of(5, 6)]);
    }
    const {documents} = await readRun(options.folder);
    expect(documents.test.map(({key, [name]: row}) => [key, [...(row ?? [])]])).toEqual([
      ["key-a", [1, 2]],
      ["key-c", [5, 6]],
    ]);
  });

  test("--fresh moves them aside, too", async () => {
    const options = await opening({manifest: asking({tree, hidden: {columns: 2}})});
    {
      await using run = await openRun(options);
      await run.append({name: "tree", record: aTree("a")});
    }
    await using fresh = await openRun({...options, fresh: true});
    expect([...fresh.done("tree")]).toEqual([]);
    expect(await readdir(join(options.folder, "replaced-1"))).toEqual(
      expect.arrayContaining(["trees.jsonl", "hidden.jsonl", "hidden.npy", TRACES, MANIFEST]),
    );
  });
});

describe("two processes on one run", () => {
  async function held(folder: string, holder: Partial<LockHolder>) {
    await mkdir(folder, {recursive: true});
    const lock = {host: hostname(), since: "2026-01-01T00:00:00.000Z", token: "t", ...holder};
    await writeFile(join(folder, LOCK), JSON.stringify(lock));
  }

  test("the second is refused while the first lives, naming it", async () => {
    const options = await opening();
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    onTestFinished(() => {
      other.kill("SIGKILL");
    });
    await held(options.folder, {pid: other.pid ?? -1});
    await expect(openRun(options)).rejects.toMatchObject({
      code: "run-locked",
      message: expect.stringContaining(`pid ${other.pid}`),
      facts: {pid: other.pid},
    });
    expect(await readdir(options.folder)).toEqual([LOCK]);
    other.kill("SIGKILL");
    await once(other, "exit");
    expect(await capture(options, [aTrace("a")])).toEqual({
      done: [],
      notices: [
        expect.stringMatching(new RegExp(`lock of process ${other.pid}, .*taken over: that process has ended$`)),
      ],
    });
    expect((await readdir(options.folder)).sort()).toEqual([MANIFEST, TRACES]);
  });

  const noProc = process.platform === "linux" ? undefined : "needs Linux's /proc";
  const where = noProc === undefined ? "" : ` (skipped: ${noProc})`;
  test.skipIf(noProc !== undefined)(
    `a lock of this process's number from an earlier start is stale${where}`,
    async () => {
      const options = await opening();
      // What a container that was started again finds: the same number, the same host, another start.
      for (const earlier of [{start: "1"}, {}, {start: "1", boot: "another"}]) {
        await held(options.folder, {pid: process.pid, ...earlier});
        const {notices} = await capture(options, []);
        expect(notices).toEqual([
          expect.stringMatching(/taken over: (that process has ended|the computer was started)/),
        ]);
      }
    },
  );

  test.skipIf(noProc !== undefined)(`a number that is another process's now holds nothing${where}`, async () => {
    const options = await opening();
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    onTestFinished(() => {
      other.kill("SIGKILL");
    });
    await held(options.folder, {pid: other.pid ?? -1, start: "1"});
    expect((await capture(options, [])).notices).toEqual([expect.stringContaining("another has its number now")]);
  });

  test("what killed commands left half-written is gone after the next one, and what others write now is not", async () => {
    const options = await opening();
    await mkdir(options.folder, {recursive: true});
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    const dead = JSON.stringify({pid, host: hostname(), since: "2026", token: "t"});
    const alive = JSON.stringify({...(await ownMark()), host: hostname(), since: "2026", token: "t"});
    const [one, two, three] = ["1", "2", "3"].map(
      digit => `lock.${"00000000-0000-0000-0000-000000000000".replaceAll("0", digit)}`,
    );
    await writeFile(join(options.folder, `${one}`), dead);
    await writeFile(join(options.folder, `${two}.stale`), dead);
    await writeFile(join(options.folder, `${three}`), alive);
    for (const draft of [`${MANIFEST}.${pid}.draft`, `${TRACES}.draft`, `${MANIFEST}.12345678-${pid}-17.draft`]) {
      await writeFile(join(options.folder, draft), "{");
    }
    await capture(options, []);
    expect((await readdir(options.folder)).sort()).toEqual([three, MANIFEST, TRACES]);
  });

  test("the same process cannot open it twice either, and can after closing it", async () => {
    const options = await opening();
    const first = await openRun(options);
    await expect(openRun(options)).rejects.toMatchObject({code: "run-locked"});
    await first[Symbol.asyncDispose]();
    expect((await capture(options, [])).done).toEqual([]);
  });

  test("the lock of a process that died is taken over", async () => {
    const options = await opening();
    const {pid} = spawnSync(process.execPath, ["-e", ""]);
    await held(options.folder, {pid});
    await capture(options, [aTrace("a")]);
    expect(await keys(options.folder)).toEqual(["key-a"]);
  });

  test("a lock from another computer cannot be checked: it is refused with the file to remove", async () => {
    const options = await opening();
    await held(options.folder, {pid: 1, host: "elsewhere"});
    await expect(openRun(options)).rejects.toMatchObject({
      code: "run-locked",
      message: expect.stringContaining("on elsewhere"),
      next: expect.arrayContaining([expect.stringContaining(join(options.folder, LOCK))]),
    });
  });
});

describe("full logits", () => {
  const two = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
  const steps = [aStep(), aStep({r: 2})];

  test("each step's row is the one that the trace names", async () => {
    const options = await opening({logitsColumns: 2});
    await capture(options, [aTrace("a", {steps}), aTrace("b", {steps})], two);
    const rows: (number | undefined)[] = [];
    for await (const trace of readTraces(join(options.folder, TRACES)))
      rows.push(...trace.steps.map(step => step.logitsRow));
    expect(rows).toEqual([0, 1, 2, 3]);
    expect((await stat(join(options.folder, LOGITS))).size).toBe(128 + 4 * 2 * 4);
  });

  test("rows of a document whose trace was lost are cut off, and written again with it", async () => {
    const options = await opening({logitsColumns: 2});
    await capture(options, [aTrace("a", {steps}), aTrace("b", {steps})], two);
    const path = join(options.folder, TRACES);
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    const again = await capture(options, [aTrace("b", {steps: [aStep()]})], [Float32Array.of(7, 8)]);
    expect(again.done).toEqual(["key-a"]);
    const matrix = (await readFile(join(options.folder, LOGITS))).subarray(128);
    const values = Array.from({length: matrix.length / 4}, (_, i) => matrix.readFloatLE(4 * i));
    expect(values).toEqual([1, 2, 3, 4, 7, 8]);
  });

  test("a run whose logits were removed is refused, and its manifest stays as it was", async () => {
    const options = await opening({logitsColumns: 2});
    await capture(options, [aTrace("a", {steps})], two);
    await rm(join(options.folder, LOGITS));
    await expect(openRun(options)).rejects.toMatchObject({code: "logits-missing"});
    expect((await readManifest(options.folder))?.sessions).toHaveLength(1);
  });
});

describe("files that are removed while a run writes", () => {
  const removals: [string, (folder: string) => Promise<void>][] = [
    ["the folder", async folder => await rm(folder, {recursive: true})],
    ["the traces alone", async folder => await rm(join(folder, TRACES))],
    [
      "the traces, with others in their place",
      async folder => {
        await rm(join(folder, TRACES));
        await writeFile(join(folder, TRACES), "");
      },
    ],
    ["the folder, moved away", async folder => await rename(folder, `${folder}-elsewhere`)],
  ];

  test.each(removals)("%s: the next document is refused, and so is a good end", async (_, remove) => {
    const options = await opening();
    await using run = await openRun(options);
    await run.append({name: "trace", record: aTrace("a")});
    await run.settle();
    await remove(options.folder);
    const removed = {code: "run-removed", facts: {path: join(options.folder, TRACES)}};
    await expect(run.append({name: "trace", record: aTrace("b")})).rejects.toMatchObject(removed);
    await expect(run.settle()).rejects.toMatchObject(removed);
  });

  test("a matrix and a manifest count as well", async () => {
    const options = await opening({logitsColumns: 2});
    await using run = await openRun(options);
    await rm(join(options.folder, MANIFEST));
    await expect(run.settle()).rejects.toMatchObject({
      code: "run-removed",
      facts: {path: join(options.folder, MANIFEST)},
    });
    await rm(join(options.folder, LOGITS));
    const entry = {name: "trace", record: aTrace("a", {steps: [aStep()]})} as const;
    await expect(run.append(entry, [Float32Array.of(1, 2)])).rejects.toMatchObject({
      code: "run-removed",
      facts: {path: join(options.folder, LOGITS)},
    });
    expect(await keys(options.folder)).toEqual([]);
  });
});

describe("a place that cannot be written", () => {
  test("a file in the way is named, with the way out", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "runs"), "a file");
    await expect(openRun(await opening({folder: join(folder, "runs", "tiny")}))).rejects.toMatchObject({
      code: "run-not-writable",
      next: expect.arrayContaining([expect.stringContaining("--out")]),
    });
    await expect(openRun(await opening({folder: join(folder, "runs")}))).rejects.toMatchObject({
      code: "run-not-writable",
    });
  });

  const noProc = process.platform === "linux" ? undefined : "needs Linux's /proc";
  test.skipIf(noProc !== undefined)(
    `a file system that makes no folders is named at once${noProc === undefined ? "" : ` (skipped: ${noProc})`}`,
    async () => {
      const folder = "/proc/labelscope/runs/tiny";
      await expect(openRun(await opening({folder}))).rejects.toMatchObject({code: "run-not-writable", facts: {folder}});
    },
  );

  test("a folder in the place of the traces is named", async () => {
    const options = await opening();
    await mkdir(join(options.folder, TRACES), {recursive: true});
    await expect(openRun(options)).rejects.toMatchObject({code: "run-not-writable"});
    expect(await readdir(options.folder)).toEqual([TRACES]);
  });

  const root = process.getuid?.() === 0;
  test.skipIf(root)(`a read-only folder is named${root ? " (skipped: root may write everywhere)" : ""}`, async () => {
    const folder = await emptyFolder();
    await chmod(folder, 0o555);
    await expect(openRun(await opening({folder: join(folder, "tiny")}))).rejects.toMatchObject({
      code: "run-not-writable",
      message: expect.stringContaining("permission denied"),
    });
  });
});
