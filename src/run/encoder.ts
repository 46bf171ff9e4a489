import {embedDocuments} from "../capture/embed-documents.ts";
import type {PreparedDocument} from "../capture/prepare.ts";
import type {Catalog} from "../catalog/catalog.ts";
import {readModelFiles} from "../catalog/gguf/model-files.ts";
import {resolveModel} from "../catalog/resolve.ts";
import type {Embedder} from "../engine/embedder.ts";
import {notAnEmbedder} from "../engine/embedding.ts";
import type {Engine} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {TRACE_SCHEMA} from "../records/schema-version.ts";
import type {CaptureContext, CaptureOutcome} from "./capture-one.ts";
import type {RunPlace} from "./place.ts";

export const DEFAULT_ENCODER = "all-minilm-l6-v2";

/** The embedding model of a run: another one than the model that is asked. */
export interface Encoder {
  readonly id: string;
  readonly path: string;
  /** What the catalogue says that the file is; absent for a file of one's own. */
  readonly sha256?: string;
  /** Length of a vector. */
  readonly columns: number;
}

/** What will be embedded of one model's run. The keys, and so the documents, are those of the run's other records. */
export interface PlannedEmbeddings {
  readonly encoder: Encoder;
  readonly documents: readonly PreparedDocument[];
  /** Of the training data, where documents of it are embedded. */
  readonly trainHash?: string;
}

/**
 * Finds the embedding model and reads its header, so that a wrong one is refused before anything is captured.
 *
 * @throws `model-not-pulled` with the command that pulls it, and what else `resolveModel` throws; `not-an-embedding-model`
 */
export async function findEncoder(spec: string, place: RunPlace, catalog: Catalog): Promise<Encoder> {
  const {id, path, entry, adapter} = await resolveModel(spec, {...place, catalog});
  if (adapter !== undefined) {
    const message = `--encoder ${spec}: an embedding model takes no adapter`;
    throw new LabelscopeError({code: "usage", message, next: `--encoder ${DEFAULT_ENCODER}`});
  }
  const {header} = readModelFiles(path);
  const architecture = header.text("general.architecture") ?? "";
  const columns = header.number(`${architecture}.embedding_length`);
  const pooling = header.number(`${architecture}.pooling_type`);
  if (columns === undefined || pooling === undefined) throw notAnEmbedder(path);
  return {id, path, columns, ...(entry?.sha256 === undefined ? {} : {sha256: entry.sha256})};
}

/**
 * Embeds the documents that the run does not hold yet, each stored as soon as it is there. The embedding model is loaded
 * where something is missing, and released at the end.
 *
 * @throws `context-overflow` before anything is computed; `embeddings-unavailable` for an engine that loads no such model
 */
export async function captureEmbeddings(
  engine: Engine,
  {encoder, documents}: PlannedEmbeddings,
  context: Omit<CaptureContext, "loaded" | "setup" | "options">,
): Promise<CaptureOutcome> {
  const {run, deadline, signal} = context;
  const done = run.done("embedding");
  const missing = documents.filter(({key}) => !done.has(key));
  const total = documents.length;
  const resumed = total - missing.length;
  const nothing = {name: "embedding", captured: 0, resumed, total, evaluatedTokens: 0} as const;
  if (missing.length === 0 || performance.now() >= deadline || signal.aborted) return nothing;
  await using embedder = await openEmbedder(engine, encoder, context);
  const stop = new AbortController();
  const started = performance.now();
  let [captured, tokens] = [0, 0];
  const speeds = () => {
    const seconds = (performance.now() - started) / 1000;
    return {documentsPerSecond: captured / seconds, tokensPerSecond: tokens / seconds};
  };
  const report = () => {
    const progress = {model: context.model, capture: "embedding", title: "embeddings"} as const;
    context.onProgress?.({...progress, done: resumed + captured, total, ...speeds()});
  };
  const store = async (count: number, vector: Float32Array) => {
    const embedded = missing[count - 1];
    if (embedded === undefined) return;
    const {key, split, document} = embedded;
    // The store gives the row its number.
    const record = {schema: TRACE_SCHEMA, key, split, id: document.id, document, row: 0} as const;
    await run.append({name: "embedding", record}, [vector]);
    captured++;
    tokens += embedder.tokenCount(document.text);
    report();
    if (performance.now() >= deadline) stop.abort();
  };
  report();
  try {
    const texts = missing.map(({document}) => document);
    await embedDocuments(embedder, texts, {signal: AbortSignal.any([signal, stop.signal]), onDocument: store});
  } catch (error) {
    if (!signal.aborted && !stop.signal.aborted) throw error;
  }
  return {...nothing, captured, evaluatedTokens: tokens, ...(captured === 0 ? {} : speeds())};
}

async function openEmbedder(
  engine: Engine,
  {path}: Encoder,
  {threads, signal}: Pick<CaptureContext, "threads" | "signal">,
): Promise<Embedder> {
  if (engine.openEmbedder !== undefined) return await engine.openEmbedder(path, {threads, signal});
  throw new LabelscopeError({
    code: "embeddings-unavailable",
    message: `the engine ${engine.name} loads no embedding models`,
    next: "leave out the estimator encoder",
  });
}
