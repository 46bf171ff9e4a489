import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {selectDemonstrations} from "../../src/prompt/demonstrations.ts";
import {demonstrationsSchema} from "../../src/records/task.ts";
import {importTask} from "../../src/task/import.ts";
import {loadTask} from "../../src/task/load.ts";
import {loadTable} from "../../src/task/load-table.ts";
import type {TableMapping} from "../../src/task/table/mapping.ts";
import type {Task} from "../../src/task/task.ts";

const tables = join(import.meta.dirname, "../fixtures/tables");
const byColumn = {idColumn: "nr", textColumn: "post", labelsColumn: ["topics"], separator: ";", noneWords: ["none"]};

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-table-"));
});
afterEach(async () => rm(cwd, {recursive: true}));

const load = (name: string, mapping: TableMapping, format: "csv" | "jsonl" = "csv"): Promise<Task> =>
  loadTable(format, {data: join(tables, name), cwd, mapping});

/** A file of its own, as the table of a test that is about what is wrong in it. */
async function detailsOf(content: string, mapping: TableMapping, name = "t.csv"): Promise<unknown> {
  await writeFile(join(cwd, name), content);
  const format = name.endsWith(".jsonl") ? "jsonl" : "csv";
  const error: unknown = await loadTable(format, {data: name, cwd, mapping}).catch((reason: unknown) => reason);
  return error instanceof Error && "details" in error ? error.details : error;
}

describe("a CSV of the user's own", () => {
  test("with all labels in one column is split by the hash of its ids", async () => {
    const {definition, splits, annotations, notes} = await load("labels.csv", byColumn);
    expect(definition.labels.map(label => label.name)).toEqual(["food", "prices", "weather"]);
    expect(definition).toMatchObject({id: "labels", none: "none", gold: "labels"});
    expect(annotations).toBe("aggregated");
    expect(splits.test?.documents).toEqual([
      {id: "k3", text: "Nothing new", labels: []},
      {id: "k11", text: "A walk", labels: []},
    ]);
    expect(splits.calibration?.documents).toEqual([{id: "k6", text: "Soup for two", labels: ["food"]}]);
    expect(splits.train?.documents.slice(0, 3)).toEqual([
      {id: "k1", text: "Rain, all day", labels: ["weather"]},
      {id: "k2", text: "Bread is dear again", labels: ["food", "prices"]},
      {id: "k4", text: "Eggs in a storm", labels: ["food", "weather"]},
    ]);
    // One of the twelve rows has an empty cell, and "none" is written for no label: nobody judged it.
    expect(splits.train?.documents).toHaveLength(8);
    expect(splits.train?.dropped).toEqual([{reason: "documents that nobody judged", count: 1}]);
    expect(notes[1]).toContain("10 % test, 10 % calibration");
  });

  test("with a column of 0 and 1 a label has ids made of its texts", async () => {
    const {definition, splits} = await load("ticks.tsv", {textColumn: "text", labelColumns: ["weather", "food"]});
    expect(definition.labels.map(label => label.name)).toEqual(["weather", "food"]);
    // The id: sha256sum of "Bread", 12 digits.
    expect(splits.test?.documents).toEqual([{id: "e882154bb2ef", text: "Bread", labels: ["food"]}]);
    expect(splits.train?.documents.map(({labels}) => labels)).toEqual([["weather", "food"], [], ["weather"]]);
    expect(definition.data.calibration).toBeUndefined();
  });

  test("with a row an annotator has annotations", async () => {
    await writeFile(join(cwd, "train.csv"), "id,text,who,labels\nd0,Rain,ann,food\n");
    const raters = await import("node:fs/promises").then(fs => fs.readFile(join(tables, "raters.csv")));
    await writeFile(join(cwd, "test.csv"), raters);
    const mapping = {idColumn: "id", textColumn: "text", labelsColumn: ["labels"], annotatorColumn: "who"};
    const {definition, splits} = await loadTable("csv", {data: ".", cwd, mapping, taskId: "eggs"});
    expect(definition).toMatchObject({id: "eggs", gold: "majority"});
    expect(splits.train?.documents).toHaveLength(1);
    // ann said food, then prices: half of two each.
    expect(splits.test?.documents).toEqual([
      {
        id: "d1",
        text: "One egg",
        annotations: [
          ["food", "prices"],
          ["food", "prices"],
        ],
        annotators: ["ann", "bo"],
      },
      {id: "d2", text: "Two eggs", annotations: [[]], annotators: ["bo"]},
    ]);
  });

  test("is refused with file and line where a row does not fit", async () => {
    const mapping = {textColumn: "text", idColumn: "id", labelsColumn: ["labels"], labels: ["food", "weather"]};
    expect(await detailsOf("id,text,labels\n1,a,fod\n1,b,food\n2, ,\n3,c\n", mapping)).toEqual([
      "t.csv:5: expected 3 columns, found 2",
      "t.csv:4: the text is empty",
      't.csv:2: label "fod" is not in the set (did you mean "food"?); known: food, weather',
      't.csv:3: id "1" stands on line 2 too',
    ]);
    const ticks = {textColumn: "text", labelColumns: ["food"]};
    expect(await detailsOf("text,food\na,yes\na,1\n", ticks)).toEqual(['t.csv:2: food: expected 0 or 1, found "yes"']);
    expect(await detailsOf("txt,labels\na,b\n", mapping)).toEqual([
      't.csv:1: no columns "text", "id" (did you mean "txt"?); the header has txt, labels',
    ]);
  });

  test("is refused where labels cannot be told, with the flags that tell them", async () => {
    const mapping = {textColumn: "text", labelsColumn: ["labels"], separator: ";"};
    expect(await detailsOf('text,labels\nBread,"a,b"\n', mapping)).toEqual([expect.stringContaining("a comma")]);
    await writeFile(join(cwd, "t.csv"), "text,labels\nBread,none\n");
    await expect(loadTable("csv", {data: "t.csv", cwd, mapping})).rejects.toMatchObject({
      message: 'label "none" reads like the null label "none"',
      next: ["--none-words none, if it means that there is no label"],
    });
    await expect(load("labels.csv", {textColumn: "post"})).rejects.toMatchObject({code: "usage"});
    await expect(load("labels.csv", {...byColumn, labelColumns: ["x"]})).rejects.toMatchObject({code: "usage"});
    await expect(load("nowhere.csv", byColumn)).rejects.toMatchObject({code: "data-missing"});
  });
});

