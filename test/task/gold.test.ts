import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {taskDefinitionSchema} from "../../src/records/task.ts";
import {goldSet, humanDistribution} from "../../src/task/gold.ts";

const labels = ["joy", "fear", "anger"];
const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "t",
  title: "T",
  labels,
  prompt: {instruction: "", demonstration: "{text}\n{answer}\n", query: "{text}\n{opening}"},
  data: {test: "t.jsonl"},
});

describe("gold", () => {
  test("counts a tie as in and is in task order", () => {
    const document = {id: "1", text: "x", annotations: [["anger", "joy"], ["joy"], ["anger"], []]};
    expect(goldSet(document, {definition})).toEqual(["joy", "anger"]);
    expect(humanDistribution(document, labels)).toEqual([0.5, 0, 0.5]);
  });

  test("is the shipped set where labels are aggregated, and Ĥ its 0/1", () => {
    const document = {id: "1", text: "x", labels: ["anger", "joy"]};
    expect(goldSet(document, {definition})).toEqual(["joy", "anger"]);
    expect(humanDistribution(document, labels)).toEqual([1, 0, 1]);
    expect(goldSet({id: "2", text: "x", labels: []}, {definition})).toEqual([]);
  });

  test("is where Ĥ is at least a half, for any annotations", () => {
    const annotations = fc.array(fc.subarray(labels), {minLength: 1});
    fc.assert(
      fc.property(annotations, sets => {
        const document = {id: "1", text: "x", annotations: sets};
        const human = humanDistribution(document, labels);
        expect(goldSet(document, {definition})).toEqual(labels.filter((_, index) => (human[index] ?? 0) >= 0.5));
      }),
    );
  });
});
