import {setTimeout as sleep} from "node:timers/promises";
import {LabelscopeError} from "../errors.ts";
import {fetchThroughProxy} from "./proxy.ts";

/** Headers that only one origin may see, such as an access token. */
export interface SecretHeaders {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  readonly secret?: SecretHeaders;
  /** Aborts the request and the body that it returns. */
  readonly signal: AbortSignal;
  /** Redirects go on only while this says so; the response that it declines is returned as it is. */
  readonly follow?: (from: Response, to: URL) => boolean;
}

const maximumRedirects = 8;

/**
 * One request with redirects followed by hand: only to http or https, never from https to http, at most eight.
 *
 * Secret headers go to their own origin alone, over https or to this computer, and are dropped at a redirect elsewhere.
 *
 * @returns the first response that is not a redirect; its body is still to be read or cancelled
 * @throws `source-unreachable` where no answer came, `source-redirect-refused` for a redirect outside these rules
 */
export async function request(options: HttpRequest): Promise<Response> {
  let url = new URL(options.url);
  for (let hop = 0; hop <= maximumRedirects; hop++) {
    const response = await requestOnce(url, options);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    const next = redirectTarget(url, location);
    if (options.follow !== undefined && !options.follow(response, next)) return response;
    await response.body?.cancel();
    url = next;
  }
  throw redirectRefused(options.url, `more than ${maximumRedirects} redirects`);
}

async function requestOnce(url: URL, options: HttpRequest): Promise<Response> {
  const headers = {"accept-encoding": "identity", "user-agent": "labelscope", ...options.headers};
  const {secret} = options;
  const mayKnow = secret !== undefined && url.origin === secret.origin && isPrivate(url);
  try {
    return await fetchThroughProxy(url, {
      method: options.method ?? "GET",
      redirect: "manual",
      signal: options.signal,
      headers: mayKnow ? {...headers, ...secret.headers} : headers,
    });
  } catch (cause) {
    options.signal.throwIfAborted();
    throw unreachable(url.host, cause);
  }
}

/**
 * Repeats a step that found nobody or a busy server (429, 5xx), once after each delay.
 *
 * @param patience.retryDelaysMs the waits, in milliseconds; default 0.5, 1.5 and 3 s
 * @throws the step's last error, and the signal's reason
 */
export async function patiently<Result>(
  {signal, retryDelaysMs}: {readonly signal: AbortSignal; readonly retryDelaysMs?: readonly number[] | undefined},
  step: () => Promise<Result>,
): Promise<Result> {
  const delays = retryDelaysMs ?? [500, 1500, 3000];
  for (let attempt = 0; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      const delay = delays[attempt];
      if (!mayPass(error) || delay === undefined) throw error;
      await sleep(delay, undefined, {signal}).catch(() => signal.throwIfAborted());
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof LabelscopeError)) return false;
  const {status} = error.facts;
  return error.code === "source-unreachable" || (typeof status === "number" && (status === 429 || status >= 500));
}

/** Whether what is sent there cannot be read on the way. */
function isPrivate(url: URL): boolean {
  return url.protocol === "https:" || ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
}

function redirectTarget(from: URL, location: string): URL {
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    throw redirectRefused(from.host, "it points to something that is not an address");
  }
  if (to.protocol !== "https:" && to.protocol !== "http:") {
    throw redirectRefused(from.host, `it points to ${to.protocol} instead of https:`);
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw redirectRefused(from.host, `it leaves https for http://${to.host}`);
  }
  return to;
}

function redirectRefused(host: string, reason: string): LabelscopeError {
  return new LabelscopeError({
    code: "source-redirect-refused",
    message: `a redirect of ${host} is not followed: ${reason}`,
    next: "check that the address is the one you mean",
  });
}

/** The error for a server that gave no answer, or stopped in the middle of one. */
export function unreachable(host: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "source-unreachable",
    message: `${host}: ${networkReason(cause)}`,
    next: "check the network, or pull the model on another computer and pass the file's path",
    facts: {host},
    cause,
  });
}

/** The innermost reason of a network error, with its code: fetch says "fetch failed" and hides the rest. */
function networkReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkReason(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return networkReason(error.cause);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
