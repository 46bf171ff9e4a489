import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {summariseTask} from "../../src/task/check.ts";
import {conversationText} from "../../src/task/convabuse.ts";
import {readJudgements} from "../../src/task/convabuse-judgement.ts";
import {loadTask} from "../../src/task/load.ts";
import {realData} from "./real-data.ts";

const cwd = import.meta.dirname;
const real = realData("convabuse");

describe("conversationText", () => {
  test("ends with the user's last turn and leaves out the turns before the conversation began", () => {
    expect(conversationText({prevAgent: "A", prevUser: "B", agent: "C", user: "D"})).toBe(
      "agent: A\nuser: B\nagent: C\nuser: D",
    );
    expect(conversationText({prevAgent: "_", prevUser: "hi", agent: "C", user: "D"})).toBe(
      "user: hi\nagent: C\nuser: D",
    );
    expect(conversationText({prevAgent: "_", prevUser: "_", agent: "_", user: "_"})).toBe("user: _");
  });
});

describe("readJudgements", () => {
  /** Five severities, seven types, five unused. */
  const cells = (...columns: string[]) => [...columns, ...new Array<string>(17 - columns.length).fill("0")];

  test("is undefined for an annotator without an entry", () => {
    expect(readJudgements(new Array<string>(17).fill(""))).toBeUndefined();
  });

  test("finds fault with a cell that holds another number of judgements or another value", () => {
    expect(readJudgements(cells("1, 0", "0"))).toEqual({
      problem: 'expected 2 values of 0 or 1 in each cell, found "0"',
    });
    expect(readJudgements(cells("1", "2"))).toEqual({problem: 'expected 1 values of 0 or 1 in each cell, found "2"'});
    expect(readJudgements(cells("1", "1"))).toEqual({
      problem: "expected exactly one of the five severities in each judgement",
    });
    expect(readJudgements(cells("0"))).toHaveProperty("problem");
  });
});

describe("convabuse", () => {
  test("reads one annotation an annotator, whatever the cells hold", async () => {
    const {splits, annotations} = await loadTask("convabuse", {cwd, dataDir: join(cwd, "../fixtures/convabuse")});
    expect(annotations).toBe("annotators");
    expect(splits.train?.documents).toEqual([
      {id: "1.0", text: "user: hello", annotations: [[], [], []], annotators: ["a1", "a2", "a7"]},
      {
        id: "2.0",
        text: "agent: How are you?\nuser: fine\nagent: Please go on.\nuser: you dim toaster",
        annotations: [["intellectual"], ["other_abuse"], ["intellectual", "transphobic"]],
        annotators: ["a1", "a7", "a8"],
      },
      {
        id: "3.0",
        text: 'user: hi\nagent: Why, "exactly"?\nuser: because, you know',
        annotations: [["other_abuse"], []],
        annotators: ["a3", "a4"],
      },
      {id: "4.0", text: "user: hi\nagent: Hi.\nuser: hmm", annotations: [[], []], annotators: ["a5", "a6"]},
      {
        id: "5.0",
        text: "user: hi\nagent: Hi.\nuser: shut up",
        annotations: [["other_abuse"], ["other_abuse"]],
        annotators: ["a5", "a6"],
      },
    ]);
    expect(splits.train?.dropped).toEqual([{reason: "no annotator has an entry", count: 1}]);
    expect(splits.train?.remarks.map(remark => remark.count)).toEqual([2, 2, 1]);
    // The header of this column names annotator 6: it is read by its place, as annotator 8.
    expect(splits.test?.documents[0]).toMatchObject({annotations: [[], ["transphobic"]], annotators: ["a2", "a8"]});
  });

  // Expected counts: a separate count of the release's files in Python.
  test.skipIf(real === undefined)(
    "reads the real files: every row, eight annotators, 43 % of abuse without a type",
    async () => {
      const task = await loadTask("convabuse", {cwd, dataDir: real ?? ""});
      const {splits} = summariseTask(task);
      expect(Object.values(splits).map(split => split.documents)).toEqual([2501, 831, 853]);
      expect(Object.values(splits).map(split => split.annotators)).toEqual([8, 8, 8]);
      expect(splits.train?.setSizes).toEqual({0: 2097, 1: 368, 2: 32, 3: 4});
      expect(splits.train?.labelCounts).toEqual({
        ableist: 3,
        homophobic: 12,
        intellectual: 66,
        racist: 4,
        sexist: 55,
        sex_harassment: 121,
        transphobic: 0,
        other_abuse: 183,
      });
      const all = Object.values(task.splits).flatMap(split =>
        split.documents.flatMap(document => document.annotations ?? []),
      );
      const abusive = all.filter(labels => labels.length > 0);
      const untyped = abusive.filter(labels => labels.includes("other_abuse"));
      expect([all.length, abusive.length, untyped.length]).toEqual([12411, 1968, 852]);
      const remarked = Object.values(splits).map(split => split.remarks[0]?.count ?? 0);
      expect(remarked.reduce((sum, count) => sum + count, 0)).toBe(345);
      expect(Object.values(splits).flatMap(split => split.dropped)).toEqual([]);
    },
  );
});
