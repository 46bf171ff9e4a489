import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {setImmediate as nextTurn} from "node:timers/promises";
import {setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import type {ReadOut, ReadSpec, Session, SessionOptions} from "../../src/engine/engine.ts";
import {keepVerdict} from "../../src/engine/first-load/verdict.ts";
import {type LocalOptions, openLocalEngine} from "../../src/engine/local.ts";
import {sha256} from "../catalog/helpers.ts";
import {engineContract} from "../contract/engine-contract.ts";
import {codeOf} from "../support/code-of.ts";
import {withFinalNorm} from "../support/corrupt-model.ts";
import {exactly} from "../support/exactly.ts";
import {writeGguf} from "../support/gguf-writer.ts";
import {smallestModel} from "../support/models.ts";
import {wholeModel} from "../support/whole-model.ts";

const file = smallestModel();

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");
let home = "";
let elsewhere = "";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "labelscope-engine-"));
  elsewhere = await mkdtemp(join(tmpdir(), "labelscope-engine-"));
});
afterAll(async () => {
  for (const folder of [home, elsewhere]) await rm(folder, {recursive: true, force: true});
});

async function open(reader: NonNullable<LocalOptions["reader"]>) {
  const engine = await openLocalEngine({home, reader});
  return {engine, model: await engine.loadModel(file)};
}

/** Logits of 8-bit weights move by up to 0.1 when the same tokens are evaluated in other batches. */
const tolerance = 0.1;
engineContract("local, native reader", {open: () => open("native"), path: "native", tolerance});
engineContract("local, public interface", {open: () => open("public"), path: "public", tolerance});

const ONE: SessionOptions = {sequences: 1, contextTokens: 256, threads: 1, flashAttention: false, cacheType: "f32"};

/** Reads in strict mode: one sequence, no reuse; the prompt in one step, then the best token, eight times. */
async function decode(session: Session, prompt: readonly number[], spec: ReadSpec): Promise<ReadOut[]> {
  await session.trim(0, 0);
  const seen: ReadOut[] = [];
  let next = prompt;
  while (seen.length < 9) {
    const [readOuts] = await session.extend([{sequence: 0, tokens: next, reads: [{at: next.length - 1, spec}]}]);
    const readOut = readOuts?.[0];
    if (readOut === undefined) throw new Error("nothing was read");
    seen.push(readOut);
    next = [readOut.argmax.token];
  }
  return seen;
}

const PROMPTS = [
  'Input: the bus was late again\n{"label": ["',
  "Input: i could not stop smiling all day\nLabels:",
  'Input: 🙂 ümläut, "quotes" and <|endoftext|>\n{"label": ["joy", "',
  "a",
  `${"Input: one more of these\nLabels: joy\n\n".repeat(6)}Input: last\nLabels:`,
];

