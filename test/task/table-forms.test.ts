import {mkdtemp, readdir, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import type {Document} from "../../src/records/document.ts";
import {importTask} from "../../src/task/import.ts";
import {loadTask} from "../../src/task/load.ts";
import type {TableMapping} from "../../src/task/table/mapping.ts";

let cwd = "";
let out = 0;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-forms-"));
});
afterEach(async () => rm(cwd, {recursive: true}));

/** Imports a file, all of it as the test split, reads it back as `tasks check` does, and gives what a person would see. */
async function imported(format: string, content: string | Uint8Array, mapping: TableMapping = {}, name = "t.jsonl") {
  const file = format === "csv" ? "t.csv" : name;
  await writeFile(join(cwd, file), content);
  out += 1;
  const outDir = `out${out}`;
  const {task} = await importTask(format, {cwd, dataDir: file, outDir, mapping: {split: "test", ...mapping}});
  const read = await loadTask(`${outDir}/task.yaml`, {cwd});
  const all = Object.values(task.splits).flatMap(({dropped, remarks}) => [...dropped, ...remarks]);
  const documents: readonly Document[] = read.splits.test?.documents ?? [];
  return {
    labels: task.definition.labels.map(label => label.name),
    documents,
    given: documents.map(({labels, annotations}) => labels ?? annotations),
    said: all.map(({reason, count}) => `${count} ${reason}`),
    notes: task.notes,
  };
}

async function refused(format: string, content: string, mapping: TableMapping = {}): Promise<string> {
  const error: unknown = await imported(format, content, mapping).catch((reason: unknown) => reason);
  expect(error).toHaveProperty("next");
  expect(await readdir(cwd)).not.toContain(`out${out}`);
  const details = error instanceof Error && "details" in error ? error.details : [];
  return [error instanceof Error ? error.message : "", ...(Array.isArray(details) ? details : [])].join("\n");
}

