import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {buildPrompts} from "../../src/prompt/plan.ts";
import {binaryPrompts, unaryPrompts} from "../../src/prompt/questions.ts";
import type {TaskDefinitionInput} from "../../src/records/task.ts";
import {taskDefinitionSchema} from "../../src/records/task.ts";
import type {Task} from "../../src/task/task.ts";

const LABELS = ["joy", "fear", "anger"];

/** A task whose training documents have these gold sets, all of them demonstrated where `count` says so. */
function taskOf(gold: readonly (readonly string[])[], changes: Partial<TaskDefinitionInput> = {}): Task {
  const definition = taskDefinitionSchema.parse({
    version: 1,
    id: "asked",
    title: "Asked",
    labels: LABELS,
    none: "none",
    prompt: {
      instruction: "Labels: {labels}.\n\n",
      demonstration: "Input: {text}\n{answer}\n\n",
      query: "Input: {text}\n{opening}",
    },
    data: {test: "test.jsonl"},
    ...changes,
  });
  const documents = gold.map((labels, i) => ({id: `t${i}`, text: `text ${i}`, labels: [...labels]}));
  return {
    definition,
    source: "test",
    hash: "",
    annotations: "aggregated",
    splits: {},
    fixedDemonstrations: {documents, hash: "", source: "test"},
    notes: [],
  };
}

const GOLD = [["joy"], ["fear", "joy"], [], ["anger"], ["joy"], []];
const goldOf = (id: string) => GOLD[Number(id.slice(1))] ?? [];

describe("unary questions", () => {
  test("demonstrate the run's documents, half of them with a label of their own, each assessed by its gold set", () => {
    const task = taskOf(GOLD);
    const {demonstrations} = unaryPrompts(task, buildPrompts(task), 0);
    expect(demonstrations.map(({id}) => id)).toEqual(["t0", "t1", "t2", "t3", "t4", "t5"]);
    expect(demonstrations.filter(({reasonable}) => reasonable)).toHaveLength(3);
    for (const {id, label, reasonable} of demonstrations) expect(goldOf(id).includes(label)).toBe(reasonable);
    expect(new Set(demonstrations.map(({label}) => label)).size).toBe(3);
  });

  test("are written as the task file says, the instruction and the demonstrations first", () => {
    const task = taskOf([["joy", "fear", "anger"]], {
      prompt: {
        instruction: "x",
        demonstration: "{text} {answer}",
        query: "{text} {opening}",
        unary: {
          instruction: "Of {labels}:\n",
          demonstration: "{text} = {label}? {answer}\n",
          query: "{text} = {label}?",
        },
      },
    });
    const prompts = unaryPrompts(task, buildPrompts(task), 0);
    const [{label} = {label: ""}] = prompts.demonstrations;
    expect(prompts.prefix).toBe(`Of anger, fear, joy:\ntext 0 = ${label}? reasonable\n`);
    expect(prompts.lead).toBe(" ");
    expect(prompts.render({text: "{label} $&"}, "joy")).toMatchObject({
      body: prompts.prefix,
      opening: "{label} $& = joy?",
    });
  });

  test("a document without labels is never shown with a reasonable one, one with all never without", () => {
    const sets = fc.array(fc.subarray(LABELS), {minLength: 1, maxLength: 12});
    fc.assert(
      fc.property(sets, fc.nat(), (gold, seed) => {
        const task = taskOf(gold);
        const {demonstrations} = unaryPrompts(task, buildPrompts(task), seed);
        demonstrations.forEach(({label, reasonable}, i) => {
          expect(gold[i]?.includes(label)).toBe(reasonable);
          expect(LABELS).toContain(label);
        });
      }),
    );
  });

  test("another seed draws other labels, the same seed the same", () => {
    const task = taskOf([...GOLD, ...GOLD, ...GOLD]);
    const drawn = (seed: number) => unaryPrompts(task, buildPrompts(task), seed);
    expect(drawn(1)).toMatchObject({hash: drawn(1).hash, prefix: drawn(1).prefix});
    expect(new Set([1, 2, 3, 4].map(seed => drawn(seed).hash)).size).toBe(4);
  });
});

describe("binary questions", () => {
  test("each demonstration has a pair of which one label is gold, the null label where no other is", () => {
    const task = taskOf(GOLD);
    const {demonstrations} = binaryPrompts(task, buildPrompts(task), 0);
    for (const {id, first, second, answer, tie} of demonstrations) {
      const gold = goldOf(id).length === 0 ? ["none"] : goldOf(id);
      expect([first, second].filter(label => gold.includes(label))).toEqual([answer]);
      expect(tie).toBe(false);
    }
    expect(demonstrations.filter(({first, answer}) => first === answer)).toHaveLength(3);
  });

  test("a tie is left to the seed and said: two labels that both fit, or neither", () => {
    const both = taskOf([LABELS], {none: undefined});
    const [tied] = binaryPrompts(both, buildPrompts(both), 0).demonstrations;
    expect(tied).toMatchObject({tie: true});
    expect([tied?.first, tied?.second]).toContain(tied?.answer);
    expect(tied?.first).not.toBe(tied?.second);
  });

  test("the two orders differ in the order of the labels alone", () => {
    const task = taskOf(GOLD);
    const {render, prefix} = binaryPrompts(task, buildPrompts(task), 0);
    expect(render({text: "a"}, "joy", "none")).toMatchObject({
      body: `${prefix}Input: a\nOptions: joy, none\n`,
      opening: "Better:",
    });
    expect(render({text: "a"}, "none", "joy").body).toBe(`${prefix}Input: a\nOptions: none, joy\n`);
  });

  test("lettered options are answered by the letter of the option that names would be answered with", () => {
    const lettered = taskOf(GOLD, {
      prompt: {
        instruction: "x",
        demonstration: "{text} {answer}",
        query: "{text} {opening}",
        binary: {
          answers: "letters",
          instruction: "Choose:\n",
          demonstration: "{text}: a. {first} b. {second} = {answer}\n",
          query: "{text}: a. {first} b. {second} =",
        },
      },
    });
    const [named, asked] = [taskOf(GOLD), lettered].map(task => binaryPrompts(task, buildPrompts(task), 0));
    expect(asked?.demonstrations).toEqual(named?.demonstrations);
    const lines = (asked?.demonstrations ?? []).map(
      ({text, first, second, answer}) => `${text}: a. ${first} b. ${second} = ${answer === first ? "a" : "b"}\n`,
    );
    expect(asked?.prefix).toBe(`Choose:\n${lines.join("")}`);
    expect(new Set(lines.map(line => line.at(-2)))).toEqual(new Set(["a", "b"]));
  });

  test("without demonstrations, questions answered with letters and with names have different hashes", () => {
    const [names, letters] = (["names", "letters"] as const).map(answers => {
      const wording = {
        instruction: "",
        demonstration: "{text} {first} {second} {answer}",
        query: "{text} {first} {second}",
      };
      const task = taskOf([], {
        prompt: {
          instruction: "",
          demonstration: "{text} {answer}",
          query: "{text} {opening}",
          binary: {answers, ...wording},
        },
      });
      return binaryPrompts(task, buildPrompts(task), 0);
    });
    expect(names?.prefix).toBe(letters?.prefix);
    expect(names?.hash).not.toBe(letters?.hash);
  });
});
