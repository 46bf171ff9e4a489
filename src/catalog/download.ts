import {dirname} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {LabelscopeError} from "../errors.ts";
import {availableBytes, diskFull, ensureSpace, isDiskFull, type Statfs} from "./disk-space.ts";
import {request, type SecretHeaders, unreachable} from "./http.ts";
import {discard, type PartialFile, partialBytes, readState, writeState, writeStream} from "./partial.ts";
import {beyondMaxSize} from "./size-limit.ts";

export interface DownloadOptions {
  readonly url: string;
  /** What the content is: a partial file with another key is not continued. */
  readonly key: string;
  readonly file: PartialFile;
  /** Known from the catalogue or from a trusted header; a server that announces another size is refused. */
  readonly expectedBytes?: number;
  /** What may arrive at most, where a limit is set: more is refused as soon as it is announced or arrives. */
  readonly limitBytes?: number;
  /** True where a SHA-256 will be compared, so that a partial file may be continued without the server's own validator. */
  readonly checksumKnown: boolean;
  readonly secret?: SecretHeaders;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes?: number) => void;
  readonly statfs?: Statfs;
  /** Waits before each further attempt, in milliseconds; as many attempts without a new byte are made, plus one. */
  readonly retryDelaysMs?: readonly number[];
  /** Longest silence of a server, in milliseconds. */
  readonly stallMs?: number;
}

const maximumAttempts = 40;

/**
 * Downloads one file into a partial file, continuing one that was interrupted and repeating after a cut connection.
 *
 * Attempts that bring nothing new are bounded by `retryDelaysMs`; an abort keeps what has arrived. The content is not
 * judged here: the caller compares the SHA-256.
 *
 * @returns whether part of the file came from an earlier attempt of another process
 * @throws `source-unreachable`, `source-refused` (an HTTP status), `source-size-mismatch`, `source-too-long`,
 *   `source-redirect-refused`, `disk-full`, and the signal's reason
 */
export async function download(options: DownloadOptions): Promise<{resumed: boolean}> {
  const delays = options.retryDelaysMs ?? [500, 1500, 3000];
  const resumed = (await resumableBytes(options)) > 0;
  let idle = 0;
  for (let attempt = 1; ; attempt++) {
    const before = await resumableBytes(options);
    try {
      await attemptOnce(options, before);
      return {resumed};
    } catch (error) {
      options.signal.throwIfAborted();
      if (isDiskFull(error)) throw diskFull({folder: dirname(options.file.path)}, error);
      if (!(error instanceof LabelscopeError) || error.facts.retry !== true || attempt >= maximumAttempts) throw error;
      idle = (await resumableBytes(options)) > before ? 0 : idle + 1;
      const delay = delays[Math.max(0, idle - 1)];
      if (delay === undefined) throw error;
      await sleep(delay, undefined, {signal: options.signal}).catch(() => options.signal.throwIfAborted());
    }
  }
}

/**
 * How much of the partial file may be kept: nothing where neither an ETag nor a SHA-256 would notice a wrong join. Of a file
 * that is all there the last byte is asked for again: the answer says whether it is still the source's.
 */
async function resumableBytes(options: DownloadOptions): Promise<number> {
  const state = await readState(options.file, options.key);
  if (state === undefined || (state.validator === undefined && !options.checksumKnown)) return 0;
  const bytes = await partialBytes(options.file);
  return bytes > 0 && bytes === state.totalBytes ? bytes - 1 : bytes;
}

async function attemptOnce(options: DownloadOptions, have: number): Promise<void> {
  const validator = (await readState(options.file, options.key))?.validator;
  const range: Record<string, string> = have === 0 ? {} : {range: `bytes=${have}-`};
  if (have > 0 && validator !== undefined) range["if-range"] = validator;
  using watch = stallWatch(options.signal, options.stallMs ?? 30_000);
  const host = new URL(options.url).host;
  try {
    const response = await request({
      url: options.url,
      headers: range,
      signal: watch.signal,
      ...(options.secret === undefined ? {} : {secret: options.secret}),
    });
    watch.touch();
    await receive(response, {options, have, host, touch: watch.touch});
  } catch (error) {
    options.signal.throwIfAborted();
    if (watch.signal.aborted) throw retryable(unreachable(host, new Error("the server stopped sending")));
    if (error instanceof LabelscopeError) throw error.code === "source-unreachable" ? retryable(error) : error;
    throw isDiskFull(error) ? error : retryable(unreachable(host, error));
  }
}

