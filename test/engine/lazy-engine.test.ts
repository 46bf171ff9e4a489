import {describe, expect, test} from "vitest";
import {lazyEngine} from "../../src/engine/lazy-engine.ts";
import {engineOf} from "../run/workspace.ts";

describe("lazyEngine", () => {
  test("opens the engine once, at the first model, and closes it", async () => {
    const events: string[] = [];
    {
      await using engine = lazyEngine(async () => {
        events.push("opened");
        return {...engineOf(), [Symbol.asyncDispose]: async () => void events.push("closed")};
      });
      expect(events).toEqual([]);
      await Promise.all([engine.loadModel("a"), engine.loadModel("b")]);
      expect(events).toEqual(["opened"]);
    }
    expect(events).toEqual(["opened", "closed"]);
  });

  test("an engine that was never needed is never opened", async () => {
    let opened = 0;
    const engine = lazyEngine(async () => {
      opened++;
      return engineOf();
    });
    await engine[Symbol.asyncDispose]();
    expect(opened).toBe(0);
  });

  test("an engine that cannot start says so to whoever asks, and closing does not say it again", async () => {
    const engine = lazyEngine(async () => {
      throw new Error("cannot start");
    });
    await expect(engine.loadModel("a")).rejects.toThrow("cannot start");
    await expect(engine[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
