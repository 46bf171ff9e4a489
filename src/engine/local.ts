import {statSync} from "node:fs";
import {freemem} from "node:os";
import {basename, dirname} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import type {Llama, LlamaContext, LlamaModel} from "node-llama-cpp";
import {admitKind, admitModel, requireWhole} from "../catalog/admit.ts";
import {LabelscopeError} from "../errors.ts";
import {batchedLanes} from "./batched-lanes.ts";
import type {Embedder, EmbedderOptions} from "./embedder.ts";
import {embedderOn} from "./embedding.ts";
import type {AdapterSpec, Capabilities, FileEngine, LoadOptions, Model, SessionOptions} from "./engine.ts";
import {engineRemarks} from "./engine-remarks.ts";
import {findFileModel} from "./file-model.ts";
import {requireLoadable} from "./first-load/first-load.ts";
import {ENGINE_VERSION} from "./gpu/builds.ts";
import {gpuDevices, gpuFacts, refuseLayersWithoutGpu} from "./gpu/facts.ts";
import {gpuAdvice, importEngine} from "./gpu/place.ts";
import {loadOnce, roomIn} from "./load-once.ts";
import {lastLines, lastLinesTaken} from "./log-lines.ts";
import {compiledReader, loadedCpuBackend} from "./native/compile.ts";
import {loadReader, type NativeReader} from "./native/load.ts";
import {NativeReaderSession, type NativeSource} from "./native-session.ts";
import {hasPassed, keepPassed} from "./passed.ts";
import {PublicSession} from "./public-session.ts";
import {addonModel} from "./seam.ts";
import {selfTest} from "./self-test.ts";
import {rememberTested, startTested} from "./tested-binary.ts";
import {readVocabulary} from "./vocabulary.ts";

const GPU_CHOICES = ["off", "auto", "cuda", "vulkan", "metal"] as const;

export interface LocalOptions {
  /** Where compiled readers are cached. */
  readonly home: string;
  /** Default `off`: the CPU, whose numbers are the tested ones. */
  readonly gpu?: (typeof GPU_CHOICES)[number];
  /** How many of the model's layers a GPU holds; absent: as many as fit. */
  readonly gpuLayers?: number | "max";
  /** `auto` uses the native reader where it compiles and passes its self-test; `native` insists on it. */
  readonly reader?: "auto" | "native" | "public";
  /** Try to compile again if it failed before, and test the reader again though it passed. */
  readonly retryCompile?: boolean;
}

/** The reader that a local engine will use, or why it will use the public interface. */
export type ReaderState =
  | {
      readonly reader: NativeReader;
      /** The cache key of the compiled reader: its sources, the engine's libraries, the compiler. */
      readonly key: string;
      readonly compiler: string;
    }
  | {readonly reason: string};

export interface LocalEngine extends FileEngine {
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  readonly readerState: ReaderState;
  /** Opens an embedding model beside whatever else this engine holds; see `embedding.ts`. */
  openEmbedder(path: string, options: EmbedderOptions): Promise<Embedder>;
}

/** What one llama instance shares with its models. */
interface Shared {
  readonly llama: Llama;
  readonly log: string[];
  readonly readerState: ReaderState;
  readonly facts: LocalEngine["facts"];
  readonly options: LocalOptions;
}

/**
 * The engine on this machine: node-llama-cpp, offline, read through the native reader or its public interface.
 *
 * @throws engine-unavailable where node-llama-cpp cannot start here
 * @throws native-reader-unavailable where `reader: "native"` cannot be had
 */
