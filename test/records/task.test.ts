import {describe, expect, test} from "vitest";
import {taskDefinitionSchema} from "../../src/records/task.ts";

const task = {
  version: 1,
  id: "t",
  title: "T",
  labels: ["joy", "fear"],
  none: "none",
  prompt: {instruction: "{labels}\n", demonstration: "{text}\n{answer}\n", query: "{text}\n{opening}"},
  data: {test: "test.jsonl"},
};

const messages = (value: unknown): string[] =>
  taskDefinitionSchema.safeParse(value).error?.issues.map(issue => issue.message) ?? [];

const withPrompt = (prompt: Record<string, string>) => ({...task, prompt: {...task.prompt, ...prompt}});

describe("taskDefinitionSchema", () => {
  test("fills in the defaults and normalises labels", () => {
    const parsed = taskDefinitionSchema.parse({...task, labels: ["fear", {name: "joy", variants: ["Joy", "joy"]}]});
    expect(parsed.labels).toEqual([
      {name: "fear", variants: ["fear"]},
      {name: "joy", variants: ["joy", "Joy"]},
    ]);
    expect(parsed.format).toBe("json");
    expect(parsed.labelOrder).toBe("alphabetical");
    expect(parsed.gold).toBe("majority");
    expect(parsed.demonstrations).toEqual({from: "train", count: 10, multiShare: 0.5, noneShare: 0.1, seed: 0});
    expect(parsed.prompt.unary.query).toBe("Input: {text}\nLabel: {label}\nAssessment:");
    expect(parsed.prompt.binary.instruction).toBe("Choose which of the two labels fits each input better.\n\n");
  });

  test.each(['a"b', "a\\b", "a,b", "a\nb", "a\u0007b", " a", "a ", ""])("refuses the label %j", label => {
    expect(messages({...task, labels: ["joy", label]})).toHaveLength(1);
  });

  test("refuses a label that is listed twice, is another's variant, or is the null label", () => {
    expect(messages({...task, labels: ["joy", "joy"]})).toEqual(['label "joy" is listed twice']);
    expect(messages({...task, labels: ["joy", {name: "fear", variants: ["joy"]}]})).toEqual([
      'variant "joy" is listed twice',
    ]);
    expect(messages({...task, labels: ["joy", "none"]})).toEqual(['label "none" is also the null label']);
  });

  test("refuses an unknown placeholder, naming the known ones, but not other braces", () => {
    expect(messages(withPrompt({instruction: 'Say {"label": [{lables}]} {}'}))).toEqual([
      "unknown placeholder {lables}; known here: {labels}",
    ]);
    expect(messages(withPrompt({instruction: 'Say {"label": ["x"]} {}'}))).toEqual([]);
  });

  test("wants {text} and {answer} in a demonstration, {text} and a single final {opening} in the query", () => {
    expect(messages(withPrompt({demonstration: "x\n"}))).toEqual(["{text} is missing", "{answer} is missing"]);
    expect(messages(withPrompt({query: "{text}{opening}\n"}))).toEqual(["must end with {opening}"]);
    expect(messages(withPrompt({query: "{text}{opening}{opening}"}))).toEqual(["{opening} stands more than once"]);
    expect(messages(withPrompt({query: "{opening}"}))).toEqual(["{text} is missing"]);
  });

  test("wants a line break after the answer in the list format only", () => {
    const prompt = {...task.prompt, demonstration: "{text} {answer};"};
    expect(messages({...task, prompt})).toEqual([]);
    expect(messages({...task, prompt, format: "list"})).toEqual([
      "in the list format a line break must follow {answer}: it is what closes the list",
    ]);
  });

  test("refuses an unknown label order", () => {
    expect(messages({...task, labelOrder: "random"})).toEqual([
      "expected alphabetical, reversed, as-listed or random:SEED",
    ]);
    expect(messages({...task, labelOrder: "random:7"})).toEqual([]);
  });
});
