import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, onTestFinished, test} from "vitest";
import {readPredictions} from "../../src/task/predictions.ts";
import {ProblemList} from "../../src/task/problems.ts";

const scope = {labels: ["fear", "joy"], noneLabel: "none", ids: new Set(["a", "b"])};

async function read(lines: readonly string[], ids: "task" | "any" = "task") {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-predictions-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  const path = join(folder, "p.jsonl");
  await writeFile(path, lines.join("\n"));
  const problems = new ProblemList();
  const {labels, noneLabel} = scope;
  const estimates = await readPredictions(
    path,
    "p.jsonl",
    {labels, noneLabel, ...(ids === "task" ? {ids: scope.ids} : {})},
    problems,
  );
  return {estimates, problems};
}

async function problemsOf(...lines: string[]): Promise<readonly string[]> {
  const {problems} = await read(lines);
  let found: readonly string[] = [];
  try {
    problems.throwIfAny("x", "y", "z");
  } catch (error) {
    found = error instanceof Error && "details" in error && Array.isArray(error.details) ? error.details : [];
  }
  return found;
}

describe("readPredictions", () => {
  test("gives the numbers in the order of the labels, whatever that of the file", async () => {
    const {estimates, problems} = await read([
      '{"id":"a","labels":{"joy":0.8,"fear":0}}',
      "",
      '{"id":"b","labels":{"fear":1,"joy":0.5}}',
    ]);
    expect([...estimates]).toEqual([
      ["a", [0, 0.8]],
      ["b", [1, 0.5]],
    ]);
    expect(problems.count).toBe(0);
  });

  test("takes any id where none are given", async () => {
    const {estimates, problems} = await read(['{"id":"z","labels":{"joy":0.8,"fear":0}}'], "any");
    expect([...estimates.keys()]).toEqual(["z"]);
    expect(problems.count).toBe(0);
  });

  test("names every problem with its line", async () => {
    expect(
      await problemsOf(
        '{"id":"z","labels":{"fear":0,"joy":1}}',
        '{"id":"a","labels":{"fear":0,"joi":1}}',
        '{"id":"a","labels":{"fear":-0.1,"joy":1.5}}',
        '{"id":"b","labels":{"fear":0,"joy":1,"none":0}}',
        "{",
        '{"id":"b","scores":{}}',
      ),
    ).toEqual([
      expect.stringMatching(/^p\.jsonl:1: id "z" is no document of the test split/),
      'p.jsonl:2: label "joi" is not in the set (did you mean "joy"?); known: fear, joy',
      "p.jsonl:2: lacks a number for joy: missing is not 0",
      'p.jsonl:3: "fear" is -0.1: expected a number from 0 to 1',
      'p.jsonl:3: "joy" is 1.5: expected a number from 0 to 1',
      'p.jsonl:3: id "a" stands on line 2 too; one prediction a document',
      'p.jsonl:4: "none" is the null label and takes no number: leave it out',
      expect.stringMatching(/^p\.jsonl:5: not valid JSON/),
      expect.stringMatching(/^p\.jsonl:6: "labels"/),
      expect.stringMatching(/^p\.jsonl:6: unknown field "scores"/),
    ]);
  });

  test("ids may be numbers, and are compared as text", async () => {
    const {estimates} = await read(['{"id": 7, "labels": {"joy": 1, "fear": 0}}'], "any");
    expect([...estimates]).toEqual([["7", [0, 1]]]);
  });

  test.each([
    ["wide, in any order of the columns", ["joy,id,fear", "0.8,a,0", '0.5,"b",1e-1']],
    ["long, in any order of the rows", ["id,label,q", "a,joy,0.8", "b,fear,0.1", "a,fear,0", "b,joy,.5"]],
    ["with semicolons", ["id;joy;fear", "a;0.8;0", "b;0.5;0.1"]],
    ["with a byte order mark", ["\ufeffid,joy,fear", "a,0.8,0", "b,0.5,0.1"]],
  ])("a table says the same: %s", async (_how, lines) => {
    const {estimates, problems} = await read(lines);
    expect(problems.count).toBe(0);
    expect(new Map(estimates)).toEqual(
      new Map([
        ["a", [0, 0.8]],
        ["b", [0.1, 0.5]],
      ]),
    );
  });

  test("a table's numeric ids are text", async () => {
    const {estimates} = await read(["id,joy,fear", "007,1,0"], "any");
    expect([...estimates]).toEqual([["007", [0, 1]]]);
  });

  test("names every problem of a table with its line, an empty cell among them", async () => {
    expect(await problemsOf("id,joy,fear", "a,,0.5", "b,high,0", "z,1,2", "a,1,1")).toEqual([
      'p.jsonl:3: "joy" is "high": expected a number from 0 to 1',
      "p.jsonl:2: lacks a number for joy: missing is not 0",
      "p.jsonl:3: lacks a number for joy: missing is not 0",
      expect.stringMatching(/^p\.jsonl:4: id "z" is no document/),
      'p.jsonl:4: "fear" is 2: expected a number from 0 to 1',
      'p.jsonl:5: id "a" stands on line 2 too; one prediction a document',
    ]);
    expect(await problemsOf("id,label,q", "a,joy,1", "a,joy,0", "a,fear,0", "b,joi,1", "b,joy,1", "b,fear,0")).toEqual([
      'p.jsonl:3: id "a" has a number for "joy" already',
      expect.stringMatching(/^p\.jsonl:5: label "joi" is not in the set \(did you mean "joy"\?\)/),
    ]);
    expect(await problemsOf("id,joy,fear,text", "a,1,0,hello")).toEqual([
      'p.jsonl:1: column "text" is no label of the task: leave it out, or rename it',
    ]);
  });

  test.each([
    ["[", '[{"id": "a"},', '{"id": "b"}]', "one JSON list"],
    ["{", '  "id": "a"', "}", "one JSON object over several lines"],
    ["a text", "of two", "lines", "plain text"],
    ["PAR1\u0000\u0001", "", "", "a Parquet file"],
    ["PK\u0003\u0004", "", "", "a ZIP archive"],
    ["\u0000\u0001", "", "", "no text"],
    ["<html>", "<body>", "", "a page of HTML"],
  ])("a file of another kind is said once: %j", async (first, second, third, looks) => {
    const problems = await problemsOf(first, second, third);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`p.jsonl: it looks like ${looks}`);
    expect(problems[0]).toContain("; expected JSONL, ");
  });

  test("a table of something else is said once", async () => {
    expect(await problemsOf("name,age", "x,3", "y,4")).toEqual([expect.stringMatching(/^p\.jsonl:1: no column "id"/)]);
    expect(await problemsOf("id,age", "a,3", "b,4")).toEqual([
      expect.stringMatching(/^p\.jsonl:1: no column is a label of the task: expected id, fear, joy, or id, label, q/),
    ]);
  });

  test("an empty file is a problem of the file", async () => {
    expect(await problemsOf("", "")).toEqual([expect.stringContaining("no predictions in the file")]);
  });
});

test("a table of predictions in which a column stands twice is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-predictions-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  const path = join(folder, "p.csv");
  await writeFile(path, "id,joy,fear,joy\na,0.9,0.1,0.2\n");
  const problems = new ProblemList();
  await readPredictions(path, "p.csv", scope, problems);
  expect(() => problems.throwIfAny("x", "y", "z")).toThrow(
    expect.objectContaining({details: ['p.csv:1: column "joy" stands more than once: which one is meant?']}),
  );
});
