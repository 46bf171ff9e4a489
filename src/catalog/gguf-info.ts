import {type ModelFiles, readModelFiles} from "./gguf/model-files.ts";
import {storesOutputTwice} from "./gguf/second-copy.ts";

/** What a GGUF file says of itself. Absent fields are absent in the file: nothing is guessed. */
export interface GgufInfo {
  /** Of a model in several files the first one. */
  readonly path: string;
  /** All files of a model that has several, in order; absent where it has one. */
  readonly parts?: readonly string[];
  /** Of all files together. */
  readonly fileSizeBytes: number;
  readonly architecture: string;
  readonly name?: string;
  /** Elements of all tensors, counted. A matrix that serves as embedding and output is counted once, even if it is stored twice. */
  readonly totalParameters: number;
  /** Elements of the token embedding, and of the output matrix where it is a tensor of its own. */
  readonly embeddingParameters: number;
  readonly nonEmbeddingParameters: number;
  /** Whether the output matrix is the token embedding: there is no output.weight, or it is a second copy. */
  readonly tiedEmbeddings: boolean;
  /** The embedding is stored again as output.weight, in another precision. */
  readonly storedTwice?: true;
  /** The file's own word for how it was quantised, e.g. `Q4_K_M`; single tensors may differ. */
  readonly quantisation?: string;
  /** Longest context that the model was trained for, in tokens. */
  readonly contextLength?: number;
  /** Width of the hidden state. */
  readonly embeddingLength?: number;
  readonly vocabularySize?: number;
  readonly tokenizerModel?: string;
  readonly tokenizerPre?: string;
  /** Whether the file asks for BOS before a text; absent where the engine's default for the tokeniser applies. */
  readonly addBos?: boolean;
  readonly addEos?: boolean;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
  /** The model's own Jinja template; absent for most base models. */
  readonly chatTemplate?: string;
  readonly license?: string;
  readonly isAdapter: boolean;
  /** Facts of a LoRA; `architecture` is then that of the model it was trained on. */
  readonly adapter?: {readonly type?: string; readonly rank?: number; readonly alpha?: number};
}

/**
 * Reads the metadata and the list of tensors of a model, without the weights. Of a model in several files
 * (`…-00001-of-0000N.gguf`) the first one is named and all are counted.
 *
 * @throws what `readModelFiles` throws: for files that are missing, cut off, damaged, or not a model's
 */
export async function readGgufInfo(path: string): Promise<GgufInfo> {
  return describe(readModelFiles(path));
}

function describe(files: ModelFiles): GgufInfo {
  const {paths, header, tensors, fileSizeBytes} = files;
  const {text, strings, flag, number} = header;
  const sum = (names: readonly string[]) =>
    tensors.filter(tensor => names.includes(tensor.name)).reduce((total, tensor) => total + tensor.elements, 0);
  const storedTwice = storesOutputTwice(files) === true;
  const stored = tensors.reduce((total, tensor) => total + tensor.elements, 0);
  const totalParameters = stored - (storedTwice ? sum(["output.weight"]) : 0);
  const embeddingParameters = sum(storedTwice ? ["token_embd.weight"] : ["token_embd.weight", "output.weight"]);
  const architecture = text("general.architecture") ?? "unknown";
  const isAdapter = text("general.type") === "adapter";
  const rank = tensors.find(tensor => tensor.name.endsWith(".lora_a"))?.dimensions[1];
  return {
    path: header.path,
    fileSizeBytes,
    architecture,
    totalParameters,
    embeddingParameters,
    nonEmbeddingParameters: totalParameters - embeddingParameters,
    tiedEmbeddings: !isAdapter && (storedTwice || !tensors.some(tensor => tensor.name === "output.weight")),
    ...(storedTwice ? {storedTwice: true as const} : {}),
    isAdapter,
    ...present({
      parts: paths.length > 1 ? paths : undefined,
      name: text("general.name"),
      quantisation: header.quantisation,
      contextLength: number(`${architecture}.context_length`),
      embeddingLength: number(`${architecture}.embedding_length`),
      vocabularySize: strings("tokenizer.ggml.tokens")?.length ?? number(`${architecture}.vocab_size`),
      tokenizerModel: text("tokenizer.ggml.model"),
      tokenizerPre: text("tokenizer.ggml.pre"),
      addBos: flag("tokenizer.ggml.add_bos_token"),
      addEos: flag("tokenizer.ggml.add_eos_token"),
      bosTokenId: number("tokenizer.ggml.bos_token_id"),
      eosTokenId: number("tokenizer.ggml.eos_token_id"),
      chatTemplate: text("tokenizer.chat_template"),
      license: text("general.license"),
      adapter: isAdapter ? present({type: text("adapter.type"), rank, alpha: number("adapter.lora.alpha")}) : undefined,
    }),
  };
}

type Present<T> = {[Key in keyof T]?: Exclude<T[Key], undefined>};

/** The same record without the fields that are undefined. */
function present<T extends object>(fields: T): Present<T> {
  const kept: Present<T> = {...fields};
  for (const key in kept) if (kept[key] === undefined) delete kept[key];
  return kept;
}