const jsonl = (...rows: unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join("");
const cells = {textColumn: "text", idColumn: "id", labelsColumn: ["tags"]};

describe("a cell with a list", () => {
  test.each([
    [`"['rain', 'hail']"`, ["hail", "rain"]],
    [`"[""rain""]"`, ["rain"]],
    ["[]", []],
    ["[ 3 17]", ["3", "17"]],
    ["['rain' 'hail']", ["hail", "rain"]],
    [`"('rain',)"`, ["rain"]],
    [`"{'hail', 'rain'}"`, ["hail", "rain"]],
    [`"{""choices"": [""rain"", ""hail""]}"`, ["hail", "rain"]],
    [`"[rain, hail]"`, ["hail", "rain"]],
    [`"rain, hail"`, ["hail", "rain"]],
  ])("%s is its labels", async (cell, labels) => {
    const {given} = await imported("csv", `id,text,tags\n1,A,${cell}\n2,B,snow\n`, cells);
    expect(new Set(given[0]?.flat())).toEqual(new Set(labels));
  });

  test.each([
    [`"[rain"`, "begins like a list and is none"],
    ["rain]", "begins or ends like a piece of a list"],
    ["[0 1 ... 5]", "cut short with dots"],
    ["[very happy]", 'is "very happy" one label or several?'],
    [`"[0, 1, 0]"`, "one 0 or 1 per label?"],
    [`"{""stars"": 3}"`, "not known to hold labels"],
    ["rain;hail", 'several labels (--separator ";") or one (--labels names it)?'],
  ])("%s is refused with its line", async (cell, why) => {
    const said = await refused("csv", `id,text,tags\n1,A,${cell}\n`, cells);
    expect(said).toContain("t.csv:2: ");
    expect(said).toContain(why);
  });

  test("--labels names a label that looks like a piece of a list", async () => {
    const {given} = await imported("csv", "id,text,tags\n1,A,[x\n2,B,a;b\n", {...cells, labels: ["[x", "a;b"]});
    expect(given).toEqual([["[x"], ["a;b"]]);
  });
});

describe("annotators", () => {
  test("are the columns that are named, and an empty cell is no judgement", async () => {
    const table = 'id,text,ann,bo,cy\n1,A,rain,"rain,hail",\n2,B,,,\n';
    const mapping = {textColumn: "text", idColumn: "id", annotatorColumns: ["ann", "bo", "cy"]};
    const {documents, said} = await imported("csv", table, mapping);
    expect(documents).toEqual([
      {id: "1", text: "A", annotations: [["rain"], ["hail", "rain"]], annotators: ["ann", "bo"]},
    ]);
    expect(said).toEqual(["1 annotations without a judgement", "1 documents that nobody judged"]);
    const twice = await imported("csv", table, {...cells, labelsColumn: ["ann", "bo", "cy"]});
    expect(twice.documents).toEqual(documents);
  });

  test("give one entry each of a list with as many entries as names", async () => {
    const rows = [
      {id: "1", text: "A", annotations: "1,1,0", annotators: "P,Q,R"},
      {id: "2", text: "B", annotations: "0,-1", annotators: "P,R"},
    ];
    const {documents, said} = await imported("jsonl", jsonl(...rows), {rename: ["1=rude"], noneWords: ["0"]});
    expect(documents).toEqual([
      {id: "1", text: "A", annotations: [["rude"], ["rude"], []], annotators: ["P", "Q", "R"]},
      {id: "2", text: "B", annotations: [[]], annotators: ["P"]},
    ]);
    expect(said[0]).toBe("1 annotations without a judgement");
  });

  test("are asked for where a list has two readings", async () => {
    const uneven = jsonl(
      {id: "1", text: "A", annotations: ["x", "y"], annotators: ["P", "Q"]},
      {id: "2", text: "B", annotations: ["x"], annotators: ["P", "Q"]},
    );
    const said = await refused("jsonl", uneven);
    expect(said).toContain("t.jsonl:2: 1 entries");
    expect(said).toContain("--entries annotators");
    expect(said).toContain("--entries labels");
    const unnamed = jsonl({id: "1", text: "A", annotations: ["x", "x", "y"]});
    expect(await refused("jsonl", unnamed)).toContain("nobody is named beside it");
    expect((await imported("jsonl", unnamed, {entries: "annotators"})).given).toEqual([[["x"], ["x"], ["y"]]]);
  });

  test("have several rows for one document: one chosen label each, or judgements that are merged with a remark", async () => {
    const long = "id,text,who,tags\n1,A,P,rain\n1,A,P,hail\n1,A,P,snow\n1,A,Q,rain\n";
    const mapping = {...cells, annotatorColumn: "who"};
    const one = await imported("csv", long, {...mapping, rows: "one-label"});
    expect(one.given).toEqual([[["hail", "rain", "snow"], ["rain"]]]);
    const merged = await imported("csv", long, mapping);
    expect(merged.said.at(-1)).toBe(
      "1 … and never with the same label: --rows one-label, if a row is one chosen label of several",
    );
  });
});

describe("nobody judged", () => {
  const ticks = {textColumn: "text", idColumn: "id", labelColumns: ["rain", "hail"]};

  test("is not no label: empty lists of annotations, empty cells and masks are left out and counted", async () => {
    const rows = [
      {id: "1", text: "A", annotations: []},
      {id: "2", text: "B", annotations: [["rain"], []]},
    ];
    expect((await imported("jsonl", jsonl(...rows))).said).toEqual(["1 documents that nobody judged"]);
    const table = "id,text,rain,hail\n1,A,1,0\n2,B,,\n3,C,-1,-1\n4,D,0,0\n";
    const {documents, said} = await imported("csv", table, ticks);
    expect(documents.map(({id, labels}) => [id, labels])).toEqual([
      ["1", ["rain"]],
      ["4", []],
    ]);
    expect(said).toEqual(["2 documents that nobody judged"]);
  });

  test("is asked for where a table writes no 0, and where only a part of a row is empty", async () => {
    const crosses = "id,text,rain,hail\n1,A,1,\n2,B,,\n";
    expect(await refused("csv", crosses, ticks)).toContain("--blank none");
    expect((await imported("csv", crosses, {...ticks, blank: "none"})).given).toEqual([["rain"], []]);
    expect(await refused("csv", "id,text,rain,hail\n1,A,1,\n2,B,0,0\n", ticks)).toContain(
      "t.csv:2: hail: expected 0 or 1",
    );
    expect(await refused("csv", "id,text,rain,hail\n1,A,1,-1\n2,B,0,0\n", ticks)).toContain("−1 says");
  });

  test("leaves no test split in a file without labels, which is refused with the count", async () => {
    expect(await refused("csv", "id,text,rain,hail\n1,A,,\n2,B,,\n", ticks)).toContain(
      "2 documents that nobody judged",
    );
  });
});

describe("names of labels", () => {
  test("that look alike are one label, with a remark", async () => {
    const rows = [["cafe\u0301"], ["café"], ["Café"], ["very\u00a0wet"], ["very  wet"], ["very wet"]];
    const {labels, said} = await imported(
      "jsonl",
      jsonl(...rows.map((tags, id) => ({id, text: `T${id}`, labels: tags}))),
    );
    expect(labels).toEqual(["café", "very wet"]);
    expect(said).toEqual([
      '2 spelled "cafe\\u0301", "Café": read as the label "café"',
      '2 spelled "very\\u00a0wet", "very  wet": read as the label "very wet"',
    ]);
  });

  test("that read like the null label, and sets of thousands, are refused", async () => {
    expect(await refused("csv", "id,text,tags\n1,A,None\n2,B,x\n", cells)).toContain('label "None" reads like');
    const many = Array.from({length: 20_000}, (_, index) => `${index},T${index},tag ${index}\n`).join("");
    expect(await refused("csv", `id,text,tags\n${many}`, cells)).toContain("20000 different labels were found");
  });
});

describe("splits", () => {
  const table = `text,tags\n${Array.from({length: 60}, (_, row) => `T${row},a\n`).join("")}`;
  const mapping = {textColumn: "text", labelsColumn: ["tags"]};

  test("have the shares that are asked for", async () => {
    await writeFile(join(cwd, "t.csv"), table);
    const shares = {...mapping, testShare: 2 / 3, calibrationShare: 0.1};
    const {task} = await importTask("csv", {cwd, dataDir: "t.csv", outDir: "out", mapping: shares});
    expect(Object.entries(task.splits).map(([name, {documents}]) => [name, documents.length])).toEqual([
      ["train", 14],
      ["calibration", 6],
      ["test", 40],
    ]);
  });

  test("may be test alone, which demonstrates nothing and says so", async () => {
    const {documents, notes} = await imported("csv", table, mapping);
    expect(documents).toHaveLength(60);
    expect(notes.at(-1)).toContain("there is no train split");
  });

  test("tell repeated texts without ids apart by numbers, with a count", async () => {
    const {documents, said} = await imported("csv", "text,tags\nA,x\nA,y\nB,x\nA,x\n", mapping);
    // The id: sha256sum of "A", 12 digits.
    expect(documents.map(({id}) => id).slice(0, 2)).toEqual(["559aead08264", "559aead08264-2"]);
    expect(said).toEqual([
      expect.stringMatching(/^2 repeated texts without ids: their ids are numbered; .*--rows one-label/),
    ]);
  });
});

describe("a file from a spreadsheet", () => {
  test("may be UTF-16, parted by semicolons, and end in empty rows", async () => {
    const text = 'sep=;\r\nid;text;tags\r\n1;"a; b";x\r\n;;\r\n;;\r\n';
    const {documents, said} = await imported("csv", Buffer.from(`\ufeff${text}`, "utf16le"), cells);
    expect(documents).toEqual([{id: "1", text: "a; b", labels: ["x"]}]);
    expect(said).toEqual(["2 rows of empty cells"]);
  });

  test("is refused where a column that is used stands twice", async () => {
    expect(await refused("csv", "id,text,tags,tags\n1,A,x,y\n", cells)).toContain(
      't.csv:1: column "tags" stands 2 times',
    );
  });
});
