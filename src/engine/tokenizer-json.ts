import {readFile, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import type {Model, Vocabulary} from "./engine.ts";
import {byteLevelPiece, toBytes} from "./vocabulary.ts";

/** What planning needs of a model that runs elsewhere. */
export type Tokenizer = Pick<Model, "vocabulary" | "tokenize" | "chatTemplate">;

const addedSchema = z.looseObject({id: z.int().min(0), content: z.string().min(1), special: z.boolean()});
const componentSchema: z.ZodType<Component> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    pretokenizers: z.array(componentSchema).optional(),
    decoders: z.array(componentSchema).optional(),
    add_prefix_space: z.boolean().optional(),
  }),
);
interface Component {
  readonly type: string;
  readonly pretokenizers?: readonly Component[] | undefined;
  readonly decoders?: readonly Component[] | undefined;
  readonly add_prefix_space?: boolean | undefined;
}
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedSchema),
  pre_tokenizer: componentSchema.nullable(),
  decoder: componentSchema.nullable(),
  model: z.looseObject({type: z.string().optional(), vocab: z.record(z.string(), z.int().min(0))}),
});

const textSchema = z
  .union([z.string(), z.looseObject({content: z.string()}).transform(({content}) => content)])
  .nullish();
const configSchema = z.looseObject({
  bos_token: textSchema,
  eos_token: textSchema,
  unk_token: textSchema,
  pad_token: textSchema,
  chat_template: z.union([z.string(), z.array(z.looseObject({name: z.string(), template: z.string()}))]).nullish(),
});
const generationSchema = z.looseObject({eos_token_id: z.union([z.int(), z.array(z.int())]).nullish()});

/**
 * Tokens that end a generation wherever they are special, as llama.cpp takes them by their text (`llama-vocab.cpp`): one model's
 * stop probability is then the same from a GGUF file and from a tokenizer.json.
 */
const ENDS = new Set([
  ...["<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<end_of_turn>", "<|endoftext|>", "</s>"],
  ...["<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>"],
  // Those of code models between files: padding, a repository's name, a file's end.
  ...["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"],
  ...["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>"],
]);

