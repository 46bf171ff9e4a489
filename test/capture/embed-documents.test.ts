import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {embedDocuments} from "../../src/capture/embed-documents.ts";

/** Two numbers that tell a text: its length and its first character. A token a character, ten at most. */
function counting() {
  const asked: string[] = [];
  return {
    asked,
    dimensions: 2,
    contextTokens: 10,
    tokenCount: (text: string) => text.length,
    embed: async (text: string) => {
      asked.push(text);
      return Float32Array.of(text.length, text.charCodeAt(0));
    },
  };
}

const texts = fc.array(fc.string({minLength: 1, maxLength: 10}), {maxLength: 12});

describe("embedDocuments", () => {
  test("gives each document the row of its own text, and parts joined are the whole", async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(12), async (list, cut) => {
        const documents = list.map((text, index) => ({id: `d${index}`, text}));
        const whole = await embedDocuments(counting(), documents);
        const parts = [documents.slice(0, cut), documents.slice(cut)];
        const joined = await Promise.all(parts.map(part => embedDocuments(counting(), part)));
        expect(whole.ids).toEqual(documents.map(document => document.id));
        expect([...whole.vectors]).toEqual(list.flatMap(text => [text.length, text.charCodeAt(0)]));
        expect([...whole.vectors]).toEqual(joined.flatMap(part => [...part.vectors]));
      }),
    );
  });

  test("refuses texts that are too long before it computes anything, naming the longest", async () => {
    const embedder = counting();
    const documents = [
      {id: "a", text: "fits"},
      {id: "b", text: "eleven char"},
      {id: "c", text: "far too long for it"},
    ];
    await expect(embedDocuments(embedder, documents)).rejects.toMatchObject({
      code: "context-overflow",
      message: 'document "c" has 19 tokens, the embedding model takes 10',
      details: ["2 documents are too long"],
    });
    expect(embedder.asked).toEqual([]);
  });

  test("stops between two documents when it is aborted", async () => {
    const embedder = counting();
    const stop = new AbortController();
    const documents = ["one", "two", "three"].map(text => ({id: text, text}));
    const onDocument = (done: number): void => {
      if (done === 2) stop.abort(new Error("enough"));
    };
    await expect(embedDocuments(embedder, documents, {signal: stop.signal, onDocument})).rejects.toThrow("enough");
    expect(embedder.asked).toEqual(["one", "two"]);
  });
});
