import {z} from "zod";
import {LabelscopeError} from "../../errors.ts";
import {refused, statusAdvice} from "../download.ts";
import {patiently, request, type SecretHeaders} from "../http.ts";
import type {HubAddress} from "./address.ts";

const listingSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().nonnegative().nullish(),
      blobId: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .nullish(),
      lfs: z.object({sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative()}).nullish(),
    }),
  ),
});

/** A file as the hub lists it. `blob` is its name in the cache: the SHA-256 of a large file, else git's own hash. */
export interface HubFile {
  readonly path: string;
  readonly blob: string;
  readonly sha256?: string;
  readonly sizeBytes?: number;
}

export interface HubListing {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface HubClient {
  readonly endpoint: string;
  readonly secret: SecretHeaders | undefined;
  readonly signal: AbortSignal;
  readonly retryDelaysMs?: readonly number[];
}

/**
 * What a repository holds at a revision, by the hub's API (`/api/models/OWNER/NAME/revision/REVISION?blobs=true`).
 *
 * @throws `source-unreachable`, `hub-refused` with what the hub's answer means, `source-refused` for an answer that is none
 */
export async function listRepository({repo, revision}: HubAddress, client: HubClient): Promise<HubListing> {
  const {endpoint, secret, signal} = client;
  const url = `${endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  return await patiently(client, async () => {
    const response = await request({
      url,
      signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
      ...(secret === undefined ? {} : {secret}),
    });
    const {host} = new URL(url);
    if (!response.ok) {
      await response.body?.cancel();
      throw hubRefusal(response.status, {repo, host, client, code: response.headers.get("x-error-code")});
    }
    const parsed = listingSchema.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw refused(host, response.status, "its answer is not the hub's list of files");
    const files = parsed.data.siblings.flatMap(({rfilename: path, size, blobId, lfs}) => {
      const blob = lfs?.sha256 ?? blobId;
      const sizeBytes = lfs?.size ?? size;
      if (blob === undefined || blob === null || !isInside(path)) return [];
      return [{path, blob, ...(lfs ? {sha256: lfs.sha256} : {}), ...(sizeBytes == null ? {} : {sizeBytes})}];
    });
    return {commit: parsed.data.sha, files};
  });
}

/** Whether a listed path stays inside the folder that it is put in. */
function isInside(path: string): boolean {
  return !/[\\:\0]/.test(path) && path.split("/").every(part => part !== "" && part !== "." && part !== "..");
}

/** What a refusal of the hub means: it hides private repositories behind 401, and says of gated ones what is missing. */
export function hubRefusal(
  status: number,
  about: {
    readonly repo: string;
    readonly host: string;
    readonly client: Pick<HubClient, "endpoint" | "secret">;
    readonly code?: string | null | undefined;
  },
): LabelscopeError {
  const {repo, host, client, code} = about;
  if (status !== 401 && status !== 403 && status !== 404) return refused(host, status, statusAdvice(status));
  const page = `${client.endpoint}/${repo}`;
  const login = "set HF_TOKEN to an access token, or run `hf auth login`";
  const accept = `accept its terms on ${page}`;
  const said =
    status === 404
      ? `${repo} has no such ${code === "RevisionNotFound" ? "revision" : code === "EntryNotFound" ? "file" : "repository, revision or file"}`
      : code === "GatedRepo" || status === 403
        ? `${repo} is gated${client.secret === undefined ? ", and no access token is set" : ", and the token's owner has no access"}`
        : `there is no repository ${repo}, or it is private${client.secret === undefined ? ", and no access token is set" : ", and the token does not open it"}`;
  return new LabelscopeError({
    code: "hub-refused",
    message: `${host} answered ${status}: ${said}`,
    next: status === 404 ? `look at ${page}` : client.secret === undefined ? [login, accept] : [accept, login],
    facts: {repo, status},
  });
}
