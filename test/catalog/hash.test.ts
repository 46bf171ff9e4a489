import {mkdir, readdir, readFile, utimes, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {describe, expect, test} from "vitest";
import {sha256File} from "../../src/catalog/hash.ts";
import {failure, temporaryFolder} from "./helpers.ts";

async function settledFile(content: string): Promise<{path: string; home: string}> {
  const root = await temporaryFolder();
  const path = join(root, "file");
  await writeFile(path, content);
  await sleep(2100);
  return {path, home: join(root, "home")};
}

/** Puts a wrong checksum into every slot of the cache, so that its use shows. */
async function spoil(home: string): Promise<number> {
  const names = await readdir(join(home, "hashes")).catch(() => []);
  for (const name of names) {
    const path = join(home, "hashes", name);
    await writeFile(path, (await readFile(path, "utf8")).replace(/"sha256":"\w+"/, `"sha256":"${"0".repeat(64)}"`));
  }
  return names.length;
}

const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, appendix B.1

describe("the checksum of a file", () => {
  test("is that of the standard's example", async () => {
    const path = join(await temporaryFolder(), "abc");
    await writeFile(path, "abc");
    expect(await sha256File(path)).toBe(abc);
  });

  test("is taken from the cache while the file stays as it is, and only where a home is given", async () => {
    const {path, home} = await settledFile("abc");
    expect(await sha256File(path, {home})).toBe(abc);
    expect(await spoil(home)).toBe(1);
    expect(await sha256File(path, {home})).toBe("0".repeat(64));
    expect(await sha256File(path)).toBe(abc);
  });

  test("is computed anew for other content of the same length and the same times", async () => {
    const {path, home} = await settledFile("abd");
    const wrong = await sha256File(path, {home});
    await writeFile(path, "abc");
    await utimes(path, 1, 1);
    expect(await sha256File(path, {home})).toBe(abc);
    expect(wrong).not.toBe(abc);
  });

  test("of a file written just now is not kept", async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, "home"));
    await writeFile(join(root, "file"), "abc");
    await sha256File(join(root, "file"), {home: join(root, "home")});
    expect(await spoil(join(root, "home"))).toBe(0);
  });

  test("can be stopped", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, "abc");
    await expect(sha256File(path, {signal: AbortSignal.abort(new Error("stop"))})).rejects.toThrow("stop");
  });

  test("of nothing is an error with a name", async () => {
    expect((await failure(sha256File("/nowhere/file"))).code).toBe("file-missing");
  });
});
