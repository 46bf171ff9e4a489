import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {AnswerReader} from "../../src/capture/answer-reader.ts";
import {answerFormats} from "../../src/prompt/format.ts";
import {anySplit, wellFormedAnswers} from "../support/answers.ts";

const {json, list} = answerFormats;
const LABELS = ["joy", "fear", "sad"];

function read(
  pieces: readonly string[],
  format: typeof json | typeof list = json,
  opening: "given" | "free" = "given",
) {
  const reader = new AnswerReader(format, opening);
  for (const piece of pieces) reader.push(piece);
  return reader;
}

const texts = (reader: AnswerReader) => reader.elements.map(element => element.text);

describe.each([
  ["json", json],
  ["list", list],
] as const)("AnswerReader on well-formed answers, %s", (_name, format) => {
  const answers = wellFormedAnswers(format, LABELS, "none");

  test("finds every label step, and where it starts and ends, under any split into tokens", () => {
    const split = fc.constantFrom(...answers).chain(answer => fc.tuple(fc.constant(answer), anySplit(answer.text)));
    const property = fc.property(split, ([{given, text}, pieces]) => {
      const starts = new Map<number, number>();
      let length = 0;
      for (const [token, piece] of pieces.entries()) {
        starts.set(length, token);
        length += piece.length;
      }
      let at = 0;
      const wanted = given.map(index => {
        const label = LABELS[index] ?? "none";
        const begin = at;
        const end = begin + format.lead.length + label.length;
        at = end + format.separator.length;
        return {text: label, token: starts.get(begin), ended: true, endToken: starts.get(end)};
      });
      const reader = read(pieces, format);
      return (
        JSON.stringify(reader.elements) === JSON.stringify(wanted) &&
        reader.closed &&
        reader.finished &&
        !reader.offFormat &&
        text.length === length
      );
    });
    expect(fc.check(property, {numRuns: 500}).counterexample).toBeNull();
  });

  test("stands at a label step exactly where a token begins an element", () => {
    const split = fc.constantFrom(...answers).chain(answer => fc.tuple(fc.constant(answer), anySplit(answer.text)));
    const property = fc.property(split, ([, pieces]) => {
      const reader = new AnswerReader(format, "given");
      const steps: number[] = [];
      for (const [token, piece] of pieces.entries()) {
        if (reader.atLabelStep) steps.push(token);
        reader.push(piece);
      }
      const begun = reader.elements.flatMap(element => (element.token === undefined ? [] : [element.token]));
      return String(steps) === String(begun) && !reader.atLabelStep;
    });
    expect(fc.check(property, {numRuns: 500}).counterexample).toBeNull();
  });
});

describe("AnswerReader, json", () => {
  test("what follows the closing bracket is free", () => {
    const reader = read(["joy", '"]}\n\nInput: "x", "y"]']);
    expect(texts(reader)).toEqual(["joy"]);
    expect([reader.closed, reader.offFormat]).toEqual([true, false]);
  });

  test.each([
    ['joy" , "fear"]', ["joy", "fear"]],
    ['joy","fear"]', ["joy", "fear"]],
    ['joy",\n  "fear"\n]', ["joy", "fear"]],
  ])("other white space between elements is read and marked: %j", (text, elements) => {
    const reader = read([text]);
    expect(texts(reader)).toEqual(elements);
    expect([reader.closed, reader.offFormat]).toEqual([true, true]);
  });

  test.each([
    ["a newline inside an element", "jo\ny"],
    ["text after an element's quote", 'joy" and'],
    ["an unquoted element", 'joy", fear'],
    ["an object closed before its list", 'joy"}'],
  ])("%s breaks the answer", (_what, text) => {
    const reader = read([text]);
    expect([reader.finished, reader.closed, reader.offFormat]).toEqual([true, false, true]);
  });

  test("a truncated answer has its unfinished element last, and no closing", () => {
    const reader = read(["joy", '", "', "fe"]);
    expect(reader.elements).toEqual([
      {text: "joy", token: 0, ended: true, endToken: 1},
      {text: "fe", token: 2, ended: false, endToken: undefined},
    ]);
    expect([reader.finished, reader.closed, reader.offFormat]).toEqual([false, false, false]);
  });

  test("an element that starts inside a token has no step", () => {
    const reader = read(['joy", "fe', "ar", '"]']);
    expect(reader.elements).toEqual([
      {text: "joy", token: 0, ended: true, endToken: undefined},
      {text: "fear", token: undefined, ended: true, endToken: 2},
    ]);
  });

  test("an empty string is an element like any other", () => {
    expect(read(['"', "]"]).elements).toEqual([{text: "", token: 0, ended: true, endToken: 0}]);
  });

  test("an end token does not close the list", () => {
    const reader = read(["joy"]);
    reader.end();
    expect([reader.finished, reader.closed]).toEqual([true, false]);
  });
});

