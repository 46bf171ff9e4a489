import {expect, test} from "vitest";
import {ProblemList, problemLimit} from "../../src/task/problems.ts";
import {parseTaskText} from "../../src/task/task-file.ts";

function said(text: string): unknown {
  const problems = new ProblemList();
  parseTaskText(text, "t.yaml", problems);
  try {
    problems.throwIfAny("x", "x", "x");
  } catch (error) {
    return error instanceof Error && "details" in error ? error.details : error;
  }
  return [];
}

test("a key that stands twice is named with its line", () => {
  expect(said("version: 1\nid: a\nid: b\n")).toEqual(['t.yaml:3: YAML: Map keys must be unique; "id" is repeated']);
});

test("a hundred thousand unknown keys are refused as twenty are", () => {
  const keys = Array.from({length: 100_000}, (_, index) => `k${index}: 1\n`).join("");
  expect(said(keys)).toHaveLength(problemLimit);
}, 60_000);
