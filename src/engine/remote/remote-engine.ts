import {readFile} from "node:fs/promises";
import {resolve} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import type {Probe} from "../../records/model.ts";
import {sameProbes} from "../../records/same-probes.ts";
import type {Model, ModelPlace, ModelSource} from "../engine.ts";
import type {Tokenizer} from "../tokenizer-json.ts";
import {admitAddress, readAddress, type ServerAddress} from "./address.ts";
import type {Dialect, DialectOptions, ServedModel} from "./dialect.ts";
import {ServerHttp} from "./http.ts";
import {readProbes, serverChanged} from "./probes.ts";
import {Asker, remoteLanes} from "./remote-lanes.ts";
import {RemoteSession} from "./remote-session.ts";
import {checkTokenizer} from "./tokenizer-check.ts";

export interface RemoteOptions {
  /** A GGUF file or a tokenizer.json (or its folder) of the served model; default a file that the server names and is here. */
  readonly tokenizer?: string;
  /** What a person knows of the served model and the server does not say, e.g. `dtype: bf16`. */
  readonly declared?: Readonly<Record<string, string>>;
  readonly apiKeyFile?: string;
  /** Text may be sent outside this machine and its network. */
  readonly publicServer?: boolean;
  /** Every read fetches the whole vocabulary, if the server would else bound it. */
  readonly exactEntropy?: boolean;
  readonly notice?: (line: string) => void;
  readonly timeoutMs?: number;
  readonly patienceMs?: number;
  readonly longestPauseMs?: number;
}

/** One kind of server, as the registry of engines names it. */
export interface ServerKind {
  /** Stands after the `@` in a model's id. */
  readonly tag: string;
  /** The address in a model's spec. */
  readonly urlOf: (spec: string) => string;
  readonly describe: (http: ServerHttp, address: ServerAddress, signal?: AbortSignal) => Promise<ServedModel>;
  readonly dialect: (options: DialectOptions) => Dialect | Promise<Dialect>;
}

/** Loads a tokeniser alone. */
export type LoadTokenizer = (path: string) => Promise<Tokenizer>;

const [TIMEOUT_MS, PATIENCE_MS, FIRST_PATIENCE_MS] = [120_000, 300_000, 10_000];

/**
 * A model on a server: found, admitted, its tokeniser held to the server's own, and known again by three fixed prompts.
 *
 * @throws `server-address`, `server-public`, `server-unreachable`, `server-refused`, `server-answer`; `tokenizer-needed`,
 *   `tokenizer-mismatch`
 */
