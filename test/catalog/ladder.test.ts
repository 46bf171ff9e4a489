import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";
import {z} from "zod";
import {type Catalog, loadCatalog} from "../../src/catalog/catalog.ts";
import {type GgufInfo, readGgufInfo} from "../../src/catalog/gguf-info.ts";
import {sha256File} from "../../src/catalog/hash.ts";
import {findEmbedded} from "../../src/catalog/installed.ts";
import type {CatalogEntry} from "../../src/records/catalog.ts";

const fileSchema = z.object({
  id: z.string(),
  file: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  check: z.object({wrongTexts: z.number(), largestLogitDifference: z.number(), ok: z.boolean()}),
});

/** What `scripts/ladder` says of the models that it made; the file holds more. */
const recordSchema = z.object({
  models: z.array(fileSchema.extend({parent: z.string().nullable(), nonEmbedding: z.number()})),
  quantised: z.array(fileSchema.extend({of: z.string()})),
});

interface Member {
  readonly entry: CatalogEntry;
  readonly info: GgufInfo;
}

let catalog: Catalog;
let family: Member[] = [];

beforeAll(async () => {
  catalog = await loadCatalog();
  const entries = catalog.models.filter(({family}) => family === "ladder");
  family = await Promise.all(entries.map(async entry => ({entry, info: await readGgufInfo(await fileOf(entry.id))})));
});

async function fileOf(id: string): Promise<string> {
  const path = await findEmbedded(catalog, id);
  if (path === undefined) throw new Error(`${id} has no file in models/`);
  return path;
}

const quantised = () => family.filter(({entry}) => entry.quantisation.startsWith("Q"));
const withVariant = (variant: string) =>
  family.filter(member => member.entry.variant === variant && !quantised().includes(member));
const sizesOf = (variant: string) => withVariant(variant).map(({info}) => info.nonEmbeddingParameters);

describe("the embedded ladder", () => {
  test("has at least five sizes over two orders of magnitude of non-embedding parameters, each with its sft", () => {
    const sizes = sizesOf("base");
    expect(new Set(sizes).size).toBeGreaterThanOrEqual(5);
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThanOrEqual(100);
    expect(sizesOf("sft")).toEqual(sizes);
  });

  test("has a LoRA that fits its parent and one model after reinforcement learning", () => {
    expect(withVariant("rl")).toHaveLength(1);
    const [lora] = withVariant("lora");
    expect(lora?.info).toMatchObject({
      isAdapter: true,
      architecture: "llama",
      adapter: {type: "lora", rank: 8, alpha: 16},
    });
    expect(family.map(({entry}) => entry.id)).toContain(lora?.entry.parent);
  });

  test("has 8-bit and 4-bit files of three bases, each of the same weights in number and smaller with fewer bits", async () => {
    expect(quantised().map(({entry}) => entry.quantisation)).toEqual(["Q4_0", "Q8_0", "Q4_0", "Q8_0", "Q4_0", "Q8_0"]);
    for (const base of withVariant("base")) {
      const files = family.filter(({entry}) => entry.id.startsWith(`${base.entry.id}-q`));
      const sizes = [...files.map(({info}) => info), base.info].map(({fileSizeBytes}) => fileSizeBytes);
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      expect(files.map(({info}) => info.name)).toEqual(files.map(() => base.info.name));
      expect(files.map(({info}) => info.totalParameters)).toEqual(files.map(() => base.info.totalParameters));
    }
  });

  test("is at most 15 MB in all, and every model file in models/ belongs to it", async () => {
    const files = (await readdir(catalog.folder)).filter(name => name.endsWith(".gguf"));
    const sizes = await Promise.all(files.map(async name => (await stat(join(catalog.folder, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(15_000_000);
    expect(family.map(({info}) => info.path).sort()).toEqual(files.map(name => join(catalog.folder, name)).sort());
  });

  test("holds the bytes that the catalogue and the record of its making name", async () => {
    const record = recordSchema.parse(JSON.parse(await readFile(join(catalog.folder, "ladder.json"), "utf8")));
    const found = await Promise.all(
      family.map(async ({entry, info}) => [entry.id, await sha256File(info.path), info.fileSizeBytes]),
    );
    expect(found).toEqual(family.map(({entry}) => [entry.id, entry.sha256, entry.sizeBytes]));
    const files = [...record.models, ...record.quantised];
    const made = files.map(model => [model.id, model.sha256, model.bytes]);
    expect([...made].sort()).toEqual([...found].sort());
    expect(files.filter(({check}) => !check.ok || check.wrongTexts > 0)).toEqual([]);
  });

  test("counts parameters as the record of its making does", async () => {
    const record = recordSchema.parse(JSON.parse(await readFile(join(catalog.folder, "ladder.json"), "utf8")));
    for (const {entry, info} of family.filter(({info}) => !info.isAdapter)) {
      const whole = record.quantised.find(({id}) => id === entry.id)?.of ?? entry.id;
      const made = record.models.find(({id}) => id === whole);
      expect([entry.id, info.nonEmbeddingParameters]).toEqual([entry.id, made?.nonEmbedding]);
      expect(entry.parent ?? null).toBe(made?.parent);
    }
  });

  test("says of itself what a reader needs: licence, context, tokeniser, no BOS added, no chat template", () => {
    const said = family.map(({info}) => info).filter(info => !info.isAdapter);
    expect(said.map(({license}) => license)).toEqual(said.map(() => "mit"));
    for (const info of said) {
      expect(info).toMatchObject({
        architecture: "llama",
        contextLength: 1024,
        vocabularySize: 1024,
        tokenizerModel: "gpt2",
        tokenizerPre: "gpt-2",
        addBos: false,
        bosTokenId: 0,
        eosTokenId: 0,
        tiedEmbeddings: true,
      });
      expect(info.chatTemplate).toBeUndefined();
    }
  });
});
