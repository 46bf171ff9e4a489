import {mkdir, readdir, readFile, stat, writeFile} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {describe, expect, test} from "vitest";
import {pullModel} from "../../src/catalog/pull.ts";
import {failure, modelBytes, pullOptions, serve, sha256, temporaryFolder, urlTarget} from "./helpers.ts";

const bytes = modelBytes(300_000);
const checksum = sha256(bytes);

async function partialNames(home: string): Promise<string[]> {
  return (await readdir(join(home, "models", ".partial"))).sort();
}

describe("a pull from an address", () => {
  test("puts the file in place with a record and leaves nothing else behind", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const pulled = await pullModel(urlTarget(`${origin}/model.gguf`, {sha256: checksum}), pullOptions(home));
    expect(pulled.state).toBe("pulled");
    expect(sha256(await readFile(join(home, "models", "model.gguf")))).toBe(checksum);
    const record: unknown = JSON.parse(await readFile(join(home, "models", "model.json"), "utf8"));
    expect(record).toMatchObject({id: "model", sha256: checksum, sizeBytes: bytes.length, checkedAgainst: "given"});
    expect(await partialNames(home)).toEqual([]);
  });

  test("does not fetch again what is there and matches", async () => {
    const home = await temporaryFolder();
    let requests = 0;
    const origin = await serve((_, response) => {
      requests++;
      response.end(bytes);
    });
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    await pullModel(target, pullOptions(home));
    expect((await pullModel(target, pullOptions(home))).state).toBe("present");
    expect(requests).toBe(1);
  });

  test("fetches again what was damaged in the cache", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    const {path} = await pullModel(target, pullOptions(home));
    await writeFile(path, modelBytes(10));
    expect((await pullModel(target, pullOptions(home))).state).toBe("pulled");
    expect(sha256(await readFile(path))).toBe(checksum);
  });

  test("goes on after a cut connection from where it stopped", async () => {
    const home = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const conditions: (string | string[] | undefined)[] = [];
    const origin = await serve(async (request, response) => {
      ranges.push(request.headers.range);
      conditions.push(request.headers["if-range"]);
      response.setHeader("etag", '"one"');
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (start > 0) response.writeHead(206, {"content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`});
      else response.setHeader("content-length", bytes.length);
      if (ranges.length > 1) return response.end(bytes.subarray(start));
      response.write(bytes.subarray(0, 100_000));
      await sleep(50);
      return response.destroy();
    });
    const pulled = await pullModel(urlTarget(`${origin}/model.gguf`, {sha256: checksum}), pullOptions(home));
    expect(pulled.record?.sha256).toBe(checksum);
    expect(ranges).toEqual([undefined, "bytes=100000-"]);
    expect(conditions).toEqual([undefined, '"one"']);
  });

  test("begins anew when the server ignores the range", async () => {
    const home = await temporaryFolder();
    let requests = 0;
    const origin = await serve(async (_, response) => {
      requests++;
      response.setHeader("content-length", bytes.length);
      if (requests > 1) return response.end(bytes);
      response.write(bytes.subarray(0, 100_000));
      await sleep(50);
      return response.destroy();
    });
    await pullModel(urlTarget(`${origin}/model.gguf`, {sha256: checksum}), pullOptions(home));
    expect(sha256(await readFile(join(home, "models", "model.gguf")))).toBe(checksum);
  });

  test("joins nothing when the server answers with another range than asked for", async () => {
    const home = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const origin = await serve(async (request, response) => {
      ranges.push(request.headers.range);
      if (request.headers.range !== undefined) {
        response.writeHead(206, {"content-range": `bytes 5-${bytes.length - 1}/${bytes.length}`});
        return response.end(bytes.subarray(5));
      }
      response.setHeader("content-length", bytes.length);
      if (ranges.length > 1) return response.end(bytes);
      response.write(bytes.subarray(0, 100_000));
      await sleep(50);
      return response.destroy();
    });
    await pullModel(urlTarget(`${origin}/model.gguf`, {sha256: checksum}), pullOptions(home));
    expect(ranges).toEqual([undefined, "bytes=100000-", undefined]);
  });

  test("continues an aborted download in the next run", async () => {
    const home = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const abort = new AbortController();
    const origin = await serve((request, response) => {
      ranges.push(request.headers.range);
      response.setHeader("etag", '"one"');
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (start > 0) {
        response.writeHead(206, {"content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`});
        return response.end(bytes.subarray(start));
      }
      response.setHeader("content-length", bytes.length);
      return response.write(bytes.subarray(0, 120_000), () => setTimeout(() => abort.abort(new Error("stopped")), 100));
    });
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    await expect(pullModel(target, pullOptions(home, {signal: abort.signal}))).rejects.toThrow("stopped");
    expect(await partialNames(home)).toEqual(["model.part", "model.part.json"]);
    expect((await pullModel(target, pullOptions(home))).record?.sha256).toBe(checksum);
    expect(ranges).toEqual([undefined, "bytes=120000-"]);
  });

  test("begins anew when the part left over turns out to be wrong", async () => {
    const home = await temporaryFolder();
    const origin = await serve((request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      if (start === 0) return response.end(bytes);
      response.writeHead(206, {"content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`});
      return response.end(bytes.subarray(start));
    });
    const url = `${origin}/model.gguf`;
    await mkdir(join(home, "models", ".partial"), {recursive: true});
    await writeFile(join(home, "models", ".partial", "model.part"), Buffer.alloc(1000));
    await writeFile(
      join(home, "models", ".partial", "model.part.json"),
      JSON.stringify({key: `url ${url} ${checksum}`}),
    );
    expect((await pullModel(urlTarget(url, {sha256: checksum}), pullOptions(home))).record?.sha256).toBe(checksum);
  });

  test("puts nothing in place when the checksum is wrong", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const target = urlTarget(`${origin}/model.gguf`, {sha256: "0".repeat(64)});
    const error = await failure(pullModel(target, pullOptions(home)));
    expect(error.code).toBe("checksum-mismatch");
    expect(error.details.join("\n")).toContain(checksum);
    expect(await readdir(join(home, "models"))).toEqual([".partial"]);
    expect(await partialNames(home)).toEqual([]);
  });

  test("refuses a web page even when no checksum is known", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end("<html>sign in</html>"));
    const error = await failure(pullModel(urlTarget(`${origin}/model.gguf`), pullOptions(home)));
    expect(error.code).toBe("not-a-gguf");
    expect(await readdir(join(home, "models"))).toEqual([".partial"]);
  });

  test("says in the record that nobody named the checksum", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const pulled = await pullModel(urlTarget(`${origin}/model.gguf`), pullOptions(home));
    expect(pulled.record).toMatchObject({checkedAgainst: "nobody", sha256: checksum});
  });
});