async function receive(
  response: Response,
  context: {options: DownloadOptions; have: number; host: string; touch: () => void},
): Promise<void> {
  const {options, have, host} = context;
  const place = await placeOf(response, have, host, options.file);
  const expected = options.expectedBytes;
  if (expected !== undefined && place.totalBytes !== undefined && place.totalBytes !== expected) {
    await response.body?.cancel();
    throw sizeMismatch(host, expected, place.totalBytes);
  }
  const total = expected ?? place.totalBytes;
  const most = options.limitBytes ?? Number.MAX_SAFE_INTEGER;
  if (total !== undefined && total > most) {
    await response.body?.cancel();
    throw beyondMaxSize(host, most, total);
  }
  const folder = dirname(options.file.path);
  try {
    await ensureSpace(folder, (total ?? 0) - place.startBytes, options.statfs);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  const validator = strongTag(response);
  if (have > 0 && place.startBytes > 0) await refuseOtherVersion(response, {options, place, host, validator});
  await writeState(options.file, {
    key: options.key,
    ...(validator === undefined ? {} : {validator}),
    ...(place.totalBytes === undefined ? {} : {totalBytes: place.totalBytes}),
  });
  const room = (await availableBytes(folder, options.statfs)) ?? Number.MAX_SAFE_INTEGER;
  const limit = total ?? Math.min(most, place.startBytes + room);
  const length = await writeStream(response.body ?? emptyStream(), {
    file: options.file,
    startBytes: place.startBytes,
    limitBytes: limit,
    tooLong: () => (total === undefined && limit === most ? beyondMaxSize(host, most) : tooLong(host, limit)),
    onProgress: done => {
      context.touch();
      options.onProgress(done, total);
    },
  }).catch(async error => {
    // What follows a stream that lies about its length cannot be trusted either.
    if (error instanceof LabelscopeError) await discard(options.file);
    throw error;
  });
  if (total !== undefined && length < total) {
    throw retryable(unreachable(host, new Error(`the connection ended after ${length} of ${total} bytes`)));
  }
}

/** The server's ETag where it tells one content from any other. */
function strongTag(response: Response): string | undefined {
  const etag = response.headers.get("etag");
  return etag === null || etag.startsWith("W/") ? undefined : etag;
}

/** A server may ignore If-Range: a continuation of other content is recognised by its own ETag and length. */
async function refuseOtherVersion(
  response: Response,
  {
    options,
    place,
    host,
    validator,
  }: {
    options: DownloadOptions;
    place: {totalBytes?: number};
    host: string;
    validator: string | undefined;
  },
): Promise<void> {
  const before = await readState(options.file, options.key);
  const otherTag = before?.validator !== undefined && before.validator !== validator;
  const otherLength =
    before?.totalBytes !== undefined && place.totalBytes !== undefined && before.totalBytes !== place.totalBytes;
  if (!otherTag && !otherLength) return;
  await response.body?.cancel();
  await discard(options.file);
  throw retryable(refused(host, response.status, "it continues with another version of the file"));
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

/** Where the body of a response belongs in the file, and how long the whole file is. */
async function placeOf(
  response: Response,
  have: number,
  host: string,
  file: PartialFile,
): Promise<{startBytes: number; totalBytes?: number}> {
  if (response.status === 200) {
    const length = announcedLength(response);
    return {startBytes: 0, ...(length === undefined ? {} : {totalBytes: length})};
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && have > 0 && Number(range?.[1]) === have) {
    return {startBytes: have, ...(range?.[2] === "*" ? {} : {totalBytes: Number(range?.[2])})};
  }
  await response.body?.cancel();
  if (have > 0 && (response.status === 206 || response.status === 416)) {
    await discard(file);
    throw retryable(refused(host, response.status, "it does not continue where the partial file ends"));
  }
  const error = refused(host, response.status, statusAdvice(response.status));
  throw response.status === 429 || response.status >= 500 ? retryable(error) : error;
}

/** Content-Length; `undefined` where it is absent or counts something else than the file's own bytes. */
function announcedLength(response: Response): number | undefined {
  const encoding = response.headers.get("content-encoding");
  const length = response.headers.get("content-length");
  return length === null || (encoding !== null && encoding !== "identity") ? undefined : Number(length);
}

/** What an HTTP status means for someone who wants a model. */
export function statusAdvice(status: number): string {
  if (status === 401 || status === 403)
    return "access is restricted: accept the terms on the model's page, set HF_TOKEN";
  if (status === 404 || status === 410) return "there is no such file";
  return status === 429 ? "too many requests" : "the server could not answer";
}

/** The error for an answer that is not the file. */
export function refused(host: string, status: number, reason: string): LabelscopeError {
  return new LabelscopeError({
    code: "source-refused",
    message: `${host} answered ${status}: ${reason}`,
    next: "check the address, the access token and the terms of the model",
    facts: {host, status},
  });
}

function sizeMismatch(host: string, expected: number, announced: number): LabelscopeError {
  return new LabelscopeError({
    code: "source-size-mismatch",
    message: `${host} offers ${announced} bytes, expected ${expected}`,
    next: "the file was replaced at its source: use another source, or update the catalogue",
    facts: {host, expected, announced},
  });
}

function tooLong(host: string, limit: number): LabelscopeError {
  return new LabelscopeError({
    code: "source-too-long",
    message: `${host} sent more than the ${limit} bytes expected`,
    next: "do not trust this source; use another one",
    facts: {host, limit},
  });
}

/** The same error, marked as worth another attempt. */
function retryable(error: LabelscopeError): LabelscopeError {
  const {code, message, next, details, facts, cause} = error;
  return new LabelscopeError({code, message, next, details, facts: {...facts, retry: true}, cause});
}

/** A signal that also fires when nothing was touched for a while. */
function stallWatch(signal: AbortSignal, stallMs: number): Disposable & {signal: AbortSignal; touch: () => void} {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error("stalled")), stallMs);
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    touch: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
