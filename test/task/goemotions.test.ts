import {cp, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {summariseTask} from "../../src/task/check.ts";
import {goldSet} from "../../src/task/gold.ts";
import {loadTask} from "../../src/task/load.ts";
import {realData} from "./real-data.ts";

const cwd = import.meta.dirname;
const fixture = join(cwd, "../fixtures/goemotions");
const real = realData("goemotions");

describe("goemotions", () => {
  test("pools emotions, drops neutral from the set and keeps text and ids as they are", async () => {
    const {splits, annotations} = await loadTask("goemotions", {cwd, dataDir: fixture});
    expect(annotations).toBe("aggregated");
    expect(splits.train?.documents.slice(0, 5)).toEqual([
      {id: "g01", text: "The soup was warm and so was the welcome", labels: ["admiration", "joy"]},
      {id: "g02", text: '"Quoted" and then not', labels: []},
      {id: "g03", text: " leading space is kept", labels: ["surprise"]},
      {id: "g04", text: "The lift is stuck again", labels: ["anger"]},
      {id: "g05", text: "My bike is gone and I miss it", labels: ["sadness"]},
    ]);
    expect(splits.train?.remarks).toEqual([{reason: "neutral beside an emotion: the emotion stands", count: 1}]);
    expect(splits.train?.dropped).toEqual([]);
    expect(splits.calibration?.documents.map(document => document.id)).toEqual(["g11", "g12"]);
    expect(splits.test?.documents[1]?.labels).toEqual(["fear", "joy"]);
  });

  test("lists wrong rows with file and line", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "labelscope-goemotions-"));
    await cp(fixture, dataDir, {recursive: true});
    await writeFile(join(dataDir, "test.tsv"), "a\t28\tx1\nb\t1\nc\t1,x\tx1\n \t1\tx2\n");
    const error: unknown = await loadTask("goemotions", {cwd, dataDir}).catch((reason: unknown) => reason);
    await rm(dataDir, {recursive: true});
    const file = join(dataDir, "test.tsv");
    expect(error).toMatchObject({
      code: "data-invalid",
      details: [
        `${file}:1: "28" is not a list of indices from 0 to 27`,
        `${file}:2: expected three columns separated by tabs: text, comma-separated emotion indices, id`,
        `${file}:3: "1,x" is not a list of indices from 0 to 27`,
        `${file}:3: id "x1" stands on line 1 too`,
        `${file}:4: the text is empty`,
      ],
    });
  });

  // Expected counts: a separate count of the release's files in Python with the pools of METHODS §7.
  test.skipIf(real === undefined)("reads the real files: every row, with these pooled frequencies", async () => {
    const started = performance.now();
    const task = await loadTask("goemotions", {cwd, dataDir: real ?? ""});
    const elapsedMs = performance.now() - started;
    const summary = summariseTask(task);
    expect(summary.splits.train).toMatchObject({
      documents: 43410,
      labelCounts: {
        admiration: 10318,
        anger: 6217,
        fear: 726,
        joy: 6390,
        optimism: 3148,
        sadness: 3263,
        surprise: 4333,
      },
      setSizes: {0: 12823, 1: 26911, 2: 3546, 3: 128, 4: 2},
      remarks: [{count: 1396}],
    });
    expect(summary.splits.calibration).toMatchObject({documents: 5426, setSizes: {0: 1592, 1: 3388, 2: 420, 3: 26}});
    expect(summary.splits.test).toMatchObject({
      documents: 5427,
      labelCounts: {admiration: 1301, anger: 822, fear: 98, joy: 735, optimism: 386, sadness: 379, surprise: 546},
      setSizes: {0: 1606, 1: 3391, 2: 415, 3: 14, 4: 1},
    });
    expect(
      summary.warnings.some(warning => warning.startsWith("37 test documents have a text that train has too")),
    ).toBe(true);
    const [first] = task.splits.train?.documents ?? [];
    expect(first?.text).toBe("My favourite food is anything I didn't have to cook myself.");
    expect(first && goldSet(first, task)).toEqual([]);
    expect(elapsedMs).toBeLessThan(3000);
  });
});
