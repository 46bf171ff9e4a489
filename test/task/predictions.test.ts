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

  test("an empty file is a problem of the file", async () => {
    expect(await problemsOf("", "")).toEqual([expect.stringContaining("no predictions in the file")]);
  });
});
