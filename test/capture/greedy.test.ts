import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {Extension} from "../../src/engine/engine.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import {softmax} from "../../src/math/softmax.ts";
import {answerSchema, labelStepSchema} from "../../src/records/trace.ts";
import {wellFormedAnswers} from "../support/answers.ts";
import {captureAll, captureOne, LABELS, prepare, type ScriptedCapture, TOKENS, writes} from "../support/capture.ts";

/** 256 bytes, end, beginning, and the named tokens. */
const SIZE = 258 + TOKENS.length;

/** Σ exp(logit) where these logits are named and every other token has -20. */
function weight(...named: number[]): number {
  return named.reduce((sum, logit) => sum + Math.exp(logit), 0) + (SIZE - named.length) * Math.exp(-20);
}

const atStep = (written: string) => (written === "" ? {fear: 3, sad: 1, none: 0} : {});

describe("captureGreedy on a single label", () => {
  const options: ScriptedCapture = {script: writes(["joy", '"]}'], atStep)};

  test("records the answer", async () => {
    const {answer} = await captureOne(options);
    expect(answer).toMatchObject({text: 'joy"]}', wellFormed: true, problems: [], labels: ["joy"]});
    expect(answer.tokens).toHaveLength(2);
  });

  test("records one last step with scores, distribution, entropies and mass worked out by hand", async () => {
    const {steps} = await captureOne(options);
    const [step] = steps;
    const z = [5, 3, 1, 0];
    const total = z.reduce((sum, score) => sum + Math.exp(score), 0);
    expect(steps).toHaveLength(1);
    expect(step).toMatchObject({
      r: 1,
      answerTokens: 0,
      kind: "last",
      scores: z,
      argmaxIsLabel: true,
      top: "joy",
      second: "fear",
    });
    expect(step?.forced).toBeUndefined();
    expect(step?.emitted).toEqual({text: "joy", kind: "label", label: "joy"});
    z.forEach((score, label) => {
      expect(step?.probabilities[label]).toBeCloseTo(Math.exp(score) / total, 12);
    });
    expect(step?.entropyBits).toBeCloseTo(entropyBits(softmax(z)), 12);
    expect(step?.topToSecond).toBeCloseTo(Math.exp(2), 9);
    expect(step?.logSumExp).toBeCloseTo(Math.log(weight(...z)), 9);
    expect(step?.labelMass).toBeCloseTo(total / weight(...z), 9);
    const p = [...z, ...Array.from({length: SIZE - 4}, () => -20)].map(logit => Math.exp(logit) / weight(...z));
    expect(step?.vocabEntropyBits).toBeCloseTo(-p.reduce((sum, value) => sum + value * Math.log2(value), 0), 9);
    expect(step?.topTokens.map(({text, logit}) => [text, logit])).toEqual([
      ["joy", 5],
      ["fear", 3],
      ["sad", 1],
    ]);
  });

  test("the record passes the schema of stored traces", async () => {
    const {answer, steps} = await captureOne(options);
    expect(answerSchema.parse(answer)).toEqual(answer);
    expect(steps.map(step => labelStepSchema.parse(step))).toEqual(steps);
  });

  test("full logits come back at label steps alone, and only on request", async () => {
    const {logits} = await captureOne({...options, fullLogits: true});
    expect(logits.map(vector => vector.length)).toEqual([SIZE]);
    expect((await captureOne(options)).logits).toEqual([]);
  });

  test("the prompt is evaluated once, and the token that ends the answer never", async () => {
    const batches: (readonly Extension[])[] = [];
    const prepared = prepare({...options, onExtend: items => batches.push(items)});
    await captureAll(prepared);
    expect(batches.map(items => items.map(item => item.tokens.length))).toEqual([
      [prepared.documents[0]?.prompt.length],
      [1],
    ]);
  });
});