describe("a JSONL of the user's own", () => {
  test("keeps annotations, and fields beyond those needed do not matter", async () => {
    const content = await import("node:fs/promises").then(fs => fs.readFile(join(tables, "mixed.jsonl")));
    await writeFile(join(cwd, "test.jsonl"), content);
    const {splits, definition} = await loadTable("jsonl", {data: ".", cwd, mapping: {}, taskId: "mixed"});
    expect(definition.gold).toBe("majority");
    expect(splits.test?.documents).toEqual([
      {id: "m1", text: "Hail", annotations: [["weather"], []], annotators: ["a", "b"]},
      {id: "m2", text: "Bread", annotations: [["food"]], annotators: ["a"]},
    ]);
  });

  test("takes lists and texts with separators as labels, and numbers as ids", async () => {
    const lines = ['{"n": 7, "t": "Bread", "l": ["food", "food"]}', '{"n": 8, "t": "Hail", "l": "weather; food"}'];
    await writeFile(join(cwd, "test.jsonl"), lines.join("\n"));
    const mapping = {idColumn: "n", textColumn: "t", labelsColumn: ["l"], separator: ";"};
    const {splits} = await loadTable("jsonl", {data: ".", cwd, mapping, taskId: "x"});
    expect(splits.test?.documents).toEqual([
      {id: "7", text: "Bread", labels: ["food"]},
      {id: "8", text: "Hail", labels: ["food", "weather"]},
    ]);
  });

  test("is refused with file and line", async () => {
    const lines = ['{"id": "1", "text": "a", "labels": 3.5}', "[]", "{", '{"id": "2", "text": "b"}'];
    expect(await detailsOf(lines.join("\n"), {}, "t.jsonl")).toEqual([
      "t.jsonl:2: not valid JSON: expected an object",
      expect.stringContaining("t.jsonl:3: not valid JSON: "),
      expect.stringContaining('t.jsonl:4: no field "labels"; there are id, text'),
    ]);
    expect(await detailsOf(`${lines[3]}\n`, {labels: ["x"]}, "t.jsonl")).toEqual([
      expect.stringContaining('t.jsonl:1: no field "labels"; there are id, text'),
    ]);
  });
});

