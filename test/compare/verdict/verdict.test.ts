import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {compare} from "../../../src/compare/compare.ts";
import {taskOfRuns} from "../../../src/compare/compared-task.ts";
import {COMPARE_DEFAULTS} from "../../../src/compare/settings.ts";
import {constantAnswer} from "../../../src/compare/verdict/constant-answer.ts";
import {documentsNeeded} from "../../../src/compare/verdict/standings.ts";
import {verdictText} from "../../../src/compare/verdict/verdict-text.ts";
import type {Results} from "../../../src/records/results/results.ts";
import {someResults} from "../../report/synthetic.ts";
import {aRun, said} from "../runs.ts";
import {comparison, reader} from "./invented.ts";

const firstLines = ({verdict}: Results) => verdict.sentences.slice(0, 3).map(({text}) => text);
const standings = ({verdict}: Results) => Object.fromEntries(verdict.rows.map(({run, standing}) => [run, standing]));

// Truth by construction: a run reads a share of the documents and guesses one of four sets on the others.
const oneBetter = comparison([
  {name: "reads-nine", reads: 0.9},
  {name: "reads-three", reads: 0.3},
  {name: "bert", reads: 0.35},
]);
const noneBetter = comparison([
  {name: "reads-some", reads: 0.75},
  {name: "reads-as-much", reads: 0.75},
  {name: "bert", reads: 0.75},
]);
const allGuess = comparison([
  {name: "guesses", reads: 0},
  {name: "guesses-too", reads: 0},
  {name: "bert", reads: 0},
]);

describe("the first three lines of three comparisons whose truth is known", () => {
  test("one is better: which, by how much, and that it is sure", () => {
    const [which, by, sure] = firstLines(oneBetter);
    expect(which).toMatch(/^reads-nine answers best, with an example-F1 of 0\.\d{3}\.$/);
    expect(by).toMatch(/, the next, is 0\.[3-7]\d\d behind\.$/);
    expect(sure).toMatch(/^That is sure: p < 0\.001 after correction/);
    expect(standings(oneBetter)["reads-nine"]).toBe("best");
    expect(["worse", "no-better-than-constant"]).toContain(standings(oneBetter)["reads-three"]);
  });

  test("none is better: no run is called best, and how many documents would settle it", () => {
    const [which, , sure] = firstLines(noneBetter);
    expect(which).toMatch(/^No run is best for sure: \S+ leads with an example-F1 of 0\.\d{3}\.$/);
    expect(sure).toMatch(/^That is not sure: it would take .* documents to settle it, if the difference stays\.$/);
    expect(Object.values(standings(noneBetter)).sort()).toEqual(["best", "not-distinguishable", "not-distinguishable"]);
    expect(noneBetter.verdict.documentsNeeded).toBeGreaterThan(60);
  });

  test("all guess: none is said to be better than a constant, though guesses are right at times", () => {
    expect(firstLines(allGuess)[0]).toBe("None of the 3 runs is shown to answer better than a constant.");
    expect(new Set(Object.values(standings(allGuess)))).toEqual(new Set(["no-better-than-constant"]));
    expect(allGuess.verdict.rows[0]?.cells.answers?.value).toBeGreaterThan(0.3);
  });

  test("predictions made elsewhere stand in the same table, ranked with the runs", () => {
    const best = comparison([
      {name: "guesses", reads: 0},
      {name: "reads-three", reads: 0.3},
      {name: "bert", reads: 0.95},
    ]);
    expect(firstLines(best)[0]).toMatch(/^bert answers best/);
    expect(best.verdict.rows.map(({run}) => run).sort()).toEqual(["bert", "guesses", "reads-three"]);
  });

  test("the table's numbers are those of the tables, and its tests are corrected over the whole verdict", () => {
    for (const {verdict, estimates, pairs} of [oneBetter, noneBetter, allGuess]) {
      const [first] = verdict.rows;
      for (const {run, cells, best, constant} of verdict.rows) {
        const row = estimates[run]?.hard ?? estimates[run]?.predictions;
        expect(cells.answers?.value).toBe(row?.metrics["example-f1"]?.value);
        expect(constant?.pHolm).toBeGreaterThanOrEqual(constant?.p ?? 2);
        const pair = pairs.find(
          ({left, right, estimator, metric}) =>
            estimator === "hard" &&
            metric === "example-f1" &&
            [left, right].includes(run) &&
            left !== right &&
            [left, right].includes(first?.run ?? ""),
        );
        if (best !== undefined && pair !== undefined && run !== first?.run)
          expect(Math.abs(best.difference.value ?? 9)).toBeCloseTo(Math.abs(pair.difference.value ?? 0), 12);
      }
    }
  });
});

describe("every sentence", () => {
  const many = [oneBetter, noneBetter, allGuess, someResults(40).results, someResults(8).results];
  test.each(many.flatMap(({verdict}) => verdict.sentences.map(({text}) => [text])))(
    "%s has at most 25 words and one number",
    text => {
      expect(text.split(/\s+/).length).toBeLessThanOrEqual(25);
      // Names of models, F1, step 1 and the constant 0.1 are no findings.
      const bare = text
        .replace(/\u202f/g, "")
        .replace(/example-F1|step 1|constant 0\.1|of the \d+ runs|reads-\S+|\d+ others|\(\S+ → \S+\)/g, "");
      expect(bare.match(/\d+(?:\.\d+)?/g)?.length ?? 0).toBeLessThanOrEqual(1);
    },
  );

  test("two families of one size each are two models side by side, not nothing", () => {
    const text = oneBetter.verdict.sentences.map(sentence => sentence.text).join(" ");
    expect(text).not.toContain("Nothing can be said");
  });
});

