import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {modelsInfo, modelsList, modelsPull, modelsVerify} from "../../src/commands/models.ts";
import {failure, serve, sha256, temporaryFolder} from "../catalog/helpers.ts";
import {ggufBytes} from "../support/gguf-writer.ts";
import {wholeModel} from "../support/whole-model.ts";

const bytes = ggufBytes(wholeModel);

async function terminal(signal: AbortSignal = new AbortController().signal) {
  const home = await temporaryFolder();
  const notices: string[] = [];
  const io: CommandIo = {
    progress: () => {},
    notice: line => notices.push(line),
    signal,
    env: {LABELSCOPE_HOME: home, PATH: process.env.PATH},
    cwd: home,
  };
  return {home, notices, io};
}

describe("models", () => {
  test("pulled by address can be listed, described and verified by name", async () => {
    const {home, io} = await terminal();
    const origin = await serve((_, response) => response.end(bytes));
    const pulled = await modelsPull({specs: [`${origin}/tiny.gguf`], sha256: sha256(bytes)}, io);
    expect(pulled.text).toBe(`tiny  pulled  2.0 kB  ${join(home, "models", "tiny.gguf")}\n`);
    expect((await modelsList({present: true}, io)).text).toMatch(/^tiny .* pulled/m);
    const info = await modelsInfo({spec: "tiny"}, io);
    expect(info.data).toMatchObject({id: "tiny", architecture: "llama", sha256: sha256(bytes)});
    expect(info.text).toMatch(/ {2}context +512 tokens/);
    expect((await modelsVerify({ids: ["tiny"]}, io)).text).toBe(`tiny  as recorded  ${sha256(bytes)}\n`);
  });

  test("are listed within 80 characters, or with their licences where there is room; here is one thing, a known checksum another", async () => {
    const {io} = await terminal();
    const narrow = (await modelsList({}, {...io, columns: 80})).text.split("\n");
    const table = narrow.slice(0, narrow.indexOf(""));
    expect(Math.max(...table.map(line => line.length))).toBeLessThanOrEqual(80);
    const cells = (id: string) => (table.find(line => line.startsWith(`${id} `)) ?? "").split(/ {2,}/);
    expect(table[0]?.split(/ {2,}/)).toEqual(["id", "params", "variant", "weights", "size", "here", "sha256"]);
    expect(cells("ladder-s-base").slice(-2)).toEqual(["ships", "known"]);
    expect(cells("smollm2-135m-instruct").slice(-2)).toEqual(["–", "known"]);
    expect(cells("smollm2-360m").slice(-2)).toEqual(["–", "–"]);
    const whole = (await modelsList({}, io)).text;
    expect(whole).toMatch(/^id .* licence$/m);
    expect(whole).toMatch(/^ladder-s-lora .* lora of ladder-s-base .* MIT$/m);
  });

  test("that were damaged after the pull fail verification by name", async () => {
    const {home, io} = await terminal();
    const origin = await serve((_, response) => response.end(bytes));
    await modelsPull({specs: [`${origin}/tiny.gguf`], sha256: sha256(bytes)}, io);
    await writeFile(join(home, "models", "tiny.gguf"), bytes.subarray(0, 100));
    const error = await failure(modelsVerify({ids: ["tiny"]}, io));
    expect(error.code).toBe("checksum-mismatch");
    expect(error.details.join("\n")).toContain(`expected ${sha256(bytes)}`);
  });

  test("of the catalogue are compared with the catalogue, not with what was recorded", async () => {
    const {home, io} = await terminal();
    await mkdir(join(home, "models"));
    await writeFile(join(home, "models", "gemma-3-270m.gguf"), bytes);
    expect((await failure(modelsVerify({ids: ["gemma-3-270m"]}, io))).next).toEqual([
      "labelscope models pull gemma-3-270m fetches it again",
    ]);
  });

  test("that are not here cannot be verified", async () => {
    const {io} = await terminal();
    expect((await failure(modelsVerify({ids: ["gemma-3-270m"]}, io))).code).toBe("model-not-pulled");
    expect((await failure(modelsVerify({ids: ["gemma-3-270"]}, io))).code).toBe("model-unknown");
  });

  test("under special terms show them before anything is downloaded", async () => {
    const {io, notices} = await terminal();
    const env = {...io.env, LABELSCOPE_PYTHON: "/nowhere/python3"};
    expect((await failure(modelsPull({specs: ["gemma-3-270m"]}, {...io, env}))).code).toBe("python-missing");
    expect(notices[0]).toContain("Gemma Terms of Use");
  });

  test("are not pulled at all when one name of several is wrong", async () => {
    const {io, notices} = await terminal();
    expect((await failure(modelsPull({specs: ["gemma-3-270m", "gemma-4"]}, io))).code).toBe("model-unknown");
    expect(notices).toEqual([]);
  });

  test("under way when the user interrupts end with 130", async () => {
    const abort = new AbortController();
    const {io} = await terminal(abort.signal);
    const origin = await serve(() => abort.abort(new Error("SIGINT")));
    const result = await modelsPull({specs: [`${origin}/tiny.gguf`]}, io);
    expect(result).toMatchObject({exitCode: 130, data: {interrupted: true}});
  });

  test("of the catalogue are listed in aligned columns with the publisher's numbers marked", async () => {
    const {io} = await terminal();
    const lines = (await modelsList({}, io)).text.split("\n");
    const column = lines[0]?.indexOf("variant") ?? -1;
    expect(lines.find(line => line.startsWith("pythia-70m "))?.slice(column)).toMatch(/^base +Q8_0/);
    expect(lines.find(line => line.startsWith("pythia-70m "))).toContain(" 70M*");
  });

  test("list an adapter of one's own with the model that it belongs on", async () => {
    const {home, io} = await terminal();
    await mkdir(join(home, "models"), {recursive: true});
    await writeFile(join(home, "models", "mine.gguf"), bytes);
    const record = {
      version: 1,
      id: "mine",
      sha256: "0".repeat(64),
      sizeBytes: bytes.length,
      source: "scripts/finetune",
      checkedAgainst: "source",
      pulledAt: "2026-11-24T12:00:00Z",
      variant: "lora",
      parent: "smollm2-135m-instruct",
      parameters: 2_442_240,
      quantisation: "F32",
    };
    await writeFile(join(home, "models", "mine.json"), JSON.stringify(record));
    const {text} = await modelsList({present: true}, io);
    expect(text).toMatch(/^mine +2M +lora of smollm2-135m-instruct +F32 /m);
    expect(text).toMatch(/^ladder-s-lora .* lora of ladder-s-base /m);
  });
});

test("models info describes the model and the adapter on top of it", async () => {
  const {home, io} = await terminal();
  const lora = ggufBytes({
    metadata: {"general.architecture": "llama", "general.type": "adapter", "adapter.lora.alpha": {float: 16}},
    tensors: [{name: "blk.0.attn_q.weight.lora_a", dimensions: [8, 4]}],
  });
  await writeFile(join(home, "base.gguf"), bytes);
  await writeFile(join(home, "lora.gguf"), lora);
  const {data, text} = await modelsInfo({spec: "base.gguf+lora.gguf@0.5"}, io);
  expect(data).toMatchObject({id: "base+lora@0.5", isAdapter: false, onTop: {scale: 0.5, isAdapter: true}});
  expect(text).toMatch(/^base\+lora@0\.5\n[\s\S]*\nlora, scale 0\.5\n[\s\S]*rank 4, alpha 16/);
});