describe("the demonstrations of a table", () => {
  const columns = {idColumn: "id", textColumn: "text", labelsColumn: ["labels"], separator: ";"};
  /** Rows whose labels repeat a pattern, as a table. */
  const table = (rows: number, pattern: readonly string[]) =>
    `id,text,labels\n${Array.from({length: rows}, (_, row) => `r${row},Text ${row},${pattern[row % pattern.length]}\n`).join("")}`;
  const imported = async (content: string) => {
    await writeFile(join(cwd, "t.csv"), content);
    return await loadTable("csv", {data: "t.csv", cwd, mapping: columns});
  };

  test.each([1, 2, 6, 20, 60, 200])("of %i rows can be drawn from its train split", async rows => {
    for (const pattern of [["a;b", "a", "b", ""], ["a", "b"], ["a;b"], ["a", "", "", "", "", "", ""]]) {
      const task = await imported(table(rows, pattern));
      const {count} = demonstrationsSchema.parse(task.definition.demonstrations);
      expect(selectDemonstrations(task).documents).toHaveLength(count);
      expect(task.splits.test?.documents.length).toBeGreaterThan(0);
    }
  });

  test("are the usual ones where they can be, without a word", async () => {
    const {definition, notes} = await imported(table(200, ["a;b", "a", "b", ""]));
    expect(definition.demonstrations).toEqual({from: "train", count: 10, multiShare: 0.5, noneShare: 0.1, seed: 0});
    expect(notes).toHaveLength(2);
  });

  test("are fewer, and of kinds that are there, with the reason in the notes", async () => {
    await writeFile(join(cwd, "train.csv"), "id,text,labels\n1,One,a\n2,Two,\n3,Three,a\n");
    await writeFile(join(cwd, "test.csv"), "id,text,labels\n4,Four,b\n");
    const {definition, notes} = await loadTable("csv", {data: ".", cwd, mapping: columns, taskId: "t"});
    expect(definition.demonstrations).toMatchObject({count: 3, multiShare: 0, noneShare: 0.333});
    expect(notes.at(-1)).toBe(
      "Demonstrations: 2 with one label, 1 with none. The usual 5 with several labels, 4 with one label, 1 with none cannot be had: train has 2 with one label, 1 with none.",
    );
  });

  test("are none where there is no train split, or no label in it", async () => {
    await writeFile(join(cwd, "test.csv"), "id,text,labels\n4,Four,b\n");
    const alone = await loadTable("csv", {data: ".", cwd, mapping: columns, taskId: "t"});
    expect(alone.definition.demonstrations).toMatchObject({count: 0});
    expect(alone.notes.at(-1)).toContain("Demonstrations: nothing.");
    expect(alone.notes.at(-1)).toContain("cannot be had: there is no train split.");
    await writeFile(join(cwd, "train.csv"), "id,text,labels\n1,One,\n");
    const unlabelled = await loadTable("csv", {data: ".", cwd, mapping: columns, taskId: "t"});
    expect(unlabelled.definition.demonstrations).toMatchObject({count: 0});
  });
});

describe("tasks import csv", () => {
  test("writes files that load to the same task", async () => {
    const {task} = await importTask("csv", {
      cwd,
      dataDir: join(tables, "labels.csv"),
      outDir: "out",
      mapping: byColumn,
    });
    const loaded = await loadTask("out/task.yaml", {cwd});
    expect(loaded.definition).toEqual(task.definition);
    expect(loaded.splits.train?.hash).toBe(task.splits.train?.hash);
    expect(loaded.splits.test?.documents).toEqual(task.splits.test?.documents);
  });

  test("needs a file, and a built-in task takes no columns", async () => {
    await expect(importTask("csv", {cwd, outDir: "out", mapping: byColumn})).rejects.toMatchObject({code: "usage"});
    const options = {cwd, outDir: "out", dataDir: join(tables, "../mfrc")};
    await expect(importTask("mfrc", {...options, mapping: byColumn})).rejects.toMatchObject({code: "usage"});
  });
});