describe.each(["f32", "f16"] as const)("strict mode with a cache of type %s", cacheType => {
  test("both readers give the same logits to the bit, over prompts and whole answers", async () => {
    const one = await open("native");
    const other = await open("public");
    const label = (text: string) => one.model.tokenize(text)[0] ?? 0;
    const spec: ReadSpec = {
      tokens: ["joy", "fear", "sadness", "none", " joy"].map(label),
      groups: [["]", '"]', '"'].map(label)],
      top: 10,
      logits: true,
    };
    let compared = 0;
    {
      await using native = await one.model.openSession({...ONE, cacheType});
      await using open = await other.model.openSession({...ONE, cacheType});
      expect([native.path, open.path]).toEqual(["native", "public"]);
      for (const text of PROMPTS) {
        const prompt = one.model.tokenize(text);
        expect(other.model.tokenize(text)).toEqual(prompt);
        const seen = await decode(native, prompt, spec);
        const expected = await decode(open, prompt, spec);
        for (const [step, readOut] of expected.entries()) {
          const mine = seen[step];
          expect(mine?.tokenLogits).toEqual(readOut.tokenLogits);
          expect(mine?.top).toEqual(readOut.top);
          expect(mine?.argmax).toEqual(readOut.argmax);
          expect(mine?.logits).toEqual(readOut.logits);
          expect(Math.abs((mine?.logSumExp ?? Number.NaN) - readOut.logSumExp)).toBeLessThan(1e-9);
          expect(Math.abs(exactly(mine?.vocabEntropyBits) - exactly(readOut.vocabEntropyBits))).toBeLessThan(1e-9);
          compared++;
        }
      }
    }
    expect(compared).toBe(45);
    for (const {model, engine} of [one, other]) {
      await model[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    }
  });
});

describe("the local engine", () => {
  test("says what it is: engine, build, reader, and a hidden state only through the native reader", async () => {
    const {engine, model} = await open("native");
    expect(engine.facts).toMatchObject({
      engine: "node-llama-cpp 3.22.1",
      llamaCpp: expect.stringMatching(/\d/),
      gpu: "off",
    });
    expect(model.facts).toMatchObject({reader: "native"});
    expect(model.facts).not.toHaveProperty("publicBecause");
    expect(model.capabilities).toMatchObject({
      scale: "logits",
      fullLogits: true,
      hiddenState: true,
      sharedPrefix: true,
    });
    expect(model.trainContextTokens).toBeGreaterThanOrEqual(256);
    await model[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  test("an end token and a special token come from the file", async () => {
    const {engine, model} = await open("public");
    expect(model.vocabulary.endTokens.size).toBeGreaterThan(0);
    const [text = "", id = -1] = [...model.vocabulary.specialTokens][0] ?? [];
    expect(model.tokenize(text, {special: true})).toEqual([id]);
    expect(model.tokenize(text)).not.toEqual([id]);
    await model[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  test("a model loaded for its vocabulary alone tokenises as the whole model does", async () => {
    const {engine, model} = await open("native");
    const vocabulary = await engine.loadModel(file, {vocabularyOnly: true});
    expect(vocabulary.tokenize(PROMPTS[2] ?? "")).toEqual(model.tokenize(PROMPTS[2] ?? ""));
    expect(vocabulary.vocabulary).toEqual(model.vocabulary);
    for (const each of [vocabulary, model, engine]) await each[Symbol.asyncDispose]();
  });
});

describe.each(["native", "public"] as const)("bad files, %s reader", reader => {
  test("a file that is no model is refused by name", async () => {
    await using engine = await openLocalEngine({home, reader});
    const path = join(elsewhere, "not-a-model.gguf");
    await writeGguf(path, {metadata: {"general.architecture": "llama"}, tensors: []});
    await expect(engine.loadModel(path)).rejects.toMatchObject({
      code: "model-unsupported",
      message: expect.stringContaining(path),
    });
    expect(await codeOf(() => engine.loadModel(join(elsewhere, "missing.gguf")))).toBe("model-missing");
  });

  test("the engine ends, even where a model that failed to load has been collected as garbage", async () => {
    const engine = await openLocalEngine({home, reader});
    const path = join(elsewhere, "half-a-model.gguf");
    // Nothing in it contradicts itself, and most tensors are not there; a kept verdict lets it come as far as the engine.
    const bytes = await writeGguf(path, wholeModel);
    const {engine: name, llamaCpp} = engine.facts;
    await keepVerdict(home, `${name} ${llamaCpp}`, [sha256(bytes)], {outcome: "loads"});
    expect(await codeOf(() => engine.loadModel(path))).toBe("model-load-failed");
    for (let i = 0; i < 5; i++) {
      await nextTurn();
      collectGarbage();
    }
    await expect(engine[Symbol.asyncDispose]()).resolves.toBeUndefined();
  }, 60_000);

  test("weights that are NaN are refused when the model loads", async () => {
    await using engine = await openLocalEngine({home, reader});
    const path = await withFinalNorm(file, join(elsewhere, `nan-${reader}.gguf`), Number.NaN);
    expect(["model-load-failed", "nan-logits"]).toContain(await codeOf(() => engine.loadModel(path)));
  });

  test("weights that are numbers but overflow are refused by the first logits", async () => {
    await using engine = await openLocalEngine({home, reader});
    const path = await withFinalNorm(file, join(elsewhere, `huge-${reader}.gguf`), 3e38);
    const read = async () => {
      await using model = await engine.loadModel(path);
      await using session = await model.openSession(ONE);
      const spec = {tokens: [], groups: [], top: 1};
      return await session.extend([{sequence: 0, tokens: model.tokenize("Input"), reads: [{at: 0, spec}]}]);
    };
    expect(await codeOf(read)).toBe("nan-logits");
  });

  test("an adapter for another architecture is refused by name", async () => {
    await using engine = await openLocalEngine({home, reader});
    const path = join(elsewhere, `adapter-${reader}.gguf`);
    await writeGguf(path, {
      metadata: {
        "general.type": "adapter",
        "general.architecture": "gpt2",
        "adapter.type": "lora",
        "adapter.lora.alpha": {float: 8},
      },
      tensors: [
        {name: "blk.0.attn_q.weight.lora_a", dimensions: [32, 4]},
        {name: "blk.0.attn_q.weight.lora_b", dimensions: [4, 32]},
      ],
    });
    const load = async () => {
      await using model = await engine.loadModel(file, {adapter: {path, scale: 1}});
      await using session = await model.openSession(ONE);
      return session.length(0);
    };
    await expect(load()).rejects.toMatchObject({code: "adapter-rejected", message: expect.stringContaining(path)});
  });
});

describe("without a C++ compiler", () => {
  beforeAll(() => {
    vi.stubEnv("CXX", "/nonexistent/c++");
    vi.stubEnv("PATH", elsewhere);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  test("the public interface is used, and the model says why", async () => {
    await using engine = await openLocalEngine({home: elsewhere});
    expect(engine.readerState).toMatchObject({reason: expect.stringContaining("no C++ compiler")});
    await using model = await engine.loadModel(file);
    expect(model.facts).toMatchObject({reader: "public", publicBecause: expect.stringContaining("no C++ compiler")});
    await using session = await model.openSession(ONE);
    expect(session.path).toBe("public");
  });

  test("insisting on the native reader is refused, with the reason", async () => {
    const error = openLocalEngine({home: elsewhere, reader: "native"});
    await expect(error).rejects.toMatchObject({
      code: "native-reader-unavailable",
      details: [expect.stringContaining("no C++ compiler")],
    });
  });
});
