import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {RunOptions} from "../../src/run/options.ts";
import {MANIFEST} from "../../src/store/manifest-file.ts";
import {HIDDEN, LOGITS} from "../../src/store/matrix-file.ts";
import {readRun, type StoredRun} from "../../src/store/read-run.ts";
import {verifyRun} from "../../src/store/verify-run.ts";
import {codeOf} from "../support/code-of.ts";
import {capture, timeless, type Workspace, workspace} from "./workspace.ts";

const EVERYTHING: Partial<RunOptions> = {estimators: ["marginal", "unary", "binary", "probe"], trainLimit: 4, limit: 4};
const FILES = ["traces.jsonl", "trees.jsonl", "unary.jsonl", "binary.jsonl", "hidden.jsonl"] as const;

async function captured(): Promise<{readonly place: Workspace; readonly folder: string}> {
  const place = await workspace();
  const {folder} = await capture(place, EVERYTHING);
  return {place, folder};
}

async function edit(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}

/** What a run says of its documents, without timings and places in files. */
function content({documents}: StoredRun): unknown {
  const omitted = new Set(["elapsedMs", "row", "rowSum"]);
  const all = [...documents.train, ...documents.calibration, ...documents.test];
  const sorted = all.sort((one, other) => (one.key < other.key ? -1 : 1));
  return JSON.parse(JSON.stringify(sorted, (key, value) => (omitted.has(key) ? undefined : value)));
}

describe("a run in which something was changed", () => {
  test("is whole as long as nothing was", async () => {
    const {folder} = await captured();
    expect(await verifyRun(folder)).toEqual({damage: [], remarks: []});
  });

  test.each(FILES)(
    "a digit of %s is named with line and field, and --repair captures that document again",
    async file => {
      const {place, folder} = await captured();
      const before = content(await readRun(folder));
      // Still JSON, and still a record.
      await edit(folder, file, text => {
        const [one = "", two = "", ...rest] = text.split("\n");
        return [one, two.replace(/"id":"(\w)/, '"id":"x$1'), ...rest].join("\n");
      });
      const error = await readRun(folder).catch(thrown => thrown);
      expect(error).toMatchObject({code: "record-damaged", facts: {path: join(folder, file), line: 2}});
      expect(await codeOf(() => capture(place, EVERYTHING))).toBe("record-damaged");
      expect((await verifyRun(folder)).damage).toEqual([expect.objectContaining({file, line: 2})]);
      const said: string[] = [];
      await capture(place, {...EVERYTHING, repair: true}, {onNotice: line => said.push(line)});
      expect(said).toEqual([expect.stringContaining(`1 damaged line of ${file} moved to`)]);
      expect((await readFile(join(folder, "damaged-1", file), "utf8")).split("\n")).toHaveLength(2);
      expect(content(await readRun(folder))).toEqual(before);
      expect((await verifyRun(folder)).damage).toEqual([]);
    },
  );

  test.each([
    [
      "labels in another order",
      (text: string) => text.replace(/"labels": \[\s+"joy",\s+"fear"/, '"labels": ["fear", "joy"'),
    ],
    [
      "another model",
      (text: string) => text.replace(/"sha256": "(.)/, (_, digit) => `"sha256": "${digit === "0" ? 1 : 0}`),
    ],
    ["no checksum", (text: string) => text.replace(/,\s+"sum": "\w+"/, "")],
  ])("a manifest with %s is refused before any record is read", async (_what, change) => {
    const {place, folder} = await captured();
    await edit(folder, MANIFEST, change);
    expect(await codeOf(() => readRun(folder))).toBe("manifest-damaged");
    expect(await codeOf(() => capture(place, EVERYTHING))).toBe("manifest-damaged");
    expect((await verifyRun(folder)).damage).toEqual([expect.objectContaining({file: MANIFEST})]);
  });

  test("lines of a run of another model are not taken for this one's", async () => {
    const place = await workspace();
    const one = await capture(place, {limit: 2});
    const other = await capture(place, {limit: 2, shots: 2});
    await writeFile(join(one.folder, FILES[0]), await readFile(join(other.folder, FILES[0])));
    expect(await codeOf(() => readRun(one.folder))).toBe("record-damaged");
  });

  test.each([HIDDEN, LOGITS])("a changed row of %s is found, and --repair captures its document again", async file => {
    const place = await workspace();
    const options = {...EVERYTHING, fullLogits: true};
    const {folder} = await capture(place, options);
    const path = join(folder, file);
    const bytes = await readFile(path);
    bytes[128] = (bytes[128] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect((await verifyRun(folder)).damage).toHaveLength(1);
    await capture(place, {...options, repair: true});
    expect((await verifyRun(folder)).damage).toEqual([]);
  });

  test("hidden states whose header says half as many columns are refused by their shape, and a repair reads them by the manifest", async () => {
    const {place, folder} = await captured();
    const path = join(folder, HIDDEN);
    const bytes = await readFile(path);
    const halved = bytes
      .toString("latin1")
      .replace(/\((\d+), (\d+)\)/, (_, rows, columns) => `(${rows}, ${columns / 2})`);
    await writeFile(path, Buffer.from(halved, "latin1"));
    await expect(readRun(folder)).rejects.toMatchObject({code: "matrix-damaged", facts: {path}});
    expect((await verifyRun(folder)).damage).toEqual([expect.objectContaining({file: HIDDEN})]);
    await capture(place, {...EVERYTHING, repair: true});
    expect((await verifyRun(folder)).damage).toEqual([]);
    expect(await readdir(folder)).not.toContain("damaged-1");
  });

  test("a document that stands twice is read once where the numbers are the same, and is damage where they are not", async () => {
    const {place, folder} = await captured();
    const before = content(await readRun(folder));
    await edit(folder, "unary.jsonl", text => text + text);
    expect(content(await readRun(folder))).toEqual(before);
    expect((await verifyRun(folder)).remarks).toEqual([
      "unary.jsonl: 4 lines repeated, with the same numbers; read once",
    ]);
    const {sealLine, bindingOf} = await import("../../src/store/seal.ts");
    const {manifest, documents} = await readRun(folder);
    const first = documents.test[0]?.unary;
    if (first === undefined) throw new Error("the run holds no unary record");
    const other = {...first, labels: first.labels.map(() => ({reasonable: 0.125, unreasonable: 0.5}))};
    await edit(folder, "unary.jsonl", text => `${text}${sealLine(other, bindingOf(manifest))}\n`);
    await expect(readRun(folder)).rejects.toMatchObject({code: "record-damaged", facts: {line: 9, field: "key"}});
    await capture(place, {...EVERYTHING, repair: true});
    expect(content(await readRun(folder))).toEqual(before);
  });

  test("lines that say they are of schema 1 are read without checksums, and counted", async () => {
    const {folder} = await captured();
    await edit(folder, "traces.jsonl", text =>
      text.replaceAll('"schema":2', '"schema":1').replaceAll(/,"sum":"\w+"\}$/gm, "}"),
    );
    const {unsealed, documents} = await readRun(folder);
    expect(unsealed).toBe(4);
    expect(timeless(documents.test.flatMap(({trace}) => trace ?? []))).toHaveLength(4);
  });
});