export async function openLocalEngine(options: LocalOptions): Promise<LocalEngine> {
  const log: string[] = [];
  refuseLayersWithoutGpu(options);
  const llama = await startLlama(options, log);
  const readerState = await findReader(options);
  if (options.reader === "native" && "reason" in readerState) throw nativeUnavailable(readerState.reason);
  const facts = {
    engine: ENGINE,
    llamaCpp: llama.llamaCppRelease.release,
    build: llama.buildType,
    gpu: llama.gpu === false ? "off" : llama.gpu,
    cpu: llama.systemInfo.trim(),
    cpuBackend: loadedCpuBackend() ?? "unknown",
    ...(llama.gpu === false ? {} : {gpuDevices: await gpuDevices(llama)}),
  };
  const shared: Shared = {llama, log, readerState, facts, options};
  let hasFailed = false;
  const noting = async <Loaded>(loading: Promise<Loaded>): Promise<Loaded> => {
    try {
      return await loading;
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const once = loadOnce(
    async (path, load = {}) => await noting(loadLocalModel(shared, path, load)),
    roomIn(freemem, path => statSync(path, {throwIfNoEntry: false})?.size ?? 0),
  );
  const {loadModel} = once;
  return {
    name: "local",
    facts,
    readerState,
    loadModel,
    findModel: (spec, place) => findFileModel(loadModel, spec, place),
    openEmbedder: (path, embedderOptions) => noting(openEmbedder(shared, path, embedderOptions)),
    [Symbol.asyncDispose]: async () => {
      await once[Symbol.asyncDispose]();
      await disposeOf(llama, hasFailed);
    },
  };
}

const ENGINE = `node-llama-cpp ${ENGINE_VERSION}`;

/**
 * Nothing reaches the engine but through this door: what is damaged, cannot answer, or would end the process, is refused.
 *
 * @returns the checksums of the model and its adapter
 */
async function admit(
  {facts, options}: Shared,
  path: string,
  as: "model" | "encoder",
  {adapter, signal}: Pick<LoadOptions, "adapter" | "signal">,
): Promise<readonly string[]> {
  const model = admitKind(path, as);
  const {paths, fileSizeBytes} = model;
  if (adapter !== undefined) admitModel(adapter.path, "adapter");
  return await requireLoadable(
    {
      paths,
      fileSizeBytes,
      as,
      ...(adapter === undefined ? {} : {adapter: adapter.path}),
      check: () => requireWhole(model),
    },
    {home: options.home, engine: `${ENGINE} ${facts.llamaCpp}`, ...(signal === undefined ? {} : {signal})},
  );
}

async function openEmbedder(shared: Shared, path: string, options: EmbedderOptions): Promise<Embedder> {
  await admit(shared, path, "encoder", options);
  return await embedderOn(shared, path, options);
}

/** How long the engine may take to end after a model failed to load, in milliseconds. */
const PATIENCE = 1000;

/**
 * Ends the engine.
 *
 * node-llama-cpp 3.22.1 counts a model that failed to load as alive until its end. The engine knows such a model by a weak
 * reference alone: once it is collected as garbage, nobody is left to count it down, and `dispose` never returns. Then there
 * is nothing to wait for.
 */
async function disposeOf(llama: Llama, hasFailed: boolean): Promise<void> {
  if (!hasFailed) return await llama.dispose();
  const enough = new AbortController();
  const waiting = sleep(PATIENCE, undefined, {signal: enough.signal}).catch(() => {});
  await Promise.race([llama.dispose(), waiting]);
  enough.abort();
}

/** @throws `engine-unavailable`, also where the engine would compute on the processor although a GPU was asked for */
async function startLlama(options: LocalOptions, log: string[]): Promise<Llama> {
  const llama = await start(options, log);
  const gpu = options.gpu ?? "off";
  if (gpu === "off" || (gpu === "auto" ? llama.gpu !== false : llama.gpu === gpu)) return llama;
  await llama.dispose();
  throw new LabelscopeError({
    code: "engine-unavailable",
    message: `--gpu ${gpu}: the engine has no such build here, and would compute on the processor`,
    next: gpuAdvice(options.home, gpu),
  });
}

async function start(options: LocalOptions, log: string[]): Promise<Llama> {
  const gpu = options.gpu ?? "off";
  try {
    const {getLlama, LlamaLogLevel} = await importEngine(options.home, gpu);
    const logging = {
      logLevel: LlamaLogLevel.warn,
      logger: (_level: unknown, message: string) => {
        log.push(message.trimEnd());
        if (log.length > 200) log.shift();
      },
    };
    const tested = gpu === "off" ? await startTested(options.home, ENGINE, logging) : undefined;
    if (tested !== undefined) return tested;
    const llama = await getLlama({
      gpu: gpu === "off" ? false : gpu,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      maxThreads: 0, // the default asks for at least four, which is 250 times slower on two cores
      ...logging,
    });
    await rememberTested(options.home, ENGINE, llama);
    return llama;
  } catch (cause) {
    throw new LabelscopeError({
      code: "engine-unavailable",
      message: `node-llama-cpp could not start with --gpu ${gpu}`,
      details: lastLines(log, cause),
      next: gpu === "off" ? "labelscope doctor" : gpuAdvice(options.home, gpu),
      cause,
    });
  }
}

async function findReader(options: LocalOptions): Promise<ReaderState> {
  if (options.reader === "public") return {reason: "--reader public was asked for"};
  const compiled = await compiledReader(options.home, {retry: options.retryCompile === true});
  if (compiled.file === undefined) return {reason: compiled.reason};
  try {
    const {file, compiler} = compiled;
    return {reader: loadReader(file), key: basename(dirname(file)), compiler};
  } catch (error) {
    return {reason: `the compiled reader does not load: ${error instanceof Error ? error.message : String(error)}`};
  }
}

async function loadLocalModel(shared: Shared, path: string, load: LoadOptions): Promise<Model> {
  const {llama, log, options} = shared;
  const hashes = await admit(shared, path, "model", load);
  const adapters = load.adapter === undefined ? [] : [load.adapter];
  log.length = 0;
  let model: LlamaModel;
  try {
    model = await llama.loadModel({
      modelPath: path,
      vocabOnly: load.vocabularyOnly === true,
      checkTensors: false, // the first load has checked them, or the catalogue knows the file
      useMmap: true,
      ...(llama.gpu === false ? {gpuLayers: 0} : {gpuLayers: options.gpuLayers ?? "auto"}),
      ...(load.signal === undefined ? {} : {loadSignal: load.signal}),
    });
  } catch (cause) {
    await lastLinesTaken();
    throw new LabelscopeError({
      code: "model-load-failed",
      message: `the engine could not load ${path}`,
      details: lastLines(log, cause),
      next: [
        "labelscope models info FILE shows what the file says of itself",
        "labelscope models verify, or pull it again",
      ],
      cause,
    });
  }
  const onGpu = await gpuFacts(llama, load.vocabularyOnly === true ? undefined : model).catch(async error => {
    await model.dispose();
    throw error;
  });
  await lastLinesTaken();
  const remarks = engineRemarks(log);
  const vocabulary = readVocabulary(model.fileInfo.metadata.tokenizer.ggml, {
    endTokens: new Set([...model.iterateAllTokens()].filter(token => model.isEogToken(token))),
    ...(model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? {bosToken: model.tokens.bos} : {}),
  });
  const openPublic = async (sessionOptions: SessionOptions) => {
    log.length = 0;
    try {
      const context = await publicContext(model, sessionOptions, adapters);
      return new PublicSession(context, sessionOptions, vocabulary.size);
    } catch (cause) {
      throw contextError(log, cause, load.adapter, sessionOptions);
    }
  };
  const source = nativeSource(shared.readerState, model, path, adapters, vocabulary.size);
  const openNative = async (native: NativeSource, sessionOptions: SessionOptions) => {
    log.length = 0;
    try {
      return new NativeReaderSession(native, sessionOptions);
    } catch (cause) {
      throw contextError(log, cause, load.adapter, sessionOptions);
    }
  };
  let refusal = "reason" in shared.readerState ? shared.readerState.reason : undefined;
  if (source === undefined && refusal === undefined) refusal = "the engine's private layout has changed";
  if (source !== undefined && load.vocabularyOnly !== true) {
    try {
      const passing = {home: options.home, test: "reader", of: testedWith(shared, hashes)};
      const isTested = options.retryCompile !== true && (await hasPassed(passing));
      if (!isTested)
        refusal = await selfTest(probe => openNative(source, probe), openPublic, model.tokenize(PROBE_TEXT, false));
      if (!isTested && refusal === undefined) await keepPassed(passing);
      if (refusal !== undefined && options.reader === "native") throw nativeUnavailable(refusal);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }
  const native = refusal === undefined ? source : undefined;
  const capabilities = capabilitiesOf(native !== undefined, vocabulary.size);
  const openSession: Model["openSession"] = async sessionOptions => {
    if (native === undefined) return await openPublic(sessionOptions);
    native.reader.trim();
    return await openNative(native, sessionOptions);
  };
  return {
    vocabulary,
    trainContextTokens: model.trainContextSize,
    capabilities,
    facts: {
      ...shared.facts,
      ...onGpu,
      reader: native === undefined ? "public" : "native",
      ...(refusal === undefined ? {} : {publicBecause: refusal}),
    },
    remarks,
    chatTemplate: model.fileInfo.metadata.tokenizer.chat_template,
    tokenize: (text, tokenizeOptions) => model.tokenize(text, tokenizeOptions?.special === true),
    openSession,
    planLanes: request => batchedLanes({openSession, capabilities}, request),
    [Symbol.asyncDispose]: async () => {
      await model.dispose();
      if ("reader" in shared.readerState) shared.readerState.reader.trim();
    },
  };
}

/** What the outcome of the native reader's self-test depends on: the reader, the processor's backend, the device, the model. */
function testedWith({readerState, facts}: Shared, hashes: readonly string[]): string[] {
  const key = "key" in readerState ? readerState.key : "none";
  return [key, `${facts.cpuBackend}`, `${facts.gpu}`, ...hashes.map(hash => hash.slice(0, 32))];
}

/** Raw logits of the whole vocabulary are there; hidden states and a shared cache are the native reader's. */
function capabilitiesOf(native: boolean, vocabularySize: number): Capabilities {
  return {
    scale: "logits",
    ids: vocabularySize,
    top: vocabularySize,
    vocabEntropy: "exact",
    fullLogits: true,
    hiddenState: native,
    attention: false,
    lora: true,
    positions: true,
    sharedPrefix: native,
  };
}

const PROBE_TEXT = 'The quick brown fox: {"label": ["joy", "fear';

async function publicContext(
  model: LlamaModel,
  options: SessionOptions,
  adapters: readonly AdapterSpec[],
): Promise<LlamaContext> {
  const cacheType = options.cacheType === "f32" ? "F32" : "F16";
  return await model.createContext({
    sequences: options.sequences,
    contextSize: options.contextTokens,
    batchSize: options.batchTokens ?? 512,
    threads: options.threads,
    flashAttention: options.flashAttention,
    experimentalKvCacheKeyType: cacheType,
    experimentalKvCacheValueType: cacheType,
    swaFullCache: true,
    ignoreMemorySafetyChecks: true, // its estimate refuses contexts that fit; a real failure is reported
    ...(adapters.length === 0
      ? {}
      : {lora: {adapters: adapters.map(adapter => ({filePath: adapter.path, scale: adapter.scale}))}}),
  });
}

function nativeSource(
  state: ReaderState,
  model: LlamaModel,
  modelPath: string,
  adapters: readonly AdapterSpec[],
  vocabularySize: number,
): NativeSource | undefined {
  const handle = addonModel(model);
  if (!("reader" in state) || handle === undefined) return undefined;
  return {reader: state.reader, handle, modelPath, adapters, hiddenSize: model.embeddingVectorSize, vocabularySize};
}

function contextError(
  log: readonly string[],
  cause: unknown,
  adapter: AdapterSpec | undefined,
  options: SessionOptions,
): LabelscopeError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (adapter !== undefined && /adapter|lora/i.test(text)) {
    return new LabelscopeError({
      code: "adapter-rejected",
      message: `the LoRA adapter ${adapter.path} does not fit this model`,
      details: lastLines(log, cause),
      next: [
        "labelscope models info shows the architecture of both files",
        "give the model that the adapter was made for",
      ],
      cause,
    });
  }
  return new LabelscopeError({
    code: "context-failed",
    message: `the engine could not open a context of ${options.contextTokens} tokens for ${options.sequences} sequences`,
    details: lastLines(log, cause),
    next: ["fewer --sequences, or a smaller --context: the cache may not fit in memory"],
    cause,
  });
}

function nativeUnavailable(reason: string): LabelscopeError {
  return new LabelscopeError({
    code: "native-reader-unavailable",
    message: "the native reader was asked for and cannot be used",
    details: reason.split("\n"),
    next: "--reader auto, which falls back to node-llama-cpp's public interface",
  });
}
