import {copyFileSync, readFileSync, renameSync, rmSync, truncateSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {admitModel} from "../../../src/catalog/admit.ts";
import {readModelFiles} from "../../../src/catalog/gguf/model-files.ts";
import {readGgufInfo} from "../../../src/catalog/gguf-info.ts";
import {sha256Model} from "../../../src/catalog/hash.ts";
import {resolveModel} from "../../../src/catalog/resolve.ts";
import {ggufBytes} from "../../support/gguf-writer.ts";
import {splitModel} from "../../support/split-model.ts";
import {changed} from "../../support/whole-model.ts";
import {emptyCatalog, failure, sha256, temporaryFolder} from "../helpers.ts";

const whole = join(import.meta.dirname, "../../../models/ladder-xxxs-base.f16.gguf");
const other = join(import.meta.dirname, "../../../models/ladder-s-base.f16.gguf");
const sibling = join(import.meta.dirname, "../../../models/ladder-xxs-base.f16.gguf");

async function inParts(source = whole) {
  const folder = await temporaryFolder();
  const [first = "", second = "", third = ""] = splitModel(source, folder, "m", [2, 5]);
  return {folder, first, second, third};
}

const opening = async (path: string) => await failure((async () => readModelFiles(path))());

describe("a model in several files", () => {
  test("has the facts of the whole one, its size and parameters counted over all parts", async () => {
    const {first, second, third} = await inParts();
    const {path: _, fileSizeBytes, parts, ...facts} = await readGgufInfo(first);
    const {path: __, fileSizeBytes: ___, ...expected} = await readGgufInfo(whole);
    expect(facts).toEqual(expected);
    expect(parts).toEqual([first, second, third]);
    expect(fileSizeBytes).toBe([first, second, third].reduce((sum, part) => sum + readFileSync(part).length, 0));
  });

  test("is identified by all its parts in order: as by sha256sum of their concatenation", async () => {
    const {first, second, third} = await inParts();
    const expected = sha256(Buffer.concat([first, second, third].map(part => readFileSync(part))));
    expect(await sha256Model(first)).toBe(expected);
    await writeFile(third, ggufBytes({metadata: {}, tensors: []}));
    copyFileSync(splitModel(whole, await temporaryFolder(), "m", [2, 5])[2] ?? "", third);
    expect(await sha256Model(first)).toBe(expected);
  });

  test("is known by its name without the number", async () => {
    const {folder, first} = await inParts();
    expect((await resolveModel(first, {cwd: folder, env: {}, catalog: emptyCatalog})).id).toBe("m");
  });

  test("names all parts that are not there", async () => {
    const {first, second, third} = await inParts();
    rmSync(second);
    rmSync(third);
    const error = await opening(first);
    expect(error.code).toBe("model-part-missing");
    expect(error.details).toEqual([`missing: ${second}`, `missing: ${third}`]);
  });

  test("names a part that was cut off", async () => {
    const {first, second} = await inParts();
    truncateSync(second, readFileSync(second).length - 64);
    expect(await opening(first)).toMatchObject({code: "model-truncated", facts: {path: second}});
  });

  test("names a part of another model, of another place, and a file that is no part", async () => {
    const {first, second, third} = await inParts();
    const foreign = await inParts(other);
    copyFileSync(foreign.third, third);
    expect(await opening(first)).toMatchObject({code: "model-part-foreign", facts: {path: third}});
    copyFileSync(second, third);
    expect(await opening(first)).toMatchObject({code: "model-part-foreign", facts: {path: third}});
    copyFileSync(whole, third);
    expect(await opening(first)).toMatchObject({code: "model-part-foreign", facts: {path: third}});
  });

  test("names a part of a sibling with as many tensors of another width", async () => {
    const {first, third} = await inParts();
    copyFileSync((await inParts(sibling)).third, third);
    const error = await failure((async () => admitModel(first, "model"))());
    expect(error.code).toBe("model-damaged");
    expect(error.details.join()).toContain("m-00003-of-00003.gguf");
  });

  test("is asked for by its first part where a later one is given", async () => {
    const {first, second} = await inParts();
    const error = await opening(second);
    expect(error.code).toBe("model-part");
    expect(error.next.join()).toContain(first);
  });

  test("is refused under a name that does not say which part it is", async () => {
    const {folder, first} = await inParts();
    renameSync(first, join(folder, "model.gguf"));
    const error = await opening(join(folder, "model.gguf"));
    expect(error.code).toBe("model-part-foreign");
    expect(error.next.join()).toContain("NAME-00001-of-00003.gguf");
  });

  test("takes a single file for one, whatever its name", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "m-00001-of-00001.gguf");
    await writeFile(path, ggufBytes(changed({"split.count": 1, "split.no": 0, "split.tensors.count": 4})));
    expect(readModelFiles(path).paths).toEqual([path]);
  });
});
