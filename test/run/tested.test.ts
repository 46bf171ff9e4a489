import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {codeOf} from "../support/code-of.ts";
import {capture, tracesOf, type Workspace, workspace} from "./workspace.ts";

const idsOf = async ({folder}: {readonly folder: string}) => (await tracesOf(folder)).map(({document}) => document.id);
const listing = async ({folder}: Workspace, text: string) => await writeFile(join(folder, "ids.txt"), text);

describe("--ids", () => {
  test("captures the listed documents in their order, and a limit takes the first of them", async () => {
    const place = await workspace();
    await listing(place, "d7\r\nd2\n\nd11\n");
    const outcome = await capture(place, {ids: "ids.txt"});
    expect(await idsOf(outcome)).toEqual(["d7", "d2", "d11"]);
    expect(outcome.manifest.identity.ids).toMatch(/^ids\.txt@[0-9a-f]{8}$/);
    expect(await idsOf(await capture(place, {ids: "ids.txt", limit: 2, out: "two"}))).toEqual(["d7", "d2"]);
  });

  test("another list is another run; the sample of no list is a third", async () => {
    const place = await workspace();
    await listing(place, "d7\n");
    const one = await capture(place, {ids: "ids.txt"});
    await listing(place, "d8\n");
    const other = await capture(place, {ids: "ids.txt"});
    const none = await capture(place, {limit: 1});
    expect(new Set([one.folder, other.folder, none.folder]).size).toBe(3);
  });

  test("names every id that the split lacks, and the split that has it", async () => {
    const place = await workspace();
    await listing(place, "d1\nc2\nnobody\n");
    await expect(capture(place, {ids: "ids.txt"})).rejects.toMatchObject({
      code: "ids-missing",
      message: "2 of the 3 ids in ids.txt are no documents of the test split",
      details: ["c2", "nobody"],
      next: ["--split calibration, which holds some of them"],
    });
  });

  test("a list with an id twice is refused with its line, and so is one that is empty or not there", async () => {
    const place = await workspace();
    await listing(place, "d1\nd2\nd1\n");
    await expect(capture(place, {ids: "ids.txt"})).rejects.toMatchObject({
      code: "ids-invalid",
      details: ['ids.txt:3: id "d1" is on line 1 already'],
    });
    await listing(place, "\n\n");
    expect(await codeOf(() => capture(place, {ids: "ids.txt"}))).toBe("ids-invalid");
    expect(await codeOf(() => capture(place, {ids: "nowhere.txt"}))).toBe("ids-unreadable");
  });

  test("cannot be had with another rule of which documents are tested", async () => {
    const place = await workspace();
    await listing(place, "d1\n");
    for (const changes of [{strata: "kinds"} as const, {testMultiShare: 0.5}])
      expect(await codeOf(() => capture(place, {ids: "ids.txt", ...changes}))).toBe("usage");
  });
});

describe("--split", () => {
  test("tests the documents of another split, in a run of its own; dev is the calibration split", async () => {
    const place = await workspace();
    const outcome = await capture(place, {split: "dev"});
    const traces = await tracesOf(outcome.folder);
    expect(traces.map(({document: {id}}) => id).sort()).toEqual(["c0", "c1", "c2", "c3"]);
    expect(new Set(traces.map(({split}) => split))).toEqual(new Set(["test"]));
    expect(outcome.manifest.identity.split).toBe("calibration");
    expect((await capture(place, {split: "calibration"})).folder).toBe(outcome.folder);
    expect((await capture(place, {split: "test", limit: 1})).manifest.identity.split).toBeUndefined();
  });

  test("refuses estimators that learn from the documents that are tested", async () => {
    const place = await workspace();
    expect(await codeOf(() => capture(place, {split: "dev", estimators: ["temperature"]}))).toBe("usage");
    expect(await codeOf(() => capture(place, {split: "dev", calibrationLimit: 2}))).toBe("usage");
  });

  test("train documents that are demonstrated, by id or by text, are not tested", async () => {
    const place = await workspace();
    const first = await capture(place, {split: "train"});
    const shown = first.manifest.prompt.demonstrations;
    expect(shown).toHaveLength(4);
    const tested = await idsOf(first);
    expect([tested.length, tested.filter(id => shown.includes(id))]).toEqual([12, []]);
    const file = join(place.folder, "train.jsonl");
    const text = await readFile(file, "utf8");
    const twin = text.split("\n").find(line => line.includes(`"${shown[0]}"`)) ?? "";
    await writeFile(file, `${text}${twin.replace(`"id":"${shown[0]}"`, '"id":"twin"')}\n`);
    await listing(place, `twin\n${shown[0]}\n`);
    await expect(capture(place, {split: "train", ids: "ids.txt"})).rejects.toMatchObject({
      code: "ids-missing",
      message: expect.stringContaining("stand in the prompt with their answers"),
    });
  });

  test("calibration documents that are demonstrated, by id or by text, are not tested", async () => {
    const place = await workspace();
    const file = join(place.folder, "task.yaml");
    const rule = (await readFile(file, "utf8")).replace(
      /^demonstrations: .*$/m,
      "demonstrations: {from: calibration, count: 1, multiShare: 0, noneShare: 0}",
    );
    await writeFile(file, rule);
    const first = await capture(place, {split: "dev"});
    const shown = first.manifest.prompt.demonstrations;
    expect(shown).toHaveLength(1);
    const rest = ["c0", "c1", "c2", "c3"].filter(id => !shown.includes(id));
    expect((await idsOf(first)).sort()).toEqual(rest);
    await listing(place, `${shown[0]}\n`);
    expect(await codeOf(() => capture(place, {split: "dev", ids: "ids.txt"}))).toBe("ids-missing");
  });

  test("a calibration document with the text of a train demonstration is not tested", async () => {
    const place = await workspace();
    const first = await capture(place, {split: "dev"});
    const train = await readFile(join(place.folder, "train.jsonl"), "utf8");
    const [shown] = first.manifest.prompt.demonstrations;
    const twin = train.split("\n").find(line => line.includes(`"id":"${shown}"`)) ?? "";
    const file = join(place.folder, "calibration.jsonl");
    await writeFile(
      file,
      `${(await readFile(file, "utf8")).trimEnd()}\n${twin.replace(`"id":"${shown}"`, '"id":"twin"')}\n`,
    );
    const again = await capture(place, {split: "dev", out: "again"});
    expect((await idsOf(again)).sort()).toEqual(["c0", "c1", "c2", "c3"]);
    await listing(place, "twin\n");
    expect(await codeOf(() => capture(place, {split: "dev", ids: "ids.txt"}))).toBe("ids-missing");
  });
});

test("--strata kinds takes documents with no, one and several labels in turn", async () => {
  const place = await workspace();
  const outcome = await capture(place, {strata: "kinds", limit: 9});
  const traces = await tracesOf(outcome.folder);
  const kinds = traces.map(({document}) => Math.min(2, document.annotations?.[0]?.length ?? 0));
  expect([0, 1, 2].map(kind => kinds.filter(one => one === kind).length)).toEqual([3, 3, 3]);
  expect(outcome.manifest.identity.strata).toBe("kinds");
});
