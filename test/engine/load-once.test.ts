import {describe, expect, test} from "vitest";
import type {LoadOptions, Model} from "../../src/engine/engine.ts";
import {loadOnce, roomIn} from "../../src/engine/load-once.ts";
import {engineOf} from "../run/workspace.ts";

/** Loads scripted models and notes what was loaded and closed. */
function noting() {
  const events: string[] = [];
  const load = async (path: string, {vocabularyOnly, adapter}: LoadOptions = {}): Promise<Model> => {
    const name = `${path}${adapter === undefined ? "" : `+${adapter.path}`}${vocabularyOnly === true ? " (vocabulary)" : ""}`;
    if (path === "torn") throw new Error("torn");
    events.push(`load ${name}`);
    const model = await engineOf().loadModel(path);
    return {...model, [Symbol.asyncDispose]: async () => void events.push(`close ${name}`)};
  };
  return {events, load};
}

const vocabularyOnly = {vocabularyOnly: true};

describe("a model that is planned and run", () => {
  test("is loaded once, however often it is planned, and closed by whoever ran it", async () => {
    const {events, load} = noting();
    await using once = loadOnce(load, () => true);
    for (let time = 0; time < 2; time++) {
      await using _planned = await once.loadModel("a", vocabularyOnly);
    }
    expect(events).toEqual(["load a"]);
    {
      await using model = await once.loadModel("a");
      expect(model.vocabulary.size).toBeGreaterThan(0);
    }
    expect(events).toEqual(["load a", "close a"]);
    await using _again = await once.loadModel("a");
    expect(events).toEqual(["load a", "close a", "load a"]);
  });

  test("is closed with the engine if it was planned only", async () => {
    const {events, load} = noting();
    {
      await using once = loadOnce(load, () => true);
      await using _planned = await once.loadModel("a", vocabularyOnly);
    }
    expect(events).toEqual(["load a", "close a"]);
  });

  test("is another one with another adapter", async () => {
    const {events, load} = noting();
    await using once = loadOnce(load, () => true);
    await once.loadModel("a", vocabularyOnly);
    await once.loadModel("a", {adapter: {path: "l", scale: 1}});
    expect(events).toEqual(["load a", "load a+l"]);
  });

  test("is loaded for its vocabulary only if there is no room", async () => {
    const {events, load} = noting();
    await using once = loadOnce(load, () => false);
    await once.loadModel("a", vocabularyOnly);
    await once.loadModel("a");
    expect(events).toEqual(["load a (vocabulary)", "load a"]);
  });

  test("that does not load says so each time it is asked for", async () => {
    await using once = loadOnce(noting().load, () => true);
    await expect(once.loadModel("torn", vocabularyOnly)).rejects.toThrow("torn");
    await expect(once.loadModel("torn", vocabularyOnly)).rejects.toThrow("torn");
    await expect(once.loadModel("torn")).rejects.toThrow("torn");
  });
});

test("there is room for a quarter of the free memory, and for no file of more than 1 GiB", () => {
  const sizes: Record<string, number> = {small: 2 ** 29, large: 2 ** 30 + 1};
  const hasRoom = roomIn(
    () => 2 ** 32,
    path => sizes[path] ?? 0,
  );
  expect(["large", "small", "small", "small"].map(hasRoom)).toEqual([false, true, true, false]);
});
