import {readFileSync} from "node:fs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {z} from "zod";
import {embedDocuments} from "../../src/capture/embed-documents.ts";
import {labelscopeHome} from "../../src/catalog/home.ts";
import {findInstalled} from "../../src/catalog/installed.ts";
import type {Embedder} from "../../src/engine/embedder.ts";
import {openLocalEngine} from "../../src/engine/local.ts";
import {smallestModel} from "../support/models.ts";

const ID = "all-minilm-l6-v2";

/** What transformers says of the float32 checkpoint; made by scripts/golden/embeddings.py. */
const {cases} = z
  .object({cases: z.array(z.object({text: z.string(), tokens: z.array(z.number()), vector: z.array(z.number())}))})
  .parse(JSON.parse(readFileSync(new URL("../golden/embeddings.golden.json", import.meta.url), "utf8")));

const home = labelscopeHome(process.env);
const engine = await openLocalEngine({home, reader: "public"});
afterAll(async () => await engine[Symbol.asyncDispose]());
const installed = await findInstalled(home, ID);
if (installed === undefined) process.stderr.write(`skipped: ${ID} was not pulled (labelscope models pull ${ID})\n`);

function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Array.from(one).reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

describe.skipIf(installed === undefined)("all-MiniLM-L6-v2 as a GGUF file", () => {
  const opened: Embedder[] = [];
  const embedder = (): Embedder => {
    const [first] = opened;
    if (first === undefined) throw new Error("not open");
    return first;
  };
  beforeAll(async () => {
    opened.push(await engine.openEmbedder(installed?.path ?? "", {threads: 1}));
  });
  afterAll(async () => {
    for (const one of opened) await one[Symbol.asyncDispose]();
  });

  test("says how it pools and how long a text may be", () => {
    expect(embedder()).toMatchObject({dimensions: 384, contextTokens: 512, pooling: "mean"});
  });

  test("counts the tokens that the checkpoint's own tokeniser gives, one [CLS] and one [SEP] among them", () => {
    expect(cases.map(({text}) => embedder().tokenCount(text))).toEqual(cases.map(({tokens}) => tokens.length));
  });

  test("agrees with transformers in float32", async () => {
    const documents = cases.map(({text}, index) => ({id: String(index), text}));
    const {vectors, dimensions} = await embedDocuments(embedder(), documents);
    const cosines = cases.map(({vector}, row) =>
      cosine(vectors.subarray(row * dimensions, (row + 1) * dimensions), vector),
    );
    // The weights are in half precision: about a thousandth of a unit vector's length, squared.
    expect(Math.min(...cosines)).toBeGreaterThan(0.99999);
    const [joy, alike, other] = [0, 1, 2].map(row => vectors.subarray(row * dimensions, (row + 1) * dimensions));
    expect(cosine(joy ?? [], alike ?? [])).toBeCloseTo(cosine(cases[0]?.vector ?? [], cases[1]?.vector ?? []), 3);
    expect(cosine(joy ?? [], other ?? [])).toBeCloseTo(cosine(cases[0]?.vector ?? [], cases[2]?.vector ?? []), 3);
  });

  test("gives the same bits whatever was embedded before", async () => {
    const [first, , , , , , , long] = cases;
    const once = await embedder().embed(first?.text ?? "");
    await embedder().embed(long?.text ?? "");
    expect(await embedder().embed(first?.text ?? "")).toEqual(once);
    expect(cosine(once, once)).toBeCloseTo(1, 6);
  });

  test("takes a text that fills the context and refuses one of a token more", async () => {
    const words = (count: number): string => new Array<string>(count).fill("hill").join(" ");
    expect(embedder().tokenCount(words(510))).toBe(512);
    expect(await embedder().embed(words(510))).toHaveLength(384);
    await expect(embedder().embed(words(511))).rejects.toMatchObject({code: "context-overflow"});
  });
});

describe("an engine asked for an embedder", () => {
  test("refuses a language model", async () => {
    await expect(engine.openEmbedder(smallestModel(), {threads: 1})).rejects.toMatchObject({
      code: "not-an-embedding-model",
    });
  });

  test("a file that is not there is said to be missing", async () => {
    await expect(engine.openEmbedder("/nowhere.gguf", {threads: 1})).rejects.toMatchObject({
      code: "model-missing",
      message: "cannot read /nowhere.gguf",
    });
  });
});
