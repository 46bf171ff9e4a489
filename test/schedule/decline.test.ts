import {describe, expect, test} from "vitest";
import {declineOversized, formatMinutes} from "../../src/schedule/decline.ts";

const PATIENCE = {yes: false, smaller: ["a smaller --limit"]};

describe("declining", () => {
  const price = (seconds: number, bytes: number) => ({runs: [], cost: {documents: 10, tokens: 100, seconds, bytes}});

  test("counts what calibration took against the patience", async () => {
    const request = {...PATIENCE, maxMinutes: 2};
    const at = {folder: "/", minutesUsed: 1.5};
    await expect(declineOversized(price(29, 0), request, at)).resolves.toBeUndefined();
    await expect(declineOversized(price(31, 0), request, at)).rejects.toMatchObject({code: "plan-too-long"});
    await expect(declineOversized(price(1e6, 0), {...request, maxMinutes: undefined}, at)).resolves.toBeUndefined();
  });

  test("leaves the spare bytes free, and goes on where the file system does not say how much is free", async () => {
    const request = PATIENCE;
    const free = (bytes: number | undefined) => async () => bytes;
    const at = {folder: "/", minutesUsed: 0};
    const spare = 64 * 1024 * 1024;
    await expect(declineOversized(price(1, 1000), request, at, free(spare + 1000))).resolves.toBeUndefined();
    await expect(declineOversized(price(1, 1001), request, at, free(spare + 1000))).rejects.toMatchObject({
      code: "plan-too-large",
    });
    await expect(declineOversized(price(1, 1e15), request, at, free(undefined))).resolves.toBeUndefined();
  });

  test.each([
    [0.25, "15 s"],
    [1.4, "84 s"],
    [1.6, "2 min"],
    [90, "1.5 h"],
  ])("%d minutes are written as %s", (minutes, text) => {
    expect(formatMinutes(minutes)).toBe(text);
  });
});