describe("a server that cannot be trusted", () => {
  test("is refused before the download when it announces another size", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum, sizeBytes: 1000});
    expect((await failure(pullModel(target, pullOptions(home)))).code).toBe("source-size-mismatch");
  });

  test("is cut off when it sends more than expected", async () => {
    const home = await temporaryFolder();
    let sent = 0;
    const origin = await serve((_, response) => {
      const push = (): void => {
        while (!response.destroyed && sent < 50_000_000) {
          sent += bytes.length;
          if (!response.write(bytes)) return void response.once("drain", push);
        }
        response.end();
      };
      push();
    });
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum, sizeBytes: bytes.length - 1});
    expect((await failure(pullModel(target, pullOptions(home)))).code).toBe("source-too-long");
    expect(sent).toBeLessThan(50_000_000);
    expect(await partialNames(home)).toEqual([]);
  });

  test("is given up soon when it ends every connection", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.destroy());
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    const error = await failure(pullModel(target, pullOptions(home)));
    expect(error.code).toBe("no-network");
    expect(error.next.join("\n")).toContain("--model path/to/model.gguf");
  });

  test("is given up when it falls silent", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => {
      response.setHeader("content-length", bytes.length);
      response.write(bytes.subarray(0, 10));
    });
    const options = pullOptions(home, {stallMs: 100, retryDelaysMs: []});
    const error = await failure(pullModel(urlTarget(`${origin}/model.gguf`, {sha256: checksum}), options));
    expect(error.details.join("\n")).toContain("stopped sending");
  });

  test("is not asked again for a file that it does not have", async () => {
    const home = await temporaryFolder();
    let requests = 0;
    const origin = await serve((_, response) => {
      requests++;
      response.writeHead(404).end();
    });
    const error = await failure(pullModel(urlTarget(`${origin}/model.gguf`), pullOptions(home)));
    expect(error.code).toBe("source-refused");
    expect(requests).toBe(1);
  });
});

