import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {checkTask, summariseTask} from "../../src/task/check.ts";
import {loadTask} from "../../src/task/load.ts";

const tiny = join(import.meta.dirname, "../fixtures/tiny/task.yaml");
const cwd = import.meta.dirname;

describe("checkTask", () => {
  test("counts documents, gold labels, set sizes and annotators", async () => {
    const {splits} = await checkTask(tiny, {cwd});
    expect(splits.train).toMatchObject({
      documents: 8,
      labelCounts: {joy: 4, fear: 3, anger: 2},
      setSizes: {0: 2, 1: 3, 2: 3},
      noneShare: 0.25,
      annotatorsPerDocument: {1: 3, 2: 3, 3: 2},
      annotators: 3,
      longestText: {id: "t7", length: 26},
    });
    expect(splits.test?.annotators).toBeUndefined();
  });

  test("warns of shared texts and of labels that are never gold", async () => {
    const {warnings} = await checkTask(tiny, {cwd});
    expect(warnings).toEqual([
      'label "fear" is in no test document\'s gold set: its own metrics are undefined',
      'label "anger" is in no test document\'s gold set: its own metrics are undefined',
      '1 calibration document has a text that train has too, e.g. "c2"',
    ]);
  });

  test("warns where the demonstrations' pool is too small, and where an id is in two splits", async () => {
    const task = await loadTask(tiny, {cwd});
    const {test: testSplit, train} = task.splits;
    if (testSplit === undefined || train === undefined) throw new Error("the fixture has both");
    const few = {...task, splits: {train: {...train, documents: train.documents.slice(0, 2)}, test: train}};
    const {warnings} = summariseTask(few);
    expect(warnings).toContain("demonstrations want 2 documents with several labels, train has 1");
    expect(warnings).toContain("demonstrations want 1 document without a label, train has 0");
    expect(warnings).toContain('2 test documents have an id that train has too, e.g. "t1"');
    const without = summariseTask({...task, splits: {test: testSplit}});
    expect(without.warnings).toContain("no train split to draw demonstrations from: run with --shots 0");
  });
});

test("says where the query leads up to the answer otherwise than the demonstrations do, and nothing where they agree", async () => {
  const task = await loadTask(tiny, {cwd});
  const prompt = (demonstration: string, query: string) => ({
    ...task,
    definition: {...task.definition, prompt: {...task.definition.prompt, demonstration, query}},
  });
  const said = (demonstration: string, query: string) =>
    summariseTask(prompt(demonstration, query)).warnings.filter(text => text.includes("before {opening}"));
  expect(said("Input: {text}\n{answer}\n\n", "Input: {text}\n{opening}")).toEqual([]);
  expect(said("Input: {text}\n{answer}\n\n", "Input: {text}\nAnswer: {opening}")).toHaveLength(1);
  expect(said("Input: {text}\n{answer}\n\n", "Input: {text}\n {opening}")).toHaveLength(1);
});