describe("captureGreedy on other answers", () => {
  test("two labels give an intermediate and a last step", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", '", "', "fear", '"]}'])});
    expect(answer).toMatchObject({wellFormed: true, labels: ["joy", "fear"]});
    expect(steps.map(({r, kind, answerTokens, top}) => ({r, kind, answerTokens, top}))).toEqual([
      {r: 1, kind: "intermediate", answerTokens: 0, top: "joy"},
      {r: 2, kind: "last", answerTokens: 2, top: "fear"},
    ]);
    expect(steps.map(step => step.emitted.label)).toEqual(["joy", "fear"]);
  });

  test("the null label alone is a well-formed answer without labels", async () => {
    const {answer, steps} = await captureOne({script: writes(["none", '"]}'])});
    expect(answer).toMatchObject({wellFormed: true, problems: [], labels: []});
    expect(steps.map(step => [step.kind, step.emitted.kind, step.emitted.label])).toEqual([["last", "none", "none"]]);
  });

  test("the null label beside a label is a problem", async () => {
    const {answer} = await captureOne({script: writes(["none", '", "', "joy", '"]}'])});
    expect(answer).toMatchObject({wellFormed: false, problems: ["none-and-labels"], labels: ["joy"]});
  });

  test("a label given again is a repeat at its step, and counted once", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", '", "', "fear", '", "', "joy", '"]}'])});
    expect(answer).toMatchObject({wellFormed: false, problems: ["repeat"], labels: ["joy", "fear"]});
    expect(steps.map(step => step.emitted.kind)).toEqual(["label", "label", "repeat"]);
  });

  test("text outside the set is other, and its first token starts no label", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", '", "', "x", "y", '"]}'])});
    expect(answer).toMatchObject({wellFormed: false, problems: ["other-text"], labels: ["joy"]});
    expect(steps[1]).toMatchObject({kind: "last", emitted: {text: "xy", kind: "other"}, argmaxIsLabel: false});
    expect(steps[1]?.emitted.label).toBeUndefined();
  });

  test("an answer that the budget cuts has no last step", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", '", "', "fear", '"]}']), answerBudget: 3});
    expect(answer).toMatchObject({wellFormed: false, problems: ["not-closed"], labels: ["joy"]});
    expect(steps.map(step => step.kind)).toEqual(["intermediate", "cut"]);
    expect(steps[1]?.emitted).toEqual({text: "fear", kind: "other"});
  });

  test("an end token inside json leaves the answer open", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", "<end>"])});
    expect(answer.wellFormed).toBe(false);
    expect(answer.problems).toContain("not-closed");
    expect(steps.map(step => step.kind)).toEqual(["cut"]);
  });

  test("a model that never closes stops at the budget: all labels and four tokens more", async () => {
    const {answer} = await captureOne({script: writes(Array.from({length: 99}, () => "x"))});
    expect(answer.tokens).toHaveLength(3 + 2 + 1 + 4);
    expect(answer.problems).toEqual(["not-closed"]);
  });

  test("an answer slightly off the format is read and marked", async () => {
    const {answer, steps} = await captureOne({script: writes(["joy", '"', ",", '"', "fear", '"]}'])});
    expect(answer).toMatchObject({wellFormed: false, problems: ["format"], labels: ["joy", "fear"]});
    expect(steps.map(step => [step.kind, step.answerTokens])).toEqual([
      ["intermediate", 0],
      ["last", 4],
    ]);
  });

  test("a list that ends after a comma has a step at which nothing was written", async () => {
    const tokens = [" joy", " fear", " none", "Labels:"];
    const script = writes([" joy", ",", "<end>"], undefined, "Labels:");
    const {answer, steps} = await captureOne({format: "list", tokens, script});
    expect(answer).toMatchObject({wellFormed: false, labels: ["joy"]});
    expect(steps.map(step => step.kind)).toEqual(["cut", "cut"]);
    expect(steps[1]?.emitted).toEqual({text: "", kind: "other"});
  });

  test("labels that are tokenised otherwise after a separator are read there by those tokens", async () => {
    const tokenize: ScriptedCapture["tokenize"] = (model, text) => {
      const [before = "", after] = text.split('joy", "fear');
      const spelled = after === undefined ? [] : Array.from(Buffer.from(`fear${after}`, "utf8"));
      return model.tokenize(after === undefined ? text : `${before}joy", "`).concat(spelled);
    };
    const beside = (written: string) => (written === "" ? {fear: 3, f: 1} : {fear: 1, f: 4});
    const {steps} = await captureOne({tokenize, script: writes(["joy", '", "', "sad", '"]}'], beside)});
    expect(steps.map(step => step.scores[1])).toEqual([3, 4]);
  });

  test("a step inside a token cannot be read, and the answer is well-formed all the same", async () => {
    const tokens = [...TOKENS, 'joy", "fear'];
    const {answer, steps} = await captureOne({tokens, script: writes(['joy", "fear', '"]}'])});
    expect(answer).toMatchObject({wellFormed: true, problems: ["straddled"], labels: ["joy", "fear"]});
    expect(steps.map(step => [step.r, step.kind, step.emitted.label])).toEqual([[1, "intermediate", "joy"]]);
    expect(steps[0]?.branch).toBeUndefined();
  });
});