export async function findServedModel(
  kind: ServerKind,
  spec: string,
  {cwd, env, signal}: ModelPlace,
  options: RemoteOptions & {readonly loadTokenizer: LoadTokenizer},
): Promise<ModelSource> {
  const address = readAddress(kind.urlOf(spec));
  await admitAddress(address, {allowed: options.publicServer === true, notice: options.notice ?? (() => {})});
  const apiKey = await keyOf(options, {cwd, env});
  const http = new ServerHttp({
    base: address.base,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    firstPatienceMs: FIRST_PATIENCE_MS,
    ...(options.notice === undefined ? {} : {onWait: options.notice}),
    ...(options.longestPauseMs === undefined ? {} : {longestPauseMs: options.longestPauseMs}),
    ...(apiKey === undefined ? {} : {apiKey}),
    ...(signal === undefined ? {} : {signal}),
  });
  const served = await kind.describe(http, address);
  const file = options.tokenizer === undefined ? served.tokenizerFile : resolve(cwd, options.tokenizer);
  if (file === undefined) throw tokenizerNeeded(http.host);
  const tokenizer = await options.loadTokenizer(file);
  const {vocabulary, tokenize, chatTemplate = served.chatTemplate} = tokenizer;
  const vocabularySize = served.vocabularySize ?? vocabulary.size;
  const wholeVocabulary = options.exactEntropy === true;
  const dialect = await kind.dialect({http, served, vocabularySize, wholeVocabulary});
  if (wholeVocabulary && dialect.capabilities.scale === "log-probabilities")
    options.notice?.(priceOfAll(http.host, vocabularySize));
  await checkTokenizer(tokenize, dialect, file);
  let probes: Promise<readonly Probe[]> | undefined;
  const firstProbes = async (signal?: AbortSignal) => {
    probes ??= readProbes(dialect, tokenizer, signal);
    return await probes;
  };
  /** Is it still the same model? Asked after a connection broke, and when a capture has come to its end. */
  const verify = async (signal?: AbortSignal) => {
    const now = await kind.describe(http, address, signal);
    if (now.name !== served.name || now.version !== served.version)
      throw serverChanged(http.host, `${now.name} (${now.server} ${now.version})`);
    if (!sameProbes(await firstProbes(signal), await readProbes(dialect, tokenizer, signal)))
      throw serverChanged(http.host, "the same name, but other numbers for the same prompts");
  };
  await firstProbes();
  http.verify = verify;
  const model: Model = {
    vocabulary,
    tokenize,
    chatTemplate,
    trainContextTokens: served.contextTokens,
    capabilities: dialect.capabilities,
    facts: {engine: served.server, version: served.version, ...served.facts, ...dialect.facts},
    openSession: async session => new RemoteSession(dialect, session, vocabulary.size),
    planLanes: ({sequences, strict, documents, longestTokens}) => {
      const lanes = strict ? 1 : Math.min(sequences ?? SEQUENCES, Math.max(1, documents));
      return {
        facts: {sequences: lanes, contextTokens: longestTokens, sharedPrefixTokens: 0},
        open: async signal =>
          remoteLanes(new Asker(dialect, lanes, strict, signal), lanes, async () => await verify(signal)),
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    id: `${nameOf(served.name)}@${kind.tag}`,
    isAdapted: false,
    trainContextTokens: served.contextTokens,
    hiddenColumns: undefined,
    verifyTokenizer: async texts => await checkTokenizer(tokenize, dialect, file, texts),
    load: async () => model,
    describe: async ({signal}) => ({
      kind: "server",
      id: `${nameOf(served.name)}@${kind.tag}`,
      served: nameOf(served.name),
      server: served.server,
      version: served.version,
      ...(served.root === undefined ? {} : {root: served.root}),
      contextTokens: served.contextTokens,
      ...(served.parent === undefined ? {} : {variant: "lora", parent: nameOf(served.parent)}),
      ...declaredParts(options.declared ?? {}),
      probes: [...(await firstProbes(signal))],
      ...(served.totalParameters === undefined ? {} : {totalParameters: served.totalParameters}),
      ...(served.sizeBytes === undefined ? {} : {fileSizeBytes: served.sizeBytes}),
      ...(served.quantisation === undefined ? {} : {quantisation: served.quantisation}),
    }),
  };
}

const PLACED = ["family", "variant", "parent", "architecture"] as const;

/** What a person declares, and what of it has a place of its own in a model's record. */
function declaredParts(declared: Readonly<Record<string, string>>) {
  const placed = PLACED.flatMap(name => (declared[name] === undefined ? [] : [[name, declared[name]] as const]));
  const parameters = Number(declared.parameters);
  return {
    declared: {...declared},
    ...Object.fromEntries(placed),
    ...(Number.isInteger(parameters) && parameters > 0 ? {totalParameters: parameters} : {}),
  };
}

/** About what a server writes for one token: its id as text, and a number. */
const ENTRY_BYTES = 40;

function priceOfAll(host: string, vocabularySize: number): string {
  const megabytes = (ENTRY_BYTES * vocabularySize) / 1e6;
  return `--exact-entropy: ${host} sends ${vocabularySize} log-probabilities at every read, about ${megabytes.toFixed(1)} MB; a label step is a read or more`;
}

/** Documents under way at once where nobody says it. */
const SEQUENCES = 32;

/** A name that a folder can have; of a path its end. */
function nameOf(name: string): string {
  const end =
    name
      .replace(/\.gguf$/i, "")
      .split(/[\\/]/)
      .at(-1) ?? name;
  return end.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "") || "model";
}

async function keyOf({apiKeyFile}: RemoteOptions, {cwd, env}: ModelPlace): Promise<string | undefined> {
  if (apiKeyFile === undefined) return oneLine(env.LABELSCOPE_API_KEY || undefined, "LABELSCOPE_API_KEY");
  const path = resolve(cwd, apiKeyFile);
  const text = await readFile(path, "utf8").catch(cause => {
    throw new LabelscopeError({
      code: "file-missing",
      message: `the key's file ${path} cannot be read`,
      next: "check --api-key-file, or put the key into LABELSCOPE_API_KEY",
      cause,
    });
  });
  return oneLine(text.trim(), path);
}

/** A key goes into a header: one line of printable ASCII. @throws `api-key`, which does not show it */
function oneLine(key: string | undefined, where: string): string | undefined {
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return key;
  throw new LabelscopeError({
    code: "api-key",
    message: `the key in ${where} is not one line of letters, digits and signs`,
    next: "put the key there alone: no line break, no space, no quotes that are not part of it",
  });
}

function tokenizerNeeded(host: string): LabelscopeError {
  return new LabelscopeError({
    code: "tokenizer-needed",
    message: `${host} serves a model whose tokeniser is not on this machine`,
    next: "--tokenizer PATH: a GGUF file of the same model (any quantisation, only its header is read), or the folder with its tokenizer.json",
  });
}
