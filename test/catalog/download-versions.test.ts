import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {pullModel} from "../../src/catalog/pull.ts";
import {modelBytes, pullOptions, serve, temporaryFolder, urlTarget} from "./helpers.ts";

const old = modelBytes(200_000);
const fresh = Buffer.from(old.map((byte, index) => (index < 24 ? byte : byte ^ 0xff)));

/** Cuts the first answer off, then serves the new version and never minds If-Range. */
async function replacing(tag: (version: "old" | "new") => Record<string, string>, next = fresh) {
  let requests = 0;
  return await serve((request, response) => {
    requests++;
    if (requests === 1) {
      response.writeHead(200, {"content-length": old.length, etag: '"old"', ...tag("old")});
      response.write(old.subarray(0, 80_000), () => setTimeout(() => response.destroy(), 50));
      return;
    }
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = {"content-length": next.length - from, ...tag("new")};
    if (from === 0) response.writeHead(200, headers);
    else response.writeHead(206, {...headers, "content-range": `bytes ${from}-${next.length - 1}/${next.length}`});
    response.end(next.subarray(from));
  });
}

describe("a file that is replaced at its source while it is pulled is never joined of two versions,", () => {
  test.each([
    ["though the server ignores If-Range and names another ETag", () => replacing(v => ({etag: `"${v}"`}))],
    ["nor where the continuation names no ETag", () => replacing(v => (v === "old" ? {etag: '"old"'} : {}))],
    [
      "nor where the length alone is another",
      () => replacing(() => ({etag: '"same"'}), Buffer.concat([fresh, Buffer.alloc(8)])),
    ],
  ])("%s", async (_, start) => {
    const home = await temporaryFolder();
    const origin = await start();
    await pullModel(urlTarget(`${origin}/model.gguf`), pullOptions(home));
    const found = await readFile(join(home, "models", "model.gguf"));
    expect(found.subarray(0, fresh.length).equals(fresh)).toBe(true);
  });
});