describe("the stop probability", () => {
  test("is what closes against what goes on, over every token that does either", async () => {
    const beside = (written: string) => (written === "joy" ? {'"]': 4, '", "': 3, '",': 2, x: 1} : {});
    const {steps} = await captureOne({script: writes(["joy", '"]}'], beside)});
    const total = weight(5, 4, 3, 2, 1);
    const close = (Math.exp(5) + Math.exp(4)) / total;
    const goOn = (Math.exp(3) + Math.exp(2)) / total;
    expect(steps[0]?.branch?.close).toBeCloseTo(close, 9);
    expect(steps[0]?.branch?.goOn).toBeCloseTo(goOn, 9);
    expect(steps[0]?.branch?.stop).toBeCloseTo(close / (close + goOn), 9);
  });

  test("follows a quote that decides nothing to the next position, and multiplies its probability in", async () => {
    const beside = (written: string) => {
      if (written === "joy") return {'"]': 4, '",': 3};
      return written === 'joy"' ? {",": 4.5, x: 2} : {};
    };
    const {answer, steps} = await captureOne({script: writes(["joy", '"', "]"], beside)});
    const first = weight(5, 4, 3);
    const second = weight(5, 4.5, 2);
    const quote = Math.exp(5) / first;
    const close = Math.exp(4) / first + (quote * Math.exp(5)) / second;
    const goOn = Math.exp(3) / first + (quote * Math.exp(4.5)) / second;
    expect(answer.wellFormed).toBe(true);
    expect(steps[0]?.branch?.close).toBeCloseTo(close, 7);
    expect(steps[0]?.branch?.goOn).toBeCloseTo(goOn, 7);
    expect(steps[0]?.branch?.stop).toBeCloseTo(close / (close + goOn), 7);
  });

  test("is there at intermediate steps too, and absent where the element never ended", async () => {
    const {steps} = await captureOne({script: writes(["joy", '", "', "fear", '"]}']), answerBudget: 3});
    expect(steps[0]?.branch?.stop).toBeLessThan(1e-9);
    expect(steps[0]?.branch?.goOn).toBeGreaterThan(0.99);
    expect(steps[1]?.branch).toBeUndefined();
  });

  test("counts an end token as closing a list", async () => {
    const tokens = [" joy", " fear", " none", "Labels:"];
    const script = writes(
      [" joy", ",", " fear", "<end>"],
      written => (written === " joy, fear" ? {"\n": 4, ",": 3} : {}),
      "Labels:",
    );
    const {answer, steps} = await captureOne({format: "list", tokens, labels: ["joy", "fear", "sad"], script});
    expect(answer).toMatchObject({wellFormed: true, text: " joy, fear", labels: ["joy", "fear"]});
    expect(steps.map(step => step.kind)).toEqual(["intermediate", "last"]);
    const [close, goOn] = [Math.exp(5) + Math.exp(4), Math.exp(3)];
    expect(steps[1]?.branch?.stop).toBeCloseTo(close / (close + goOn), 6);
  });
});

describe("captureGreedy with a free opening", () => {
  const mark = "Input: a\n";
  const opening = Array.from('{"label": ["');

  test("finds the steps after the opening that the model writes", async () => {
    const {answer, steps} = await captureOne({
      opening: "free",
      script: writes([...opening, "joy", '"]}'], undefined, mark),
    });
    expect(answer).toMatchObject({wellFormed: true, text: '{"label": ["joy"]}', labels: ["joy"]});
    expect(steps.map(step => [step.r, step.answerTokens, step.kind, step.forced])).toEqual([
      [1, 12, "last", undefined],
    ]);
  });

  test("the budget leaves room for the opening and every label", async () => {
    const answer = [...opening, "joy", '", "', "fear", '", "', "sad", '"]}'];
    const {answer: found} = await captureOne({opening: "free", script: writes(answer, undefined, mark)});
    expect(found).toMatchObject({wellFormed: true, labels: ["joy", "fear", "sad"]});
  });

  test("without a label step the read-out is forced after the canonical opening", async () => {
    const script = writes(["N", "o", "<end>"], written => (written === '{"label": ["' ? {fear: 3, joy: 2} : {}), mark);
    const {answer, steps} = await captureOne({opening: "free", script});
    expect(answer).toMatchObject({text: "No", wellFormed: false, labels: []});
    expect(answer.problems).toContain("no-label-step");
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatchObject({
      r: 1,
      forced: true,
      kind: "cut",
      top: "fear",
      second: "joy",
      emitted: {text: "", kind: "other"},
    });
    expect(steps[0]?.branch).toBeUndefined();
  });

  test("an empty list has no label step either", async () => {
    const {answer, steps} = await captureOne({
      opening: "free",
      script: writes(Array.from('{"label": []'), undefined, mark),
    });
    expect(answer.problems).toEqual(["no-label-step"]);
    expect(steps.map(step => step.forced)).toEqual([true]);
  });

  test("an empty list is a well-formed answer where the task demonstrates it, and its read-out is still forced", async () => {
    const {answer, steps} = await captureOne({
      opening: "free",
      emptyList: true,
      none: null,
      script: writes(Array.from('{"label": []'), written => (written === '{"label": ["' ? {fear: 3} : {}), mark),
    });
    expect(answer).toMatchObject({wellFormed: true, problems: [], labels: []});
    expect(steps.map(({forced, top, emitted}) => [forced, top, emitted])).toEqual([
      [true, "fear", {text: "", kind: "other"}],
    ]);
  });

  test.each(["\n", "<end>", " "])("a list that ends before its first element (by %j) is an empty one", async end => {
    const pieces = end === " " ? [" ", "\n"] : [end];
    const options = {opening: "free", format: "list", none: null} as const;
    const script = writes([...Array.from("Labels:"), ...pieces], undefined, mark);
    const {answer, steps} = await captureOne({...options, emptyList: true, script});
    expect(answer).toMatchObject({labels: [], problems: end === " " ? ["format"] : []});
    expect(steps.map(({forced}) => forced)).toEqual([true]);
    const {answer: elsewhere} = await captureOne({...options, script});
    expect(elsewhere.wellFormed).toBe(false);
  });

  test("a label that one token writes with the opening is straddled, not missing", async () => {
    const tokens = [...TOKENS, '["joy'];
    const pieces = [...Array.from('{"label": '), '["joy', '"]}'];
    const {answer, steps} = await captureOne({opening: "free", tokens, script: writes(pieces, undefined, mark)});
    expect(answer).toMatchObject({wellFormed: true, problems: ["straddled"], labels: ["joy"]});
    expect(steps.map(step => step.forced)).toEqual([true]);
  });
});

