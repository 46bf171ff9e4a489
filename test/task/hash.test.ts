import {createHash} from "node:crypto";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {canonicalJson, hashDocuments} from "../../src/task/hash.ts";

describe("canonicalJson", () => {
  test("does not depend on the order of keys and leaves undefined out", () => {
    expect(canonicalJson({b: [1, {d: "x", c: null}], a: undefined})).toBe('{"b":[1,{"c":null,"d":"x"}]}');
    expect(canonicalJson({y: 1, x: 2})).toBe(canonicalJson({x: 2, y: 1}));
  });

  test("reads back to the value, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const back: unknown = JSON.parse(canonicalJson(value));
        expect(back).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("refuses what JSON cannot carry", () => {
    expect(() => canonicalJson({a: Number.NaN})).toThrow(TypeError);
    expect(() => canonicalJson(() => 1)).toThrow(TypeError);
  });
});

describe("hashDocuments", () => {
  const document = fc.record({
    id: fc.string(),
    text: fc.string(),
    labels: fc.option(fc.array(fc.string()), {nil: undefined}),
    annotators: fc.option(fc.array(fc.string()), {nil: undefined}),
    truth: fc.option(fc.record({marginal: fc.dictionary(fc.string(), fc.double({min: 0, max: 1, noNaN: true}))}), {
      nil: undefined,
    }),
  });

  test("is SHA-256 of the documents' canonical JSON, one a line, whatever the order of their fields", () => {
    fc.assert(
      fc.property(fc.array(document), documents => {
        const text = documents.map(one => `${canonicalJson(one)}\n`).join("");
        const hash = createHash("sha256").update(text).digest("hex");
        expect(hashDocuments(documents)).toBe(hash);
        const reversed = documents.map(({truth, annotators, labels, text: body, id}) => ({
          truth,
          annotators,
          labels,
          text: body,
          id,
        }));
        expect(hashDocuments(reversed)).toBe(hash);
      }),
    );
  });

  test("changes with the order of the documents", () => {
    const [a, b] = [
      {id: "a", text: "x", labels: []},
      {id: "b", text: "x", labels: []},
    ];
    expect(hashDocuments([a, b])).not.toBe(hashDocuments([b, a]));
  });
});
