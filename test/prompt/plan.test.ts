import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {selectDemonstrations} from "../../src/prompt/demonstrations.ts";
import {buildPrompts} from "../../src/prompt/plan.ts";
import {goldSet} from "../../src/task/gold.ts";
import {loadTask} from "../../src/task/load.ts";
import type {Task} from "../../src/task/task.ts";

const cwd = import.meta.dirname;
const task = await loadTask(join(cwd, "../fixtures/tiny/task.yaml"), {cwd});

/** The task with fixed demonstrations: the training documents of these ids. */
function fixed(...ids: string[]): Task {
  const documents = ids.flatMap(id => task.splits.train?.documents.filter(document => document.id === id) ?? []);
  return {...task, fixedDemonstrations: {documents, source: "demo.jsonl", hash: ""}};
}

describe("selectDemonstrations", () => {
  test("draws the composition of the rule, without repeats", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const {documents, composition} = selectDemonstrations(task, {seed});
      const sizes = documents.map(document => goldSet(document, task).length);
      expect(composition).toEqual({count: 4, multi: 2, single: 1, none: 1});
      expect(sizes.filter(size => size >= 2)).toHaveLength(2);
      expect(sizes.filter(size => size === 0)).toHaveLength(1);
      expect(new Set(documents).size).toBe(4);
    }
  });

  test("depends on the seed in choice and order, and on nothing else", () => {
    const ids = (seed: number) => selectDemonstrations(task, {seed}).documents.map(document => document.id);
    const all = Array.from({length: 40}, (_, seed) => ids(seed).join());
    expect(ids(3)).toEqual(ids(3));
    expect(new Set(all).size).toBeGreaterThan(20);
    expect(new Set(all.map(line => line.split(",")[0])).size).toBeGreaterThan(4);
  });

  test("never draws an excluded document", () => {
    const exclude = new Set(["t4", "t2"]);
    for (let seed = 0; seed < 30; seed += 1) {
      const {documents} = selectDemonstrations(task, {seed, exclude});
      expect(documents.filter(document => exclude.has(document.id))).toEqual([]);
    }
  });

  test("says what the pool holds where it is too small", () => {
    expect(() => selectDemonstrations(task, {count: 8, multiShare: 0.5})).toThrow(
      expect.objectContaining({
        code: "too-few-demonstrations",
        details: ["multi: 4 wanted, 3 there", "single: 2 wanted, 3 there", "none: 2 wanted, 2 there"],
        next: ["--shots 8 --multi-share 0.375 --none-share 0.25, the nearest that it can give"],
      }),
    );
  });

  test("needs the split only where demonstrations are wanted", () => {
    const {test: testSplit} = task.splits;
    if (testSplit === undefined) throw new Error("the fixture has a test split");
    const without = {...task, splits: {test: testSplit}};
    expect(() => selectDemonstrations(without)).toThrow(expect.objectContaining({code: "no-demonstrations"}));
    expect(selectDemonstrations(without, {count: 0}).documents).toEqual([]);
  });

  test("takes fixed ones in order, and counts what they are", () => {
    const {documents, composition} = selectDemonstrations(fixed("t7", "t1", "t6"));
    expect(documents.map(document => document.id)).toEqual(["t7", "t1", "t6"]);
    expect(composition).toEqual({count: 3, multi: 1, single: 1, none: 1});
    expect(selectDemonstrations(fixed("t7", "t1"), {count: 1}).documents.map(document => document.id)).toEqual(["t7"]);
    expect(() => selectDemonstrations(fixed("t7"), {count: 2})).toThrow(
      expect.objectContaining({code: "too-few-demonstrations"}),
    );
  });
});