describe("constrained decoding", () => {
  const documents = fc.array(fc.string({minLength: 1, maxLength: 6}), {minLength: 1, maxLength: 3});

  test.each([
    ["json", LABELS, TOKENS],
    ["list", LABELS, [" joy", "joy", " fear", " sad", " none", ", ", "\n\n", "Labels:"]],
    ["json", ["sexist", "sex", "s"], ["sex", "sexist", "ist", '", "', '"]}', '"]']],
  ] as const)("never leaves the well-formed answers, %s %s", async (format, labels, tokens) => {
    const closed = new Set<string>();
    const property = fc.asyncProperty(documents, async texts => {
      const prepared = prepare({format, labels, tokens, documents: texts, decode: "constrained", answerBudget: 60});
      const captures = await captureAll(prepared);
      const answers = wellFormedAnswers(prepared.setup.format, labels, "none");
      for (const {answer} of captures) closed.add(String(answer.labels));
      return captures.every(({answer}) => {
        const ended = answer.tokens.at(-1) === 256 ? `${answer.text}\n` : answer.text;
        const spelled = answers.filter(({text}) => Buffer.from(ended, "utf8").toString("latin1").startsWith(text));
        return answer.wellFormed && spelled.length === 1;
      });
    });
    const found = await fc.check(property, {numRuns: 60});
    expect(found.counterexample).toBeNull();
    expect(closed.size).toBeGreaterThan(3); // the scripts do differ
  });

  test("chooses the best allowed token, not the best one", async () => {
    const script = writes(["x", "x", "x"], written => (written === "" ? {fear: 2, joy: 1} : {'"]}': 1, '", "': 0}));
    const {answer, steps} = await captureOne({decode: "constrained", script});
    expect(answer).toMatchObject({text: 'fear"]}', wellFormed: true});
    expect(steps[0]?.argmaxIsLabel).toBe(false);
  });
});

describe("captures of several documents", () => {
  const options: ScriptedCapture = {
    documents: ["one", "two, and more", "three", "4", "five five five", "six"],
    decode: "constrained",
    answerBudget: 12,
    fullLogits: true,
  };

  test.each(["first-token", "exact"] as const)("are the same in every arrangement of lanes, %s", async scoring => {
    const prepared = prepare({
      ...options,
      scoring,
      labels: ["sexist", "sex", "joy"],
      tokens: ["sex", "ist", '", "', '"]', '"]}'],
    });
    const strict = await captureAll(prepared);
    expect(strict.map(({steps}) => steps.length).some(length => length > 1)).toBe(true);
    for (const lanes of [1, 2, 6]) {
      for (const scratchPerLane of [0, 1, 4]) {
        expect(await captureAll(prepared, {lanes, scratchPerLane, share: true})).toEqual(strict);
      }
    }
  });

  test("answers of one length take as many batches as one document's", async () => {
    const count = async (documents: readonly string[]) => {
      let batches = 0;
      const script = writes(["joy", '", "', "fear", '"]}']);
      const prepared = prepare({documents, script, onExtend: () => batches++});
      await captureAll(prepared, {lanes: documents.length, share: documents.length > 1});
      return batches;
    };
    expect(await count(["a"])).toBe(4);
    expect(await count(["a", "bb", "ccc", "d", "ee"])).toBe(1 + 4);
  });
});