describe("several sources", () => {
  test("are tried in order until one works", async () => {
    const home = await temporaryFolder();
    const broken = await serve((_, response) => response.writeHead(404).end());
    const working = await serve((_, response) => response.end(bytes));
    const notices: string[] = [];
    const pulled = await pullModel(
      {
        id: "model",
        sha256: checksum,
        sources: [
          {kind: "url", url: `${broken}/a.gguf`},
          {kind: "url", url: `${working}/b.gguf`},
        ],
      },
      pullOptions(home, {onNotice: line => notices.push(line)}),
    );
    expect(pulled.record?.source).toBe(`${working}/b.gguf`);
    expect(notices).toHaveLength(1);
  });

  test("are all listed with their reasons when none works", async () => {
    const home = await temporaryFolder();
    const missing = await serve((_, response) => response.writeHead(404).end());
    const wrong = await serve((_, response) => response.end(modelBytes(10)));
    const target = {
      id: "model",
      sha256: checksum,
      sources: [
        {kind: "url" as const, url: `${missing}/a.gguf`},
        {kind: "url" as const, url: `${wrong}/b.gguf`},
      ],
    };
    const error = await failure(pullModel(target, pullOptions(home)));
    expect(error.code).toBe("model-not-fetched");
    expect(error.details.join("\n")).toMatch(/a\.gguf: .*404[\s\S]*b\.gguf: .*is not model/);
  });
});

describe("the disk", () => {
  const full = async () => ({bsize: 4096, bavail: 10});

  test("is asked before the download, and the error names both sizes", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    const error = await failure(pullModel(target, pullOptions(home, {statfs: full})));
    expect(error.code).toBe("disk-full");
    expect(error.details).toEqual(["needed 67.4 MB, available 41.0 kB"]);
  });
});

describe("two pulls of one model", () => {
  test("download it once, the second waiting for the first", async () => {
    const home = await temporaryFolder();
    let requests = 0;
    const origin = await serve(async (_, response) => {
      requests++;
      await sleep(200);
      response.end(bytes);
    });
    const target = urlTarget(`${origin}/model.gguf`, {sha256: checksum});
    const notices: string[] = [];
    const options = pullOptions(home, {onNotice: line => notices.push(line)});
    const both = await Promise.all([pullModel(target, options), pullModel(target, options)]);
    expect(requests).toBe(1);
    expect(both.map(pulled => pulled.state).sort()).toEqual(["present", "pulled"]);
    expect(notices.join("\n")).toContain(`waiting for process ${process.pid}`);
  });

  test("are not held up by the lock of a dead process", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.end(bytes));
    await mkdir(join(home, "models", ".partial"), {recursive: true});
    const lock = {pid: 2 ** 31 - 2, host: hostname(), since: "2020-01-01T00:00:00.000Z", token: "dead"};
    await writeFile(join(home, "models", ".partial", "model.lock"), JSON.stringify(lock));
    expect((await pullModel(urlTarget(`${origin}/m.gguf`, {sha256: checksum}), pullOptions(home))).state).toBe(
      "pulled",
    );
    expect(await partialNames(home)).toEqual([]);
  });

  test("say who holds the lock when it is another computer", async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, "models", ".partial"), {recursive: true});
    const lock = {pid: 17, host: "elsewhere", since: "2020-01-01T00:00:00.000Z", token: "x"};
    await writeFile(join(home, "models", ".partial", "model.lock"), JSON.stringify(lock));
    const error = await failure(pullModel(urlTarget("http://127.0.0.1/m.gguf"), pullOptions(home)));
    expect(error.code).toBe("model-locked");
    expect(error.message).toContain("process 17 on elsewhere");
    expect((await stat(join(home, "models", ".partial", "model.lock"))).isFile()).toBe(true);
  });
});
