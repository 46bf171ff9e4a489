import {describe, expect, test} from "vitest";
import {type MetricDocument, metricTable} from "../../src/metric/input.ts";

const document = (change: Partial<MetricDocument> = {}): MetricDocument => ({
  id: "a",
  q: [0.1, 0.9],
  human: [0, 1],
  gold: [false, true],
  ...change,
});
const labels = ["joy", "fear"];

describe("metricTable refuses", () => {
  const bad = [
    {why: "no labels", input: {labels: [], documents: []}, says: "there are no labels to score"},
    {why: "a label twice", input: {labels: ["joy", "joy"], documents: []}, says: '"joy" is listed twice'},
    {why: "a document twice", input: {labels, documents: [document(), document()]}, says: '"a" appears twice'},
    {why: "too few numbers", input: {labels, documents: [document({q: [0.1]})]}, says: "1 numbers for 2 labels"},
    {why: "NaN", input: {labels, documents: [document({q: [0.1, Number.NaN]})]}, says: 'NaN for label "fear"'},
    {why: "a logit", input: {labels, documents: [document({q: [-2, 0.5]})]}, says: '-2 for label "joy"'},
    {why: "Ĥ above 1", input: {labels, documents: [document({human: [0, 3]})]}, says: "human annotation"},
    {why: "too many gold marks", input: {labels, documents: [document({gold: [true, true, true]})]}, says: "gold"},
  ];

  test.each(bad)("$why, by name and with advice", ({input, says}) => {
    expect(() => metricTable(input)).toThrow(says);
    expect(() => metricTable(input)).toThrow(expect.objectContaining({code: "metric-input"}));
  });
});

describe("metricTable", () => {
  test("puts back what rounding pushed out of [0, 1]", () => {
    const table = metricTable({labels, documents: [document({q: [-1e-12, 1 + 2 ** -52]})]});
    expect([...(table.human.documents[0]?.q ?? [])]).toEqual([0, 1]);
  });

  test("keeps a document for the target that it has", () => {
    const documents = [document(), document({id: "b", human: undefined}), document({id: "c", q: undefined})];
    const table = metricTable({labels, documents});
    expect([...table.human.rows]).toEqual([0]);
    expect([...table.gold.rows]).toEqual([0, 1]);
    expect(table.human).toMatchObject({total: 3, withoutEstimate: 1, withoutTarget: 1});
    expect(table.gold).toMatchObject({total: 3, withoutEstimate: 1, withoutTarget: 0});
  });
});