describe("buildPrompts", () => {
  test("writes the exact text in json", () => {
    const plan = buildPrompts(fixed("t7", "t6"));
    expect(plan.prefix).toBe(
      'Labels: anger, fear, joy.\n\nInput: cake, and the ladder shook\n{"label": ["fear", "joy"]}\n\nInput: page four of nine\n{"label": ["none"]}\n\n',
    );
    expect(plan.render({text: "costs {opening} $& {text}"})).toMatchObject({
      body: `${plan.prefix}Input: costs {opening} $& {text}\n`,
      opening: '{"label": ["',
    });
  });

  test("writes the exact text in a list, in the order of the labels", () => {
    const plan = buildPrompts(fixed("t7", "t6"), {format: "list", labelOrder: "reversed"});
    const {body, opening} = plan.render({text: "x"});
    expect(body + opening).toBe(
      "Labels: joy, fear, anger.\n\nInput: cake, and the ladder shook\nLabels: joy, fear\n\nInput: page four of nine\nLabels: none\n\nInput: x\nLabels:",
    );
    expect(plan.demonstrations[0]).toEqual({id: "t7", text: "cake, and the ladder shook", labels: ["joy", "fear"]});
  });

  test("has a hash that follows every part of the prompt and nothing else", () => {
    const hash = (options: Parameters<typeof buildPrompts>[1], of = task) => buildPrompts(of, options).hash;
    const hashes = [
      hash({}),
      hash({format: "list"}),
      hash({labelOrder: "reversed"}),
      hash({seed: 1}),
      hash({count: 2}),
      hash({}, {...task, definition: {...task.definition, none: "nothing"}}),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash({})).toBe(hash({}, {...task, source: "elsewhere"}));
  });

  test("reports documents of other splits that are demonstrated", () => {
    expect(buildPrompts(fixed("t8")).leaks).toEqual([{split: "calibration", id: "c2", demonstration: "t8"}]);
    expect(buildPrompts(fixed("t1")).leaks).toEqual([]);
  });

  test("reports a test document with the text of a demonstration, also if its id is another one", () => {
    const shown = fixed("t1");
    const [demonstration] = selectDemonstrations(shown).documents;
    const copy = {...(demonstration ?? {id: "", text: ""}), id: "a copy"};
    const other = {...copy, id: "t1", text: "nothing of the kind"};
    const splits = {
      ...shown.splits,
      test: {documents: [copy, other], source: "invented", hash: "", dropped: [], remarks: []},
    };
    expect(buildPrompts({...shown, splits}).leaks).toEqual([{split: "test", id: "a copy", demonstration: "t1"}]);
  });

  test("refuses to demonstrate an empty set without a null label", () => {
    const {none: _, ...definition} = task.definition;
    expect(() => buildPrompts({...fixed("t6"), definition})).toThrow(expect.objectContaining({code: "no-null-label"}));
    expect(buildPrompts({...task, definition}).composition.none).toBe(0);
  });

  test("refuses a list whose template does not end the answer's line", () => {
    const definition = {...task.definition, prompt: {...task.definition.prompt, demonstration: "{text} {answer};"}};
    expect(() => buildPrompts({...task, definition}, {format: "list"})).toThrow(
      expect.objectContaining({code: "list-needs-line-break"}),
    );
  });
});

describe("an empty list", () => {
  const {none: _none, ...definition} = task.definition;
  const emptied: Task = {...fixed("t1"), definition: {...definition, emptyList: true}};

  test("is what a task that wants it demonstrates where no label is given, in both formats", () => {
    const [json, list] = [buildPrompts(emptied), buildPrompts(emptied, {format: "list"})];
    expect(json.renderDemonstration({text: "a", labels: []})).toBe('Input: a\n{"label": []}\n\n');
    expect(list.renderDemonstration({text: "a", labels: []})).toBe("Input: a\nLabels:\n\n");
  });

  test("lets documents without a label be drawn as demonstrations of a task without a null label", () => {
    const {fixedDemonstrations: _fixed, ...drawn} = emptied;
    expect(selectDemonstrations(drawn).composition.none).toBe(1);
  });
});
