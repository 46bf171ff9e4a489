import {spawnSync} from "node:child_process";
import {mkdtemp, readdir, writeFile} from "node:fs/promises";
import {hostname, tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {LOCK, tidyRun} from "../../src/store/run-lock.ts";

/** A folder with a lock of a process, and a file half-written. */
async function leftBy(pid: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-lock-"));
  const holder = {pid, host: hostname(), since: "2026-01-01T00:00:00Z", token: "one"};
  await writeFile(join(folder, LOCK), JSON.stringify(holder));
  await writeFile(join(folder, "manifest.json.1.draft"), "{");
  await writeFile(join(folder, "traces.jsonl"), "");
  return folder;
}

describe("tidying a run with which nothing is to be done", () => {
  test("removes the lock and the drafts of a process that is gone, and nothing else", async () => {
    const folder = await leftBy(spawnSync(process.execPath, ["-e", ""]).pid);
    await tidyRun(folder);
    expect(await readdir(folder)).toEqual(["traces.jsonl"]);
  });

  test("leaves a run alone that a living process works on", async () => {
    const folder = await leftBy(process.ppid);
    await tidyRun(folder);
    expect((await readdir(folder)).sort()).toEqual([LOCK, "manifest.json.1.draft", "traces.jsonl"]);
  });
});