/** Whether a path names a tokenizer.json or a folder with one, and not a GGUF file. */
export async function isTokenizerJson(path: string): Promise<boolean> {
  if (path.endsWith(".json")) return true;
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * The tokeniser of a model in the Hugging Face format: tokenizer.json with tokenizer_config.json, and chat_template.jinja and
 * generation_config.json if they are there. Byte-level BPE only: of other kinds nothing says which bytes a token writes.
 *
 * Text that looks like an added token stays text unless it is asked for, as in every prompt of labelscope.
 *
 * @param path the file, or a folder that holds it
 * @throws `tokenizer-unreadable`, `tokenizer-unsupported`
 */
export async function readTokenizerJson(path: string): Promise<Tokenizer> {
  const folder = path.endsWith(".json") ? dirname(path) : path;
  const file = path.endsWith(".json") ? path : join(path, "tokenizer.json");
  const json = await readJson(file);
  const parsed = read(tokenizerSchema, json, file);
  const configJson = (await readJson(join(folder, "tokenizer_config.json"), "optional")) ?? {};
  const config = read(configSchema, configJson, "tokenizer_config.json");
  const generation = read(
    generationSchema,
    (await readJson(join(folder, "generation_config.json"), "optional")) ?? {},
    "generation_config.json",
  );
  requireByteLevel(parsed, file);
  const {Tokenizer: Encoder} = await import("@huggingface/tokenizers");
  const parsing = new Encoder(parsed, configJson);
  const plain = new Encoder({...parsed, added_tokens: []}, configJson);
  const encode = (encoder: typeof plain, text: string) => encoder.encode(text, {add_special_tokens: false}).ids;
  const [first] = parsing.encode("a", {add_special_tokens: true}).ids;
  const bos = parsed.added_tokens.find(({content}) => content === config.bos_token)?.id;
  const ends = [generation.eos_token_id ?? []].flat();
  const vocabulary = vocabularyOf(parsed, config, ends, first === bos ? bos : undefined);
  const template = await readFile(join(folder, "chat_template.jinja"), "utf8").catch(() => undefined);
  return {
    vocabulary,
    chatTemplate: template ?? chatTemplateOf(config),
    tokenize: (text, options) => (text === "" ? [] : encode(options?.special === true ? parsing : plain, text)),
  };
}

function vocabularyOf(
  {model: {vocab}, added_tokens: added}: z.infer<typeof tokenizerSchema>,
  config: z.infer<typeof configSchema>,
  ends: readonly number[],
  bosToken: number | undefined,
): Vocabulary {
  const ids = [...Object.values(vocab), ...added.map(({id}) => id)];
  const pieces = Array.from({length: ids.reduce((most, id) => Math.max(most, id), -1) + 1}, () => "");
  for (const [token, id] of Object.entries(vocab)) pieces[id] = byteLevelPiece(token);
  for (const {id, content, special} of added) pieces[id] = special ? "" : toBytes(content);
  const endTokens = new Set([
    ...ends,
    ...added.filter(({content}) => ENDS.has(content) || content === config.eos_token).map(({id}) => id),
  ]);
  const named = {
    bos_token: config.bos_token,
    eos_token: config.eos_token,
    unk_token: config.unk_token,
    pad_token: config.pad_token,
  };
  const templateTokens = Object.fromEntries(
    Object.entries(named).flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])),
  );
  return {
    size: pieces.length,
    pieces,
    specialTokens: new Map(added.map(({content, id}) => [content, id])),
    endTokens,
    templateTokens,
    ...(bosToken === undefined ? {} : {bosToken}),
  };
}

function chatTemplateOf({chat_template: found}: z.infer<typeof configSchema>): string | undefined {
  if (typeof found === "string") return found;
  return found?.find(({name}) => name === "default")?.template;
}

/** A tokeniser whose tokens are spelled in GPT-2's characters for bytes, and that puts nothing before a text. */
function requireByteLevel(
  {pre_tokenizer: before, decoder, model}: z.infer<typeof tokenizerSchema>,
  file: string,
): void {
  const all = (component: Component | null | undefined): readonly Component[] =>
    component === null || component === undefined
      ? []
      : [component, ...[...(component.pretokenizers ?? []), ...(component.decoders ?? [])].flatMap(all)];
  const byteLevel = (component: Component | null) => all(component).find(({type}) => type === "ByteLevel");
  const reader = byteLevel(before);
  const why =
    model.type !== undefined && model.type !== "BPE"
      ? `its model is ${model.type}`
      : reader === undefined || byteLevel(decoder) === undefined
        ? "its tokens are not spelled in bytes"
        : reader.add_prefix_space === true
          ? "it puts a space before every text"
          : undefined;
  if (why === undefined) return;
  throw new LabelscopeError({
    code: "tokenizer-unsupported",
    message: `${file} is not a byte-level BPE tokeniser: ${why}`,
    next: "--tokenizer FILE with a GGUF file of the same model: any quantisation, only its header is read",
    facts: {file},
  });
}

async function readJson(file: string, need: "optional" | "needed" = "needed"): Promise<object | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof value !== "object" || value === null) throw new Error("it is not a JSON object");
    return value;
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (missing && need === "optional") return undefined;
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw unreadable(file, `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
}

function unreadable(file: string, why: string, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "tokenizer-unreadable",
    message: `${basename(file)} cannot be read as a tokeniser: ${why}`,
    details: [file],
    next: [
      "--tokenizer FOLDER with tokenizer.json and tokenizer_config.json, as the model was published",
      "or --tokenizer FILE with a GGUF file of the same model",
    ],
    facts: {file},
    cause,
  });
}
