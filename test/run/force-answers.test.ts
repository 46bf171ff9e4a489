import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {readManifest} from "../../src/store/manifest-file.ts";
import {capture, engineOf, saying, timeless, tracesOf, workspace} from "./workspace.ts";

describe("--force-answers", () => {
  test("a run's own answers give its own steps, whatever that model would say next", async () => {
    const place = await workspace();
    for (const labelScoring of ["first-token", "exact"] as const) {
      const own = await capture(place, {labelScoring, out: `own-${labelScoring}`});
      const forced = await capture(place, {labelScoring, forceAnswers: own.folder});
      const keyless = async (folder: string) => timeless(await tracesOf(folder)).map(({key: _key, ...trace}) => trace);
      expect(await keyless(forced.folder)).toEqual(await keyless(own.folder));
      expect(forced.folder).not.toBe(own.folder);
    }
  });

  test("another model is read in the contexts of the source's answers, its answers stored as the text that was fed", async () => {
    const place = await workspace();
    const own = await capture(place, {out: "own"});
    const engine = engineOf({script: saying(["anger", '"]}'])});
    const forced = await capture(place, {forceAnswers: own.folder, out: "forced"}, {engine});
    const [texts, fed] = [await tracesOf(own.folder), await tracesOf(forced.folder)];
    const answers = new Map(texts.map(({document, answer}) => [document.id, answer]));
    for (const {document, answer, steps} of fed) {
      expect(answer).toEqual(answers.get(document.id));
      expect(steps).toHaveLength(Math.max(1, answer.labels.length));
      expect(steps[0]?.top).toBe("anger");
    }
    expect(fed.some(({steps}) => steps.length === 2)).toBe(true);
  });

  test("gold answers stand in the prompt's label order, the null label where there is none", async () => {
    const place = await workspace();
    for (const format of ["json", "list"] as const) {
      const {folder} = await capture(place, {forceAnswers: "gold", format});
      const answers = new Map((await tracesOf(folder)).map(({document, answer}) => [document.id, answer]));
      expect(["d0", "d1", "d2", "d3"].map(id => answers.get(id)?.labels)).toEqual([
        ["joy"],
        ["fear", "joy"],
        [],
        ["anger"],
      ]);
      expect([...answers.values()].every(({wellFormed}) => wellFormed)).toBe(true);
      expect(answers.get("d1")?.text).toBe(format === "json" ? 'fear", "joy"]}' : " fear, joy\n");
    }
  });

  test("is part of the run's name and stands in its manifest, whatever the limits are", async () => {
    const place = await workspace();
    const own = await capture(place, {out: "own", limit: 6});
    const one = await capture(place, {forceAnswers: "gold", limit: 1});
    const other = await capture(place, {forceAnswers: own.folder, limit: 1});
    const plain = await capture(place, {limit: 1});
    expect(new Set([one.folder, other.folder, plain.folder]).size).toBe(3);
    expect((await readManifest(one.folder))?.identity.forceAnswers).toBe("gold");
    expect((await readManifest(other.folder))?.identity.forceAnswers).toMatch(
      /^numbers-model-[0-9a-f]{8}@[0-9a-f]{16}$/,
    );
    expect((await readManifest(plain.folder))?.identity).not.toHaveProperty("forceAnswers");
    await capture(place, {out: "own", limit: 8});
    const more = await capture(place, {forceAnswers: own.folder, limit: 8});
    expect(more).toMatchObject({folder: other.folder, captured: 7, resumed: 1});
  });

  test("documents that the source has not answered are refused before anything is loaded, one of them named", async () => {
    const place = await workspace();
    const own = await capture(place, {out: "own", limit: 3});
    await expect(capture(place, {forceAnswers: own.folder})).rejects.toMatchObject({
      code: "forced-answer-missing",
      message: expect.stringMatching(/holds no answer to test document "d\d+"/),
    });
    await expect(capture(place, {forceAnswers: join(place.folder, "nothing")})).rejects.toMatchObject({code: "no-run"});
  });

  test("answers in another format, or after an opening that the model wrote, are refused by what differs", async () => {
    const place = await workspace();
    const own = await capture(place, {out: "own"});
    await expect(capture(place, {forceAnswers: own.folder, format: "list"})).rejects.toMatchObject({
      code: "forced-answers-differ",
      details: ["different: the answer format"],
    });
  });

  test("with a free opening or constrained decoding it is a contradiction", async () => {
    const place = await workspace();
    for (const change of [{opening: "free"}, {decode: "constrained"}] as const) {
      await expect(capture(place, {forceAnswers: "gold", ...change})).rejects.toMatchObject({code: "usage"});
    }
  });
});