describe("AnswerReader, free opening", () => {
  test.each([
    ["the canonical opening", '{"label": ["', false],
    ["white space before it", '\n {"label": ["', false],
    ["another key", '{"labels": ["', true],
    ["white space inside it", '{"label": [ "', true],
    ["prose before it", 'Sure! {"label": ["', true],
  ])("%s is read up to the first step", (_what, opening, offFormat) => {
    const reader = read([opening], json, "free");
    expect(reader.atLabelStep).toBe(true);
    reader.push("joy");
    reader.push('"]');
    expect(reader.elements).toEqual([{text: "joy", token: 1, ended: true, endToken: 2}]);
    expect([reader.closed, reader.offFormat]).toEqual([true, offFormat]);
  });

  test("there is no label step before the opening is complete", () => {
    const reader = new AnswerReader(json, "free");
    for (const piece of ["{", '"label"', ": ["]) {
      expect(reader.atLabelStep).toBe(false);
      reader.push(piece);
    }
    reader.push('"');
    expect(reader.atLabelStep).toBe(true);
  });

  test("an empty list closes without a step", () => {
    const reader = read(['{"label": [', "]}"], json, "free");
    expect([reader.closed, reader.finished, reader.atLabelStep]).toEqual([true, true, false]);
    expect(reader.elements).toEqual([]);
  });

  test("prose without a list has no step and never closes", () => {
    const reader = read(["I think the person is happy.", "\n"], json, "free");
    expect([reader.finished, reader.atLabelStep]).toEqual([false, false]);
    reader.end();
    expect([reader.finished, reader.closed, reader.offFormat]).toEqual([true, false, true]);
  });

  test("a list opens after its own opening, and anything before that is marked", () => {
    const plain = read(["Labels:", " joy", "\n"], list, "free");
    expect([texts(plain), plain.closed, plain.offFormat]).toEqual([["joy"], true, false]);
    const chatty = read(["The Labels:", " joy", "\n"], list, "free");
    expect([texts(chatty), chatty.offFormat]).toEqual([["joy"], true]);
  });
});

describe("AnswerReader, list", () => {
  test("an end token after a label closes the list, at its own position", () => {
    const reader = read([" joy", ",", " fear"], list);
    reader.end();
    expect([reader.closed, reader.offFormat]).toEqual([true, false]);
    expect(reader.elements.at(-1)).toEqual({text: "fear", token: 2, ended: true, endToken: 3});
  });

  test("an end token after a comma breaks the answer", () => {
    const reader = read([" joy", ","], list);
    reader.end();
    expect([reader.closed, reader.finished, reader.offFormat]).toEqual([false, true, true]);
  });

  test("a label without the leading space is read and marked", () => {
    const reader = read(["joy", ",", " fear", "\n"], list);
    expect([texts(reader), reader.offFormat]).toEqual([["joy", "fear"], true]);
  });
});

describe("AnswerReader on hostile text", () => {
  test("never throws, never has more elements than separators allow, and stays as it is once finished", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('"', '", "', '"]', "[", "]", "\\", ",", "\n", "\0", "joy", "]]]", ""),
    );
    const formats = fc.constantFrom(json, list);
    const openings = fc.constantFrom("given" as const, "free" as const);
    const property = fc.property(fc.array(piece, {maxLength: 20}), formats, openings, (pieces, format, opening) => {
      const bytes = pieces.map(text => Buffer.from(text, "utf8").toString("latin1"));
      const reader = read(bytes, format, opening);
      const separators = bytes.join("").split(format.name === "json" ? '"' : ",").length;
      const before = JSON.stringify(reader.elements);
      const {finished, closed} = reader;
      if (finished) reader.push('joy", "fear"]');
      return (
        reader.elements.length <= separators &&
        (!finished || (JSON.stringify(reader.elements) === before && closed === reader.closed))
      );
    });
    expect(fc.check(property, {numRuns: 1000}).counterexample).toBeNull();
  });
});
