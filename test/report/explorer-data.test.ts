import {describe, expect, test} from "vitest";
import {evenly, explorerData, explorerRoom} from "../../src/report/explorer-data.ts";
import {aRunOf, LADDER, someDocuments} from "./synthetic.ts";

const runs = LADDER.slice(0, 2).map(model => aRunOf(model, someDocuments(30)));

const noRemarks = {learned: [], missing: [], remarks: []};

describe("what the explorer holds", () => {
  test("every document and step, probabilities in ten-thousandths", () => {
    const data = explorerData(runs, new Map());
    expect([data.documents.length, data.of]).toEqual([30, 30]);
    const [run] = runs;
    const stored = run?.documents.test[4]?.trace;
    const packed = data.traces[0]?.[4];
    expect(packed?.steps.map(({r}) => r)).toEqual(stored?.steps.map(({r}) => r));
    expect(packed?.steps[0]?.p).toEqual(stored?.steps[0]?.probabilities.map(p => Math.round(p * 10_000)));
    // A well-formed answer is told by its labels alone, a malformed one by its text, too.
    expect(packed?.said.map(label => data.labels[label])).toEqual(stored?.answer.labels);
    expect(packed?.answer).toBeUndefined();
  });

  test("fewer documents where they do not fit, the same for every run, spread over all, and the number of all", () => {
    const whole = JSON.stringify(explorerData(runs, new Map())).length;
    const part = explorerData(runs, new Map(), [], whole / 3);
    expect(JSON.stringify(part).length).toBeLessThanOrEqual(whole / 3);
    expect(part.documents.length).toBeGreaterThan(6);
    expect(part.of).toBe(30);
    expect(part.traces.map(({length}) => length)).toEqual([part.documents.length, part.documents.length]);
    expect(part.documents[0]?.id).toBe("d0000");
    expect(Number(part.documents.at(-1)?.id.slice(1))).toBeGreaterThan(20);
  });

  test("predictions made elsewhere stand beside the runs, with a hole for a document that they lack", () => {
    const documents = someDocuments(30).map(({id}, at) => ({
      id,
      estimate: at === 3 ? {reason: "the predictions lack the document"} : {values: [0.25, 0.75]},
    }));
    const row = {name: "predictions", title: "Predictions", estimates: {...noRemarks, documents, estimated: 29}};
    const data = explorerData(runs, new Map([["classifier", "Classifier"]]), [{name: "classifier", rows: [row]}]);
    expect(data.predictions.map(({title}) => title)).toEqual(["Classifier"]);
    expect(data.predictions[0]?.documents[3]).toBeNull();
    expect(data.predictions[0]?.documents[4]).toEqual([2500, 7500]);
  });

  test("a run without a document has a hole there, not another document's trace", () => {
    const [first, second] = runs;
    if (first === undefined || second === undefined) throw new Error("two runs");
    const shorter = {...second, documents: {...second.documents, test: second.documents.test.slice(1)}};
    const {traces} = explorerData([first, shorter], new Map());
    expect(traces[1]?.[0]).toBeNull();
    expect(traces[1]?.[1]).toEqual(explorerData(runs, new Map()).traces[1]?.[1]);
  });

  test("gets the room that the page leaves, within bounds", () => {
    expect([1_000_000, 3_000_000, 9_000_000].map(explorerRoom)).toEqual([3_000_000, 1_900_000, 250_000]);
  });

  test("evenly keeps exactly so many, the first one among them", () => {
    const items = Array.from({length: 17}, (_, i) => i);
    for (const keep of [1, 2, 5, 16, 17]) {
      expect(evenly(items, keep)).toHaveLength(keep);
      expect(evenly(items, keep)[0]).toBe(0);
    }
  });
});
