import {setTimeout as sleep} from "node:timers/promises";
import {LabelscopeError} from "../../errors.ts";

export interface HttpOptions {
  readonly base: string;
  /** Sent as a bearer token; never shown. */
  readonly apiKey?: string;
  /** The longest that one answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long a request is tried again, in milliseconds: a server that restarts is waited for. */
  readonly patienceMs: number;
  /** The same until the server has answered anything: it is more likely not there than about to come. Default: patienceMs. */
  readonly firstPatienceMs?: number;
  /** Told once if an answer has to be waited for, and why. */
  readonly onWait?: (why: string) => void;
  /** The longest pause between two tries, in milliseconds. */
  readonly longestPauseMs?: number;
  readonly random?: () => number;
  /** Ends every request, those before a capture included; a request may have a signal of its own beside it. */
  readonly signal?: AbortSignal;
}

interface Failure {
  /** What a person may read: no text that was sent, no key. */
  readonly why: string;
  /** Another try may succeed. */
  readonly transient: boolean;
  /** The connection broke or was refused: another process may answer next. */
  readonly broken: boolean;
  readonly afterMs?: number;
  readonly cause?: unknown;
}

/**
 * Asks one server. A read changes nothing there, so whatever may pass is tried again: 408, 429 (after `Retry-After`), 5xx,
 * broken connections, timeouts, and answers that are cut off or no JSON. Any other status is an answer and final.
 */
export class ServerHttp {
  readonly #options: HttpOptions;
  #broken = false;
  /** Whether any answer has come, whatever its status. */
  #heard = false;
  #told = false;
  /** Asked once after a connection broke, before an answer is believed: is it still the same server and model? */
  verify: ((signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** Requests and tries so far, for tests and measurements. */
  readonly counts = {requests: 0, tries: 0, bytesReceived: 0};

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  get host(): string {
    return new URL(this.#options.base).host;
  }

  /** @throws `server-unreachable` when patience ends; `server-refused` for a final status */
  async get(path: string, signal?: AbortSignal): Promise<unknown> {
    return await this.#ask(path, undefined, this.#either(signal));
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return await this.#ask(path, JSON.stringify(body), this.#either(signal));
  }

  #either(own: AbortSignal | undefined): AbortSignal | undefined {
    const {signal} = this.#options;
    return own === undefined || own === signal || signal === undefined
      ? (own ?? signal)
      : AbortSignal.any([own, signal]);
  }

  async #ask(path: string, body: string | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    this.counts.requests++;
    const {patienceMs, longestPauseMs = 15_000, random = Math.random} = this.#options;
    const began = performance.now();
    for (let tries = 0; ; tries++) {
      signal?.throwIfAborted();
      const {answer, failure} = await this.#once(path, body, signal);
      if (failure === undefined) {
        if (!this.#broken) return answer;
        // The answer may be another process's: it is asked again once that is known to be the same.
        this.#broken = false;
        await this.verify?.(signal);
        return this.#broken ? await this.#ask(path, body, signal) : answer;
      }
      signal?.throwIfAborted();
      if (!failure.transient) throw refused(this.host, path, failure);
      if (failure.broken) this.#broken = true;
      const jittered = Math.min(longestPauseMs, 250 * 2 ** tries) * (0.5 + random() / 2);
      // A server may ask for more time than we would give it, never for none.
      const pause = Math.max(failure.afterMs ?? 0, jittered);
      const patience = this.#heard ? patienceMs : Math.min(patienceMs, this.#options.firstPatienceMs ?? patienceMs);
      if (performance.now() + pause - began > patience) throw unreachable(this.host, tries + 1, failure);
      if (this.#heard && !this.#told && tries > 2) {
        this.#told = true;
        this.#options.onWait?.(`${this.host} has to be waited for: ${failure.why}`);
      }
      await sleep(pause, undefined, signal === undefined ? {} : {signal}).catch(() => signal?.throwIfAborted());
    }
  }

  async #once(
    path: string,
    body: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{readonly answer?: unknown; readonly failure?: Failure}> {
    const {base, apiKey, timeoutMs, firstPatienceMs = timeoutMs} = this.#options;
    const longestMs = this.#heard ? timeoutMs : Math.min(timeoutMs, firstPatienceMs);
    const timeout = AbortSignal.timeout(longestMs);
    this.counts.tries++;
    try {
      const response = await fetch(base + path, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body === undefined ? {} : {"content-type": "application/json"}),
          ...(apiKey === undefined ? {} : {authorization: `Bearer ${apiKey}`}),
        },
        ...(body === undefined ? {} : {body}),
        redirect: "manual", // neither text nor key goes anywhere else
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      this.#heard = true;
      const text = await response.text();
      this.counts.bytesReceived += text.length;
      if (response.ok) {
        try {
          return {answer: JSON.parse(text)};
        } catch (cause) {
          // Half an answer may come whole the next time; a page will be a page again.
          const isPage = /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
          const why = isPage ? "it answers with a web page" : "an answer that is not JSON";
          return {failure: {why, transient: !isPage, broken: false, cause}};
        }
      }
      const {status} = response;
      if (status >= 300 && status < 400) {
        const where = this.#safe(response.headers.get("location") ?? "elsewhere");
        const why = `status ${status}, which points to ${where}: nothing is sent on by itself`;
        return {failure: {why, transient: false, broken: false}};
      }
      const transient = status === 408 || status === 429 || status >= 500;
      const afterMs = retryAfterMs(response.headers.get("retry-after"));
      const why = `status ${status}${this.#safe(messageOf(text))}`;
      return {failure: {why, transient, broken: false, ...(afterMs === undefined ? {} : {afterMs})}};
    } catch (cause) {
      if (timeout.aborted) {
        return {failure: {why: `no answer within ${longestMs / 1000} s`, transient: true, broken: false, cause}};
      }
      const why = `the connection broke (${this.#safe(causeOf(cause))})`;
      return {failure: {why, transient: true, broken: true, cause}};
    }
  }

  /** A text without the key, which a server may repeat. */
  #safe(text: string): string {
    const {apiKey} = this.#options;
    return apiKey === undefined ? text : text.replaceAll(apiKey, "[the key]");
  }
}

/** Seconds, or a date; absent for anything else. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** What a server says is wrong, on one line and short: it may repeat a prompt. */
function messageOf(text: string): string {
  const [, message = ""] = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  return message === "" ? "" : `: ${message.slice(0, 200)}`;
}

function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (inner instanceof Error && "code" in inner && typeof inner.code === "string") return inner.code;
  return inner instanceof Error ? inner.message : String(inner);
}

function unreachable(host: string, tries: number, {why, cause}: Failure): LabelscopeError {
  return new LabelscopeError({
    code: "server-unreachable",
    message: `${host} did not answer in ${tries === 1 ? "one try" : `${tries} tries`}: ${why}`,
    next: [
      "check that the server runs, and its address",
      "finished documents are kept: the same command continues when it is back",
    ],
    facts: {host, tries},
    cause,
  });
}

function refused(host: string, path: string, {why, cause}: Failure): LabelscopeError {
  const key = /status 40[13]/.test(why);
  return new LabelscopeError({
    code: "server-refused",
    message: `${host} refused ${path}: ${why}`,
    next: key
      ? "put the server's key into the environment variable LABELSCOPE_API_KEY, or give its file with --api-key-file"
      : "docs/engines.md says what a server must offer and how it is started",
    facts: {host, path},
    cause,
  });
}
