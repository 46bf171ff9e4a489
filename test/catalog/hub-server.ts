import {createHash} from "node:crypto";
import type {IncomingMessage, ServerResponse} from "node:http";
import {serve, sha256} from "./helpers.ts";

export const COMMIT = "c".repeat(40);

/** How an invented hub misbehaves. */
export interface HubHabits {
  /** Only this token is let in: the list of files is open, the files are not, as with a gated repository. */
  readonly gatedFor?: string;
  /** Nobody is let in without this token, not even to the list: a private repository. */
  readonly privateFor?: string;
  /** The storage ends the connection after so many bytes of each answer. */
  readonly cutAfter?: number;
  /** What the storage sends instead of a file. */
  readonly instead?: Buffer;
}

export interface Hub {
  readonly endpoint: string;
  readonly seen: {
    host: "hub" | "storage";
    method: string;
    url: string;
    token?: string;
    range?: string;
    sent?: number;
  }[];
}

/** The pointer that git keeps in place of a large file. */
export function lfsPointer(content: Buffer): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`,
  );
}

/**
 * A hub as its documentation and its Python client describe it: a list of files with their hashes by the API, and files by
 * `resolve`, redirected to a storage on another origin that answers ranges. `small/` files are kept by git, the others as LFS.
 */
export async function serveHub(
  repo: string,
  files: Readonly<Record<string, Buffer>>,
  habits: HubHabits = {},
): Promise<Hub> {
  const seen: Hub["seen"] = [];
  const note = (host: "hub" | "storage", {method = "", url = "", headers}: IncomingMessage) => {
    const entry: Hub["seen"][number] = {
      host,
      method,
      url,
      ...(headers.authorization === undefined ? {} : {token: headers.authorization}),
      ...(headers.range === undefined ? {} : {range: headers.range}),
    };
    seen.push(entry);
    return entry;
  };
  const storage = await serve((request, response) => {
    const entry = note("storage", request);
    const path = decodeURIComponent((request.url ?? "").slice(1));
    const content = habits.instead ?? files[path] ?? Buffer.alloc(0);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: `"${sha256(content)}"`,
      "content-length": rest.length,
      "accept-ranges": "bytes",
      ...(from > 0 ? {"content-range": `bytes ${from}-${content.length - 1}/${content.length}`} : {}),
    });
    const cut = habits.cutAfter;
    entry.sent = Math.min(rest.length, cut ?? rest.length);
    if (cut === undefined || rest.length <= cut) response.end(rest);
    else response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
  });
  const endpoint = await serve((request, response) => {
    const entry = note("hub", request);
    const {url} = entry;
    const lacks = (token: string | undefined) => token !== undefined && entry.token !== `Bearer ${token}`;
    if (lacks(habits.privateFor)) return refuse(response, 401, "RepoNotFound");
    if (url === `/api/models/${repo}/revision/main?blobs=true`) {
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify(listing(repo, files)));
    }
    const [, path = ""] = new RegExp(`^/${repo}/resolve/(?:${COMMIT}|main)/(.+)$`).exec(url) ?? [];
    const content = files[decodeURIComponent(path)];
    if (content === undefined)
      return refuse(response, 404, url.startsWith(`/${repo}/`) ? "EntryNotFound" : "RepoNotFound");
    if (lacks(habits.gatedFor)) return refuse(response, entry.token === undefined ? 401 : 403, "GatedRepo");
    response.writeHead(302, {
      location: `${storage}/${path}`,
      "x-repo-commit": COMMIT,
      "x-linked-size": content.length,
      "x-linked-etag": `"${sha256(content)}"`,
    });
    response.end();
  });
  return {endpoint, seen};
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, {"x-error-code": code, "content-type": "application/json"});
  response.end(JSON.stringify({error: code}));
}

function listing(repo: string, files: Readonly<Record<string, Buffer>>) {
  const siblings = Object.entries(files).map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: createHash("sha1")
      .update(`blob ${isSmall(rfilename) ? content.length : lfsPointer(content).length}\0`)
      .update(isSmall(rfilename) ? content : lfsPointer(content))
      .digest("hex"),
    ...(isSmall(rfilename)
      ? {}
      : {lfs: {sha256: sha256(content), size: content.length, pointerSize: lfsPointer(content).length}}),
  }));
  return {id: repo, sha: COMMIT, private: false, gated: false, siblings};
}

function isSmall(path: string): boolean {
  return path.startsWith("small/") || path.endsWith(".md");
}
