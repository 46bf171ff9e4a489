import {open, stat} from "node:fs/promises";
import {resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {damagedHeader, emptyFile, missingFile, notAGguf, truncated} from "./gguf-errors.ts";
import {type GgufHeader, readHeader} from "./gguf-header.ts";

/** What a GGUF file says of itself. Absent fields are absent in the file: nothing is guessed. */
export interface GgufInfo {
  readonly path: string;
  readonly fileSizeBytes: number;
  readonly architecture: string;
  readonly name?: string;
  /** Elements of all tensors, counted. A matrix that serves as embedding and output is stored, and counted, once. */
  readonly totalParameters: number;
  /** Elements of the token embedding, and of the output matrix where it is a tensor of its own. */
  readonly embeddingParameters: number;
  readonly nonEmbeddingParameters: number;
  /** Whether the output matrix is the token embedding (there is no output.weight). */
  readonly tiedEmbeddings: boolean;
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
 * Reads the metadata and the list of tensors of a GGUF file, without the weights.
 *
 * Of a model in several files (`…-00001-of-0000N.gguf`) the first one is named and all are counted.
 *
 * @throws `model-missing`, `model-empty`, `not-a-gguf`, `model-truncated` with the bytes there and, where it can be told, the
 *   bytes needed,
 *   `model-damaged` where the header makes no sense
 */
export async function readGgufInfo(path: string): Promise<GgufInfo> {
  const file = resolve(path);
  const fileSizeBytes = await checkedSize(file);
  const header = await readHeader(file).catch(cause => {
    throw cause instanceof LabelscopeError ? cause : damagedHeader(file, cause);
  });
  // Past its end the reader takes a file for zeros: of a header that goes on there, nothing else can be believed.
  if (header.headerBytes > fileSizeBytes) throw truncated(file, fileSizeBytes);
  if (header.neededBytes > fileSizeBytes) throw truncated(file, fileSizeBytes, header.neededBytes);
  return describe(file, fileSizeBytes, header);
}

/** Size of a file that begins like a GGUF of a version that the engine reads. */
async function checkedSize(path: string): Promise<number> {
  const facts = await stat(path).catch(cause => {
    throw missingFile(path, cause);
  });
  if (!facts.isFile()) throw missingFile(path, new Error("it is not a file"));
  if (facts.size === 0) throw emptyFile(path);
  await using handle = await open(path, "r").catch(cause => {
    throw missingFile(path, cause);
  });
  const {buffer, bytesRead} = await handle.read(Buffer.alloc(24), 0, 24, 0);
  if (buffer.toString("latin1", 0, Math.min(4, bytesRead)) !== "GGUF")
    throw notAGguf(path, buffer.subarray(0, bytesRead));
  if (bytesRead < 24) throw truncated(path, facts.size, 24);
  const version = buffer.readUInt32LE(4);
  if (version < 2 || version > 3) throw damagedHeader(path, new Error(`GGUF version ${version}; 2 and 3 are read`));
  // The smallest tensor entry takes 32 bytes and the smallest pair 13.
  const [tensors, pairs] = [buffer.readBigUInt64LE(8), buffer.readBigUInt64LE(16)];
  if (tensors > 1_000_000n || pairs > 1_000_000n) throw damagedHeader(path, new Error("its counts make no sense"));
  const leastBytes = 24 + Number(tensors) * 32 + Number(pairs) * 13;
  if (leastBytes > facts.size) throw truncated(path, facts.size, leastBytes);
  return facts.size;
}

function describe(path: string, fileSizeBytes: number, header: GgufHeader): GgufInfo {
  const {tensors, text, count, flag, number} = header;
  const sum = (names: readonly string[]) =>
    tensors.filter(tensor => names.includes(tensor.name)).reduce((total, tensor) => total + tensor.elements, 0);
  const totalParameters = tensors.reduce((total, tensor) => total + tensor.elements, 0);
  const embeddingParameters = sum(["token_embd.weight", "output.weight"]);
  const architecture = text("general", "architecture") ?? "unknown";
  const isAdapter = text("general", "type") === "adapter";
  const rank = tensors.find(tensor => tensor.name.endsWith(".lora_a"))?.dimensions[1];
  return {
    path,
    fileSizeBytes,
    architecture,
    totalParameters,
    embeddingParameters,
    nonEmbeddingParameters: totalParameters - embeddingParameters,
    tiedEmbeddings: !isAdapter && !tensors.some(tensor => tensor.name === "output.weight"),
    isAdapter,
    ...present({
      name: text("general", "name"),
      quantisation: header.quantisation,
      contextLength: number(architecture, "context_length"),
      embeddingLength: number(architecture, "embedding_length"),
      vocabularySize: count("tokenizer", "ggml", "tokens") ?? number(architecture, "vocab_size"),
      tokenizerModel: text("tokenizer", "ggml", "model"),
      tokenizerPre: text("tokenizer", "ggml", "pre"),
      addBos: flag("tokenizer", "ggml", "add_bos_token"),
      addEos: flag("tokenizer", "ggml", "add_eos_token"),
      bosTokenId: number("tokenizer", "ggml", "bos_token_id"),
      eosTokenId: number("tokenizer", "ggml", "eos_token_id"),
      chatTemplate: text("tokenizer", "chat_template"),
      license: text("general", "license"),
      adapter: isAdapter
        ? present({type: text("adapter", "type"), rank, alpha: number("adapter", "lora", "alpha")})
        : undefined,
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
