import {readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {TRACE_SCHEMA} from "../../src/records/schema-version.ts";
import {MANIFEST, readManifest, writeManifest} from "../../src/store/manifest-file.ts";
import {aManifest, emptyFolder, session} from "./records.ts";

describe("manifest.json", () => {
  test("comes back as it was written, and no draft stays beside it", async () => {
    const folder = await emptyFolder();
    const manifest = aManifest({sessions: [session]});
    await writeManifest(folder, manifest);
    expect(await readManifest(folder)).toEqual(manifest);
    expect(await readdir(folder)).toEqual([MANIFEST]);
  });

  test("a folder without one, no folder, and a file in a folder's place have no manifest", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "file"), "");
    expect(await readManifest(folder)).toBeUndefined();
    expect(await readManifest(join(folder, "missing"))).toBeUndefined();
    expect(await readManifest(join(folder, "file"))).toBeUndefined();
  });

  test("one of a newer labelscope is refused by its schema", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, MANIFEST), JSON.stringify({schema: TRACE_SCHEMA + 1}));
    await expect(readManifest(folder)).rejects.toMatchObject({code: "newer-schema", facts: {schema: TRACE_SCHEMA + 1}});
  });

  test.each([
    ["{", "it is not JSON"],
    [JSON.stringify({...aManifest(), labels: []}), "labels"],
    [JSON.stringify({...aManifest(), surprise: 1}), "surprise"],
  ])("one that cannot be read is named with the reason (%#)", async (text, reason) => {
    const folder = await emptyFolder();
    await writeFile(join(folder, MANIFEST), text);
    await expect(readManifest(folder)).rejects.toMatchObject({
      code: "manifest-unreadable",
      message: expect.stringContaining(join(folder, MANIFEST)),
      details: expect.arrayContaining([expect.stringContaining(reason)]),
    });
  });
});
