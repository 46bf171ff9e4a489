import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Engine} from "../../src/engine/engine.ts";
import type {RunOptions} from "../../src/run/options.ts";
import {readRun} from "../../src/store/read-run.ts";
import {writeGguf} from "../support/gguf-writer.ts";
import {capture, engineOf, type Workspace, workspace} from "./workspace.ts";

/** An engine whose embedding model gives a text its length and its last character. */
function embedding(log: string[] = []): Engine {
  return {
    ...engineOf(),
    openEmbedder: async path => {
      log.push(`open ${path.split("/").at(-1)}`);
      return {
        dimensions: 2,
        contextTokens: 100,
        pooling: "mean",
        facts: {},
        tokenCount: text => text.length,
        embed: async text => {
          log.push(text);
          return Float32Array.of(text.length, text.charCodeAt(text.length - 1));
        },
        [Symbol.asyncDispose]: async () => {
          log.push("close");
        },
      };
    },
  };
}

/** The header of an embedding model that makes vectors of two numbers. */
async function anEncoder({folder}: Workspace, name = "encoder.gguf") {
  await writeGguf(join(folder, name), {
    metadata: {
      "general.architecture": "bert",
      "bert.embedding_length": 2,
      "bert.pooling_type": 1,
      "general.name": name,
    },
    tensors: [{name: "token_embd.weight", dimensions: [2, 16]}],
  });
  return join(folder, name);
}

const CHANGES: Partial<RunOptions> = {estimators: ["encoder+platt"], encoder: "encoder.gguf", trainLimit: 5, limit: 3};

describe("embeddings for the estimator encoder", () => {
  test("are stored for test, calibration and train documents, by a model that the manifest names", async () => {
    const place = await workspace();
    const path = await anEncoder(place);
    const log: string[] = [];
    const outcome = await capture(place, CHANGES, {engine: embedding(log)});
    expect(outcome).toMatchObject({finished: true, captures: [{name: "greedy"}, {name: "embedding", captured: 12}]});
    const sha256 = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    const {manifest, documents} = await readRun(outcome.folder);
    expect(manifest.captures?.embedding).toMatchObject({encoder: "encoder", sha256, columns: 2});
    const all = [...documents.test, ...documents.calibration, ...documents.train];
    expect([documents.test.length, documents.calibration.length, documents.train.length]).toEqual([3, 4, 5]);
    for (const {document, embedding} of all) expect([...(embedding ?? [])]).toEqual([document.text.length, 41]);
    expect(documents.train.every(({trace}) => trace === undefined)).toBe(true);
    expect([log[0], log.at(-1)]).toEqual(["open encoder.gguf", "close"]);
  });

  test("that are there are not made again, and the model is then not even loaded", async () => {
    const place = await workspace();
    await anEncoder(place);
    const log: string[] = [];
    await capture(place, CHANGES, {engine: embedding()});
    const again = await capture(place, {...CHANGES, trainLimit: 7}, {engine: embedding(log)});
    expect(again.captures[1]).toMatchObject({captured: 2, resumed: 12, total: 14});
    expect(log).toHaveLength(4);
    const third = await capture(place, {...CHANGES, trainLimit: 7}, {engine: embedding(log)});
    expect(third.captures[1]).toMatchObject({captured: 0, resumed: 14});
    expect(log).toHaveLength(4);
  });

  test("stopped in the middle, the same command does the rest", async () => {
    const place = await workspace();
    await anEncoder(place);
    const stop = new AbortController();
    const stopped = await capture(place, CHANGES, {
      engine: embedding(),
      signal: stop.signal,
      onProgress: ({capture: name, done}) => {
        if (name === "embedding" && done === 4) stop.abort();
      },
    });
    expect(stopped).toMatchObject({finished: false, captures: [{}, {name: "embedding", captured: 4, total: 12}]});
    const rest = await capture(place, CHANGES, {engine: embedding()});
    expect(rest).toMatchObject({finished: true, captures: [{}, {captured: 8, resumed: 4}]});
    const {documents} = await readRun(rest.folder);
    for (const {document, embedding} of documents.train) expect(embedding?.[0]).toBe(document.text.length);
  });

  test("of another embedding model are refused in the same run", async () => {
    const place = await workspace();
    await anEncoder(place);
    await anEncoder(place, "other.gguf");
    await capture(place, CHANGES, {engine: embedding()});
    await expect(capture(place, {...CHANGES, encoder: "other.gguf"}, {engine: embedding()})).rejects.toMatchObject({
      code: "run-changed",
      facts: {changed: ["the embedding model"]},
    });
  });

  test("a model that is not here is refused before anything is captured, with the command that pulls it", async () => {
    const place = await workspace();
    await expect(capture(place, {estimators: ["encoder"]}, {engine: embedding()})).rejects.toMatchObject({
      code: "model-not-pulled",
      next: ["labelscope models pull all-minilm-l6-v2"],
    });
  });

  test("a model that no estimator needs is refused", async () => {
    const place = await workspace();
    await expect(capture(place, {encoder: "encoder.gguf"})).rejects.toMatchObject({
      code: "usage",
      next: ["add --estimators encoder", "or leave out --encoder"],
    });
  });

  test("a language model is none", async () => {
    const place = await workspace();
    await expect(capture(place, {...CHANGES, encoder: "model.gguf"}, {engine: embedding()})).rejects.toMatchObject({
      code: "not-an-embedding-model",
    });
  });
});

describe("answers of train documents", () => {
  test("are captured for probes on predictions, with their hidden states, demonstrated ones left out", async () => {
    const place = await workspace();
    const {folder, manifest} = await capture(place, {probePredictions: true, limit: 2});
    const {documents} = await readRun(folder);
    expect(documents.train).toHaveLength(12);
    for (const {document, trace, hidden} of documents.train) {
      expect([trace?.answer.wellFormed, hidden?.length]).toEqual([true, 8]);
      expect(manifest.prompt.demonstrations).not.toContain(document.id);
    }
  });

  test("are the model's own: forced ones are refused", async () => {
    const place = await workspace();
    await expect(capture(place, {probePredictions: true, forceAnswers: "gold"})).rejects.toMatchObject({code: "usage"});
  });
});