describe("the constant answer", () => {
  const taskOf = (golds: readonly (readonly string[])[]) =>
    taskOfRuns([
      aRun(
        "one",
        golds.map((gold, at) => said(`d${at}`, {p: [1, 0, 0], annotations: [[...gold]]})),
      ),
    ]);

  test("is the set that does best on all documents, by hand", () => {
    // fear alone: 1, 1, 0 → 2/3; fear and joy: 2/3, 2/3, 0; none: 0, 0, 1 → 1/3.
    expect(constantAnswer(taskOf([["fear"], ["fear"], []]))?.labels).toEqual(["fear"]);
    expect(constantAnswer(taskOf([[], [], ["joy"]]))?.labels).toEqual([]);
    expect(constantAnswer(taskOf([["fear", "joy"], ["joy", "fear"], ["joy"]]))?.labels).toEqual(["fear", "joy"]);
  });

  test("who says it to every document is no better than a constant, and by exactly nothing", () => {
    const records = Array.from({length: 40}, (_, at) =>
      said(`d${at}`, {p: [0.2, 0.7, 0.1], answer: ["joy"], annotations: [at % 4 === 0 ? ["fear"] : ["joy"]]}),
    );
    const {verdict} = compare({runs: [aRun("parrot", records)], labelscope: "0"}, COMPARE_DEFAULTS).results;
    expect(verdict.constantAnswer?.labels).toEqual(["joy"]);
    expect(verdict.rows).toMatchObject([{standing: "no-better-than-constant", constant: {difference: {value: 0}}}]);
    expect(verdict.sentences[0]?.text).toBe("parrot is not shown to answer better than a constant.");
    expect(verdict.sentences.map(({text}) => text).join(" ")).toContain("Answers of parrot mostly ignore the document");
    expect(verdict.sentences[2]?.text).toMatch(/^More documents of this kind would not change that/);
  });

  test("on too few documents for an interval, nobody says that more of them would change nothing", () => {
    const records = Array.from({length: 8}, (_, at) =>
      said(`d${at}`, {
        p: [0.2, 0.7, 0.1],
        answer: [at < 6 ? (at % 2 === 0 ? "fear" : "joy") : "fear"],
        annotations: [[at % 2 === 0 ? "fear" : "joy"]],
      }),
    );
    const {verdict} = compare({runs: [aRun("one", records)], labelscope: "0"}, COMPARE_DEFAULTS).results;
    expect(verdict.rows[0]?.standing).toBe("no-better-than-constant");
    expect(verdict.sentences[2]?.text).toBe("That is not sure: there are too few documents for an interval.");
  });
});

describe("documentsNeeded", () => {
  test("twice as wide as it may be takes four times the documents; nothing where the interval leaves 0 out", () => {
    expect(documentsNeeded({value: 0.1, lower: -0.1, upper: 0.3, n: 50})).toBe(200);
    expect(documentsNeeded({value: -0.1, lower: -0.4, upper: 0.1, n: 50})).toBe(200);
    expect(documentsNeeded({value: 0.1, lower: 0.05, upper: 0.2, n: 50})).toBeUndefined();
    expect(documentsNeeded({value: 0, lower: -0.1, upper: 0.1, n: 50})).toBeUndefined();
    expect(documentsNeeded({reason: "none", n: 0})).toBeUndefined();
  });

  test("is never fewer than there are", () => {
    const part = fc.double({min: 0.001, max: 1, noNaN: true});
    fc.assert(
      fc.property(part, part, fc.integer({min: 10, max: 500}), (value, beyond, n) => {
        expect(documentsNeeded({value, lower: -beyond, upper: 1, n})).toBeGreaterThanOrEqual(n);
      }),
    );
  });
});

describe("in the terminal", () => {
  test("the sentences stand first, then a row a run with its standing, within the line", () => {
    const text = verdictText(oneBetter, 90);
    const lines = text.split("\n");
    expect(lines.slice(0, 2)).toEqual(["Verdict", expect.stringMatching(/^reads-nine answers best/)]);
    expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(90);
    expect(text).toMatch(/reads-nine +0\.\d{3} \[0\.\d{3}, [01]\.\d{3}\] +best/);
    expect(text).toMatch(/constant: the same answer to every document, at best/);
  });

  test("a run whose answers were forced stands last, and nothing is said about its answers", () => {
    const forced = reader({name: "forced", reads: 1}, 40);
    const runs = [
      {...forced, manifest: {...forced.manifest, identity: {...forced.manifest.identity, forceAnswers: "gold"}}},
      reader({name: "reads-nine", reads: 0.9}, 40),
    ];
    const {verdict} = compare({runs, labelscope: "0"}, COMPARE_DEFAULTS).results;
    expect(verdict.rows.map(({run, standing}) => [run, standing])).toEqual([
      ["reads-nine", "best"],
      ["forced", "unknown"],
    ]);
    expect(verdictText({verdict})).toContain("no answers of its own");
  });
});
