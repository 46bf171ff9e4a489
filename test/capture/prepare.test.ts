import {createHash} from "node:crypto";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {hashTokens, labelTexts, type PreparedDocument, prepareLabels, sharedPrefix} from "../../src/capture/prepare.ts";
import {promptWriter} from "../../src/capture/prompt-text.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {prepare, TOKENS} from "../support/capture.ts";
import {tinyPlan} from "../support/plan.ts";

const label = (name: string, ...variants: string[]) => ({name, variants: [name, ...variants]});

/** A prepared document of which only the tokens matter. */
function withTokens(prompt: readonly number[], opened = prompt): PreparedDocument {
  return {document: {id: "x", text: "x", labels: []}, split: "test", prompt, opened, key: "", promptHash: ""};
}

describe("sharedPrefix", () => {
  const tokens = fc.array(fc.integer({min: 0, max: 2}), {minLength: 1, maxLength: 8});

  test("is the longest prefix of all prompts that leaves each one a token to evaluate", () => {
    const property = fc.property(fc.array(tokens, {minLength: 1, maxLength: 4}), prompts => {
      const prefix = sharedPrefix(prompts.map(prompt => withTokens(prompt)));
      const fits = (size: number) =>
        prompts.every(
          prompt => size < prompt.length && prompt.slice(0, size).join() === prompts[0]?.slice(0, size).join(),
        );
      return (
        fits(prefix.length) && !fits(prefix.length + 1) && prefix.join() === prompts[0]?.slice(0, prefix.length).join()
      );
    });
    expect(fc.check(property, {numRuns: 500}).counterexample).toBeNull();
  });

  test("holds for the opened prompts too, which the forced read-out evaluates", () => {
    expect(sharedPrefix([withTokens([1, 2, 3, 4], [1, 2, 9, 9, 9])])).toEqual([1, 2]);
  });

  test("of no prompts is empty", () => {
    expect(sharedPrefix([])).toEqual([]);
  });
});

describe("hashTokens", () => {
  test("is the SHA-256 of little-endian 32-bit integers", () => {
    const bytes = Buffer.from([1, 0, 0, 0, 0x39, 0x30, 0, 0]);
    expect(hashTokens([1, 12345])).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  test("tells orders apart", () => {
    expect(hashTokens([1, 2])).not.toBe(hashTokens([2, 1]));
  });
});

describe("prepareDocuments", () => {
  test("a given opening ends the prompt; a free one is added only in the opened tokens", () => {
    const given = prepare({documents: ["it rained"]});
    const free = prepare({documents: ["it rained"], opening: "free"});
    const text = (of: typeof given, tokens: readonly number[] | undefined) =>
      (tokens ?? []).map(token => of.model.vocabulary.pieces[token]).join("");
    const body = "Label it.\n\nInput: it rained\n";
    expect(text(given, given.documents[0]?.prompt)).toBe(`${body}{"label": ["`);
    expect(given.documents[0]?.opened).toBe(given.documents[0]?.prompt);
    expect(text(free, free.documents[0]?.prompt)).toBe(body);
    expect(text(free, free.documents[0]?.opened)).toBe(`${body}{"label": ["`);
    expect(free.documents[0]?.promptHash).toBe(hashTokens(free.documents[0]?.prompt ?? []));
  });

  test("a model that wants BOS gets it once, in front", () => {
    const {documents} = prepare({bos: true, documents: ["<bos> as text"]});
    expect(documents[0]?.prompt.filter(token => token === 257)).toHaveLength(1);
    expect(documents[0]?.prompt[0]).toBe(257);
    expect(prepare({}).documents[0]?.prompt).not.toContain(257);
  });
});

describe("prepareLabels", () => {
  const labels = (
    options: {labels: string[]; none?: string; texts?: ReturnType<typeof label>[]; tokens?: readonly string[]},
    opening: "given" | "free" = "given",
  ) => {
    const model = scriptedModel({tokens: options.tokens ?? TOKENS});
    const write = promptWriter(model);
    const texts = labelTexts(options.texts ?? options.labels.map(name => label(name)), options.none);
    return prepareLabels(model, tinyPlan(options), write, texts, [{text: "one"}, {text: "two"}], opening);
  };

  test("the answer budget is every label, separators and closing, and four tokens more", () => {
    expect(labels({labels: ["joy", "fear", "sad"], none: "none"}).answerBudget).toBe(3 + 2 + 1 + 4);
    expect(labels({labels: ["joy"]}).answerBudget).toBe(1 + 1 + 4);
  });

  test("the answer budget holds a null label that is longer than all labels together", () => {
    expect(labels({labels: ["joy"], none: "nothing of this"}).answerBudget).toBe(15 + 1 + 4);
  });

  test("the answer budget holds the longest variant of each label", () => {
    const texts = [label("joy", "joyful"), label("fear")];
    expect(labels({labels: ["joy", "fear"], texts}).answerBudget).toBe(4 + 1 + 1 + 1 + 4);
  });

  test("a free opening is part of the answer, and of its budget", () => {
    expect(labels({labels: ["joy"]}, "free").answerBudget).toBe(12 + 1 + 1 + 4);
  });

  test("the null label stands last", () => {
    expect(labels({labels: ["joy", "fear"], none: "none"}).first.names).toEqual(["joy", "fear", "none"]);
    expect(labels({labels: ["joy", "fear"]}).first.names).toEqual(["joy", "fear"]);
  });

  test("collisions and merges at either seam are reported", () => {
    const found = labels({labels: ["joy", "joyful", "sad"], tokens: ["joy", '", "', ' "sad', '"sad']});
    expect(found.collisions).toEqual([{labels: ["joy", "joyful"], kind: "prefix"}]);
    expect(found.merged).toEqual(["sad"]);
  });

  test("the seam is checked on the prompts, and those that differ are counted", () => {
    const same = labels({labels: ["joy"]});
    expect([same.seamChecks, same.seamDiffering]).toEqual([2, 0]);
    const model = scriptedModel({tokens: TOKENS});
    const write = promptWriter(model);
    // A tokeniser that looks behind: after a text with "two" it spells labels out.
    const moody = {
      ...model,
      tokenize: (text: string) => (text.includes("two") ? Array.from(Buffer.from(text, "utf8")) : model.tokenize(text)),
    };
    const other = prepareLabels(
      moody,
      tinyPlan({labels: ["joy"]}),
      write,
      [label("joy")],
      [{text: "one"}, {text: "two"}],
    );
    expect([other.seamChecks, other.seamDiffering]).toEqual([2, 1]);
  });
});
