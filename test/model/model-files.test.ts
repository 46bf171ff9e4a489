import {copyFile, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {doctorCommand} from "../../src/commands/doctor.ts";
import {runCommand} from "../../src/commands/run.ts";
import {requireLoadable} from "../../src/engine/first-load/first-load.ts";
import {openLocalEngine} from "../../src/engine/local.ts";
import {RUN_DEFAULTS} from "../../src/run/options.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {failure, sha256} from "../catalog/helpers.ts";
import {timeless, tracesOf} from "../run/workspace.ts";
import {codeOf} from "../support/code-of.ts";
import {splitModel} from "../support/split-model.ts";

const models = join(import.meta.dirname, "../../models");
const base = join(models, "ladder-xxxs-base.f16.gguf");
const finetuned = join(models, "ladder-xxxs-sft.f16.gguf");
const ENGINE = "the engine of this test";

let folder = "";
let home = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "labelscope-model-files-"));
  home = join(folder, "home");
});
afterAll(async () => {
  await rm(folder, {recursive: true, force: true});
});

function io() {
  const notices: string[] = [];
  const env = {...process.env, LABELSCOPE_HOME: home};
  const signal = new AbortController().signal;
  return {notices, io: {progress: () => {}, notice: (line: string) => notices.push(line), signal, env, cwd: folder}};
}

async function run(model: string, limit: number, out: string) {
  const options = {
    ...RUN_DEFAULTS,
    task: "posts",
    models: [model],
    threads: 1,
    strict: true,
    reader: "public",
    limit,
    out,
    dryRun: false,
    showPrompt: false,
  } as const;
  await runCommand(options, io().io);
  const [name = ""] = await readdir(join(folder, out));
  return {traces: await tracesOf(join(folder, out, name)), manifest: await readManifest(join(folder, out, name))};
}

/** A copy of a model with other bytes behind a key's name and type. */
async function patched(name: string, key: string, value: number): Promise<string> {
  const bytes = await readFile(base);
  bytes.writeUInt32LE(value, bytes.indexOf(key) + key.length + 4);
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe("a model in two files", () => {
  test("gives the read-outs of the whole one to the bit, and is one model in the manifest", async () => {
    const [first = "", second = ""] = splitModel(base, folder, "halves", [4]);
    const whole = await run(base, 6, "whole");
    const parts = await run(first, 6, "parts");
    expect(timeless(parts.traces)).toEqual(timeless(whole.traces));
    expect(parts.manifest?.model).toMatchObject({
      id: "halves",
      files: 2,
      sha256: sha256(Buffer.concat([await readFile(first), await readFile(second)])),
      totalParameters: whole.manifest?.model.totalParameters,
    });
  });

  test("is another model once its second file was exchanged: the run is not continued", async () => {
    const [first = "", second = ""] = splitModel(base, folder, "mine", [4]);
    await run(first, 3, "exchanged");
    const [, other = ""] = splitModel(finetuned, await mkdtemp(join(folder, "other-")), "mine", [4]);
    await copyFile(other, second);
    expect(await failure(run(first, 6, "exchanged"))).toMatchObject({
      code: "run-changed",
      details: ["changed: the model file"],
    });
  });
});

describe("the first load of a file", () => {
  const files = async (path: string) => ({
    paths: [path],
    fileSizeBytes: (await readFile(path)).length,
    as: "model" as const,
  });

  test("that ends the engine ends a child process, is said with its last words, and is kept by checksum", async () => {
    const path = await patched("no-blocks.gguf", "llama.block_count", 0);
    const verdicts = join(home, "loads", ENGINE.replaceAll(" ", "-"));
    const error = await failure(requireLoadable(await files(path), {home, engine: ENGINE}));
    expect(error).toMatchObject({code: "model-damaged", facts: {signal: "SIGABRT"}});
    expect(error.details.join("\n")).toMatch(/GGML_ASSERT|abort|terminate/);
    expect(await readdir(verdicts)).toEqual([`${sha256(await readFile(path))}.json`]);
    const again = await failure(requireLoadable(await files(path), {home, engine: ENGINE}));
    expect(again.details).toEqual(error.details);
  });

  test("that loads is kept, too; of a file of the catalogue nothing is kept", async () => {
    const path = await patched("other-context.gguf", "llama.context_length", 200);
    const engine = "another engine";
    await requireLoadable(await files(path), {home, engine});
    await requireLoadable(await files(base), {home, engine});
    expect(await readdir(join(home, "loads", "another-engine"))).toEqual([`${sha256(await readFile(path))}.json`]);
  });

  test("that does not end in time is ended, and nothing is kept", async () => {
    const path = await patched("slow.gguf", "llama.context_length", 201);
    const options = {home, engine: "impatient", patienceMs: 1};
    expect((await failure(requireLoadable(await files(path), options))).details.join()).toContain(
      "did not load within",
    );
    expect(await readdir(join(home, "loads")).catch(() => [])).not.toContain("impatient");
  });
});

describe("the engine's door", () => {
  test("refuses damaged and unsupported files before the engine sees them", async () => {
    await using engine = await openLocalEngine({home, reader: "public"});
    const damaged = await patched("zero.gguf", "llama.block_count", 0);
    expect(await codeOf(() => engine.loadModel(damaged))).toBe("model-damaged");
    expect(await codeOf(() => engine.openEmbedder(damaged, {threads: 1}))).toBe("model-damaged");
    expect(await codeOf(() => engine.loadModel(join(models, "ladder-s-lora.f32.gguf")))).toBe("model-unsupported");
    expect(await codeOf(() => engine.loadModel(base, {adapter: {path: finetuned, scale: 1}}))).toBe("adapter-is-model");
  });

  test("doctor says of a model what bears on its numbers", async () => {
    const bytes = await readFile(base);
    bytes.write("tokenizer.ggml.prf", bytes.indexOf("tokenizer.ggml.pre"));
    const path = join(folder, "no-pre.gguf");
    await writeFile(path, bytes);
    const {text} = await doctorCommand({model: path}, io().io);
    expect(text).toMatch(/^model +no-pre$/m);
    expect(text).toMatch(/^remarks +the file names no pre-tokenizer/m);
    const {notices, io: terminal} = io();
    const options = {...RUN_DEFAULTS, task: "posts", models: [path], limit: 1, dryRun: true, showPrompt: false};
    await runCommand(options, terminal);
    expect(notices.filter(line => line.includes("no pre-tokenizer"))).toHaveLength(1);
  });
});
