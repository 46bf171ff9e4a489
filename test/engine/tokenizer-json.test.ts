import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, onTestFinished, test} from "vitest";
import {z} from "zod";
import {isTokenizerJson, readTokenizerJson} from "../../src/engine/tokenizer-json.ts";
import {fromBytes} from "../../src/engine/vocabulary.ts";

const FOLDER = join(import.meta.dirname, "../golden/tokenizer-json");
const ids = z.array(z.int());
const golden = z
  .object({
    begin: z.int(),
    end: z.int(),
    own: z.int(),
    size: z.int(),
    texts: z.array(z.object({text: z.string(), plain: ids, parsed: ids})),
  })
  .parse(JSON.parse(await readFile(join(FOLDER, "golden.json"), "utf8")));

describe("a tokeniser in the Hugging Face format", () => {
  test.each(golden.texts)(
    "$text has the ids of the tokenizers library, special tokens being text unless asked for",
    async ({text, plain, parsed}) => {
      const {tokenize} = await readTokenizerJson(FOLDER);
      expect(tokenize(text)).toEqual(plain);
      expect(tokenize(text, {special: true})).toEqual(parsed);
    },
  );

  test("knows which bytes its tokens write: those of a text are the text", async () => {
    const {tokenize, vocabulary} = await readTokenizerJson(join(FOLDER, "tokenizer.json"));
    expect(vocabulary.size).toBe(golden.size);
    for (const {text} of golden.texts) {
      const bytes = tokenize(text)
        .map(id => vocabulary.pieces[id] ?? "?")
        .join("");
      expect(fromBytes(bytes)).toBe(text);
    }
    expect(vocabulary.pieces[golden.end]).toBe("");
    expect(vocabulary.pieces[golden.own]).toBe("<think>");
  });

  test("names what begins a prompt, what ends an answer, and the chat template", async () => {
    const {vocabulary, chatTemplate} = await readTokenizerJson(FOLDER);
    expect(vocabulary.bosToken).toBe(golden.begin);
    expect([...vocabulary.endTokens]).toEqual([golden.end]);
    expect(vocabulary.templateTokens).toEqual({
      bos_token: "<|begin|>",
      eos_token: "<|im_end|>",
      pad_token: "<|pad|>",
    });
    expect(chatTemplate).toBe("{{ messages }}");
  });

  test.each([
    ["no JSON", () => "{", "tokenizer-unreadable"],
    ["another object", () => "{}", "tokenizer-unreadable"],
    ["Unigram", (text: string) => text.replace('"BPE"', '"Unigram"'), "tokenizer-unsupported"],
    ["no bytes", (text: string) => text.replaceAll('"ByteLevel"', '"Metaspace"'), "tokenizer-unsupported"],
    ["a prefix", (text: string) => text.replace(/("add_prefix_space": ?)false/, "$1true"), "tokenizer-unsupported"],
  ])("that is %s is refused by name", async (_, change, code) => {
    const folder = await mkdtemp(join(tmpdir(), "labelscope-tokenizer-"));
    onTestFinished(async () => await rm(folder, {recursive: true}));
    await writeFile(join(folder, "tokenizer.json"), change(await readFile(join(FOLDER, "tokenizer.json"), "utf8")));
    await expect(readTokenizerJson(folder)).rejects.toMatchObject({code});
  });

  test("a folder and a .json are told from a GGUF file", async () => {
    expect(await isTokenizerJson(FOLDER)).toBe(true);
    expect(await isTokenizerJson("x/tokenizer.json")).toBe(true);
    expect(await isTokenizerJson("model.gguf")).toBe(false);
  });
});
