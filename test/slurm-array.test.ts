import {describe, expect, test} from "vitest";
import {shardOfArray} from "../src/program/slurm-array.ts";

/** What Slurm sets for a task of `--array=MIN-MAX:STEP` with so many tasks. */
function slurm(id: number, count: number, [min, max, step]: readonly [number, number, number]) {
  const values = {ID: id, COUNT: count, MIN: min, MAX: max, STEP: step};
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`SLURM_ARRAY_TASK_${name}`, String(value)]));
}

describe("--shard auto", () => {
  test("gives the tasks of an array all shards, each once, wherever it begins and however it steps", () => {
    for (const [min, step] of [
      [0, 1],
      [1, 1],
      [10, 5],
    ] as const) {
      const ids = [0, 1, 2, 3].map(at => min + at * step);
      const shards = ids.map(id => shardOfArray(slurm(id, 4, [min, min + 3 * step, step])));
      expect(shards).toEqual([1, 2, 3, 4].map(index => ({index, count: 4})));
    }
  });

  test.each([
    ["outside an array", {}],
    ["in an array with gaps, as --array=1,3,7", slurm(3, 3, [1, 7, 1])],
    ["in an array of one task, which repeats one that failed", slurm(3, 1, [3, 3, 1])],
    ["at a place between two steps", slurm(2, 3, [1, 5, 2])],
  ])("is refused %s", (_, env) => {
    expect(() => shardOfArray(env)).toThrow(/auto is for|no partition/);
  });
});
