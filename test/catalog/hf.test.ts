import type {IncomingMessage, ServerResponse} from "node:http";
import {describe, expect, test} from "vitest";
import {pullModel} from "../../src/catalog/pull.ts";
import type {PullTarget} from "../../src/catalog/pull-target.ts";
import {failure, modelBytes, pullOptions, serve, sha256, temporaryFolder} from "./helpers.ts";

const bytes = modelBytes(50_000);
const checksum = sha256(bytes);
const commit = "c".repeat(40);
const target: PullTarget = {
  id: "model",
  sources: [{kind: "hf", repo: "owner/name-GGUF", file: "name.Q8_0.gguf"}],
};

interface Hub {
  readonly endpoint: string;
  readonly seen: {host: string; url: string; token: string | undefined}[];
}

/** A hub that redirects to a storage on another origin, as the real one does. */
async function hub(headers: Record<string, string | number> = {}, content: Uint8Array = bytes): Promise<Hub> {
  const seen: Hub["seen"] = [];
  const note = (host: string, request: IncomingMessage) =>
    seen.push({host, url: request.url ?? "", token: request.headers.authorization});
  const storage = await serve((request: IncomingMessage, response: ServerResponse) => {
    note("storage", request);
    response.end(content);
  });
  const endpoint = await serve((request, response) => {
    note("hub", request);
    response.writeHead(302, {
      location: `${storage}/blob`,
      "x-linked-etag": `"${checksum}"`,
      "x-linked-size": bytes.length,
      "x-repo-commit": commit,
      ...headers,
    });
    response.end();
  });
  return {endpoint, seen};
}

describe("a file on the hub", () => {
  test("is checked against the checksum of the hub's first answer", async () => {
    const {endpoint, seen} = await hub();
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: `${endpoint}/`}});
    const pulled = await pullModel(target, options);
    expect(pulled.record).toMatchObject({
      sha256: checksum,
      checkedAgainst: "source",
      source: `hf:owner/name-GGUF/name.Q8_0.gguf at ${commit}`,
    });
    expect(seen[0]?.url).toBe("/owner/name-GGUF/resolve/main/name.Q8_0.gguf");
  });

  test("is refused when the storage delivers other bytes than the hub named", async () => {
    const {endpoint} = await hub({}, modelBytes(50_000).fill(7, 100));
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    expect((await failure(pullModel(target, options))).code).toBe("checksum-mismatch");
  });

  test("is not downloaded when the hub's checksum is not the catalogue's", async () => {
    const {endpoint, seen} = await hub();
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    const error = await failure(pullModel({...target, sha256: "0".repeat(64)}, options));
    expect(error.code).toBe("checksum-mismatch");
    expect(seen.map(request => request.host)).toEqual(["hub"]);
  });

  test("is not downloaded when the storage offers another size than the hub named", async () => {
    const {endpoint} = await hub({"x-linked-size": 49_999});
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    expect((await failure(pullModel(target, options))).code).toBe("source-size-mismatch");
  });

  test("is asked for with the token, which the storage never sees", async () => {
    const {endpoint, seen} = await hub();
    const env = {HF_ENDPOINT: endpoint, HF_TOKEN: "hf_secret"};
    await pullModel(target, pullOptions(await temporaryFolder(), {env}));
    expect(seen).toMatchObject([
      {host: "hub", token: "Bearer hf_secret"},
      {host: "hub", token: "Bearer hf_secret"},
      {host: "storage", token: undefined},
    ]);
  });

  test("that is gated is refused with a word about the token", async () => {
    const endpoint = await serve((_, response) => response.writeHead(401).end());
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    const error = await failure(pullModel(target, options));
    expect(error.code).toBe("source-refused");
    expect(error.message).toContain("HF_TOKEN");
  });

  test("is not believed without a checksum when the hub is busy at the first question", async () => {
    const {endpoint: real} = await hub();
    let questions = 0;
    const endpoint = await serve(async (_, response) => {
      if (++questions === 1) return response.writeHead(503).end();
      const answer = await fetch(`${real}/x`, {method: "HEAD", redirect: "manual"});
      return response.writeHead(302, Object.fromEntries(answer.headers)).end();
    });
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    expect((await pullModel(target, options)).record?.checkedAgainst).toBe("source");
  });

  test("that does not answer is given up in the time allowed", async () => {
    const endpoint = await serve(() => {});
    const options = {env: {HF_ENDPOINT: endpoint}, stallMs: 100, retryDelaysMs: [1]};
    expect((await failure(pullModel(target, pullOptions(await temporaryFolder(), options)))).code).toBe("no-network");
  });

  test("is found when its repository was renamed", async () => {
    const {endpoint: real} = await hub();
    const endpoint = await serve(async (request, response) => {
      if (request.url?.startsWith("/owner/")) return response.writeHead(307, {location: "/moved/here"}).end();
      const answer = await fetch(`${real}/x`, {method: "HEAD", redirect: "manual"});
      return response.writeHead(302, Object.fromEntries(answer.headers)).end();
    });
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: endpoint}});
    expect((await pullModel(target, options)).record?.checkedAgainst).toBe("source");
  });
});
