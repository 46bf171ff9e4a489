import {join} from "node:path";
import {expect, test, vi} from "vitest";
import {LabelscopeError} from "../../src/errors.ts";
import type {RunOptions} from "../../src/run/options.ts";
import {readRun} from "../../src/store/read-run.ts";
import {type Fault, failingFiles} from "../support/failing-files.ts";
import {capture, workspace} from "./workspace.ts";

// Some hundred small runs.
vi.setConfig({testTimeout: 300_000});

const CHANGES: Partial<RunOptions> = {
  estimators: ["marginal", "unary", "binary", "probe"],
  limit: 2,
  trainLimit: 1,
  fullLogits: true,
};

/** All that a run says of its documents, but for how long it took and where its rows stand. */
async function contentsOf(folder: string) {
  const {documents} = await readRun(folder);
  const plain = (key: string, value: unknown) =>
    key === "elapsedMs" || key === "logitsRow" ? undefined : value instanceof Float32Array ? [...value] : value;
  return [...documents.train, ...documents.test].map(each => JSON.stringify(each, plain)).sort();
}

test.each<Fault>(["eio", "full", "stuck"])(
  "each write and each fsync that fails (%s) is said, and the same command ends with the records of an undisturbed run",
  async fault => {
    const place = await workspace();
    const files = await failingFiles(join(place.folder, place.task));
    const at = (out: string) => capture(place, {...CHANGES, out});
    files.failAt();
    const expected = await contentsOf((await at("whole")).folder);
    expect(expected).toHaveLength(3);
    const calls = [...files.calls];
    // Traces, trees, two kinds of questions, two matrices with their rows, and the manifest.
    expect(calls.filter(call => call !== "sync").length).toBeGreaterThan(15);
    expect(calls.filter(call => call === "sync").length).toBeGreaterThanOrEqual(8);
    for (const [number, call] of calls.entries()) {
      if (call === "sync" && fault !== "eio") continue;
      const out = `${fault}-${number}`;
      files.failAt(number, fault);
      const said: unknown = await at(out).catch(error => error);
      const where = `${call} ${number} of ${calls.length}`;
      expect(said, where).toBeInstanceOf(LabelscopeError);
      expect(said, where).toMatchObject({code: fault === "eio" ? "run-not-writable" : "disk-full"});
      files.failAt();
      const again = await at(out);
      expect(again.finished, where).toBe(true);
      expect(await contentsOf(again.folder), where).toEqual(expected);
    }
  },
);
