import {spawnSync} from "node:child_process";
import {appendFile, rm} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {compareCommand} from "../../src/commands/compare.ts";
import {verifyCommand} from "../../src/commands/verify.ts";
import {capture, workspace} from "../run/workspace.ts";

async function compared() {
  const place = await workspace();
  const runs = [(await capture(place)).folder, (await capture(place, {shots: 2})).folder];
  const io: CommandIo = {
    progress: () => {},
    notice: () => {},
    signal: new AbortController().signal,
    env: {},
    cwd: place.folder,
  };
  await compareCommand({runs, resamples: 20, out: "out", report: false}, io);
  return {place, runs, io, out: join(place.folder, "out")};
}

test("a comparison is whole beside its runs, and says which runs it was not held against", async () => {
  const {io, runs} = await compared();
  const all = await verifyCommand({folders: ["out", ...runs]}, io);
  expect(all.exitCode).toBeUndefined();
  expect(all.text).toMatch(/out: whole\n$/);
  const some = await verifyCommand({folders: ["out", ...runs.slice(1)]}, io);
  expect(some.exitCode).toBeUndefined();
  expect(some.text).toContain("not held against its runs: ");
});

test("a table that was edited or removed, and a run that went on, are named, with exit code 1", async () => {
  const {place, io, runs, out} = await compared();
  await appendFile(join(out, "metrics.csv"), "one,line,more\n");
  await rm(join(out, "steps.csv"));
  await capture(place, {calibrationLimit: 2});
  const {exitCode, text} = await verifyCommand({folders: ["out", ...runs]}, io);
  expect(exitCode).toBe(1);
  expect(text).toContain("metrics.csv: it is not the file that was written");
  expect(text).toContain("steps.csv: it is missing");
  expect(text).toMatch(/results\.json: \S+ has changed since/);
});

const missing = spawnSync("sha256sum", ["--version"]).status === 0 ? undefined : "sha256sum is not there";
test.skipIf(missing !== undefined)(
  `sha256sum finds every file as SHA256SUMS says${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  async () => {
    const {out} = await compared();
    const {status, stdout} = spawnSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], {
      cwd: out,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stdout).toContain("results.json: OK");
  },
);
