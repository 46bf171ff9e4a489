import fc from "fast-check";
import {expect, test} from "vitest";
import type {Document} from "../../src/records/document.ts";
import {taskDefinitionSchema} from "../../src/records/task.ts";
import {agreementOf, balanced} from "../../src/task/strata.ts";

const task = {
  definition: taskDefinitionSchema.parse({
    version: 1,
    id: "t",
    title: "T",
    labels: ["joy", "fear", "anger"],
    prompt: {instruction: "", demonstration: "{text}\n{answer}\n", query: "{text}\n{opening}"},
    data: {test: "t.jsonl"},
  }),
};
const kindOf = ({labels = []}: Document) => Math.min(2, labels.length);
const someLabels = fc.subarray(["joy", "fear", "anger"]);

test("every beginning of the order holds as many documents of each kind as of any other, give or take one", () => {
  fc.assert(
    fc.property(fc.array(someLabels, {maxLength: 60}), fc.integer(), (sets, seed) => {
      const documents = sets.map((labels, at): Document => ({id: `d${at}`, text: `text ${at}`, labels}));
      const order = balanced(documents, "kinds", {seed, task}) ?? [];
      const present = [...new Set(documents.map(kindOf))];
      expect(new Set(order.map(({id}) => id)).size).toBe(order.length);
      for (let n = 1; n <= order.length; n++) {
        const counts = present.map(kind => order.slice(0, n).filter(one => kindOf(one) === kind).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
      // It ends because a kind has none left.
      const left = present.map(kind => documents.filter(one => kindOf(one) === kind).length);
      const taken = present.map(kind => order.filter(one => kindOf(one) === kind).length);
      expect(present.length === 0 || left.some((count, at) => count === taken[at])).toBe(true);
    }),
  );
});

test("agreement is the mean over pairs of annotators of twice what they share over what both gave", () => {
  expect(agreementOf([["joy"], ["joy", "fear"]])).toBeCloseTo(2 / 3, 12);
  expect(agreementOf([["joy"], ["joy"], ["fear"]])).toBeCloseTo(1 / 3, 12);
  expect(agreementOf([[], []])).toBe(1);
  expect(agreementOf([[], ["joy"]])).toBe(0);
  expect(agreementOf([["joy"]])).toBeUndefined();
});

test("with agreement, each kind is halved where annotators agree less than on its median document", () => {
  const own = (id: string, ...annotations: string[][]): Document => ({id, text: id, annotations});
  const documents = [
    own("sure 1", ["joy"], ["joy"]),
    own("sure 2", ["fear"], ["fear"]),
    own("torn 1", ["joy"], ["joy", "fear", "anger"], ["joy"]),
    own("both sure", ["joy", "fear"], ["joy", "fear"]),
    own("both torn", ["joy", "fear"], ["joy", "anger"]),
  ];
  const order = balanced(documents, "kinds+agreement", {seed: 1, task}) ?? [];
  expect(order.slice(0, 4).map(({id}) => id)).toEqual([
    "torn 1",
    expect.stringMatching(/^sure/),
    "both torn",
    "both sure",
  ]);
  expect(balanced([{id: "a", text: "a", labels: ["joy"]}], "kinds+agreement", {seed: 1, task})).toBeUndefined();
});
