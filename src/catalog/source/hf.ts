import {LabelscopeError} from "../../errors.ts";
import type {ModelSource} from "../../records/catalog.ts";
import {download, refused, statusAdvice} from "../download.ts";
import {patiently, request, type SecretHeaders, unreachable} from "../http.ts";
import {hubEndpoint, hubSecret} from "../hub/places.ts";
import type {FetchContext, Fetcher} from "./source.ts";
import {downloadOptions} from "./url.ts";

type HfSource = Extract<ModelSource, {kind: "hf"}>;

/** What the hub says of a file before it redirects to the storage. */
interface HubFacts {
  readonly sha256?: string;
  readonly sizeBytes?: number;
  readonly commit?: string;
}

/**
 * A file of a repository on the Hugging Face hub, or on a mirror named by `HF_ENDPOINT`.
 *
 * The hub names the SHA-256 and the size in the headers of its first answer; they are compared with the catalogue
 * before anything is downloaded. The access token goes to the hub alone, never to the storage that it redirects to.
 */
export const fetchHf: Fetcher<"hf"> = async (source, context) => {
  const endpoint = hubEndpoint(context.env);
  const url = hubUrl(endpoint, source);
  const secret = await hubSecret(context.env);
  const facts = await askHub(url, secret, context);
  const {expected} = context;
  if (expected.sha256 !== undefined && facts.sha256 !== undefined && facts.sha256 !== expected.sha256) {
    throw otherFile(source, expected.sha256, facts.sha256);
  }
  const sizeBytes = expected.sizeBytes ?? facts.sizeBytes;
  const {resumed} = await download({
    ...downloadOptions(context),
    ...(sizeBytes === undefined ? {} : {expectedBytes: sizeBytes}),
    ...(secret === undefined ? {} : {secret}),
    url,
    key: `hf ${source.repo}/${source.file} ${facts.sha256 ?? expected.sha256 ?? ""}`,
    checksumKnown: (facts.sha256 ?? expected.sha256) !== undefined,
  });
  const at = facts.commit ?? source.revision ?? "main";
  return {
    origin: `hf:${source.repo}/${source.file} at ${at}`,
    resumed,
    ...(facts.sha256 === undefined ? {} : {sha256: facts.sha256}),
    ...(facts.commit === undefined ? {} : {revision: facts.commit}),
  };
};

function hubUrl(endpoint: string, source: HfSource): string {
  const file = source.file.split("/").map(encodeURIComponent).join("/");
  return `${endpoint}/${source.repo}/resolve/${encodeURIComponent(source.revision ?? "main")}/${file}`;
}

/**
 * Asks the hub for the headers of its own answer, following redirects of the hub itself (renamed repositories) but not
 * those to the storage. Repeated when the hub cannot be reached or is busy; a mirror that knows no HEAD knows no facts.
 */
async function askHub(url: string, secret: SecretHeaders | undefined, context: FetchContext): Promise<HubFacts> {
  return await patiently(context, async () => hubFacts(await askOnce(url, secret, context), new URL(url).host));
}

async function askOnce(url: string, secret: SecretHeaders | undefined, context: FetchContext): Promise<Response> {
  const {origin, host} = new URL(url);
  const patience = AbortSignal.timeout(context.stallMs ?? 30_000);
  try {
    const response = await request({
      url,
      method: "HEAD",
      signal: AbortSignal.any([context.signal, patience]),
      ...(secret === undefined ? {} : {secret}),
      follow: (from, to) => to.origin === origin && !from.headers.has("x-linked-etag"),
    });
    await response.body?.cancel();
    return response;
  } catch (error) {
    context.signal.throwIfAborted();
    throw patience.aborted ? unreachable(host, new Error("no answer")) : error;
  }
}

function hubFacts(response: Response, host: string): HubFacts {
  const {status, headers} = response;
  if (status >= 400 && status !== 405 && status !== 501) throw refused(host, status, statusAdvice(status));
  const sha256 = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(headers.get("x-linked-etag") ?? "")?.[1];
  const size = Number(headers.get("x-linked-size") ?? Number.NaN);
  const commit = /^[0-9a-f]{40}$/.exec(headers.get("x-repo-commit") ?? "")?.[0];
  return {
    ...(sha256 === undefined ? {} : {sha256}),
    ...(Number.isSafeInteger(size) && size > 0 ? {sizeBytes: size} : {}),
    ...(commit === undefined ? {} : {commit}),
  };
}

function otherFile(source: HfSource, expected: string, found: string): LabelscopeError {
  return new LabelscopeError({
    code: "checksum-mismatch",
    message: `${source.repo}/${source.file} is not the file that the catalogue means`,
    details: [`expected ${expected}`, `the hub says ${found}`],
    next: "use another source, or update the catalogue after checking the new file",
    facts: {expected, found},
  });
}
