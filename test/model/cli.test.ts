import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type Build, buildCli, callCli} from "../cli-process.ts";
import {smallestModel} from "../support/models.ts";

let cwd = "";
let build: Build;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-model-cli-"));
  build = buildCli();
});
afterAll(async () => {
  build.remove();
  await rm(cwd, {recursive: true, force: true});
});

const call = async (...flags: string[]) =>
  await callCli(build, flags, {cwd, env: {LABELSCOPE_HOME: join(cwd, "home")}});
const run = ["run", "posts", "--model", smallestModel(), "--threads", "1"];

describe("the command line on a real model", () => {
  test("run --json prints JSON on stdout alone and its progress on stderr", async () => {
    const {code, stdout, stderr} = await call(...run, "--limit", "3", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {captured: 3, resumed: 0, total: 3, finished: true, summary: {documents: 3}},
    ]);
    expect(stderr).toMatch(/ on posts · 3\/3 documents · [\d.]+ docs\/s/);
  });

  test.skipIf(process.platform === "win32")(
    "few open files are enough; with too few it says how to go on",
    async () => {
      const env = {LABELSCOPE_HOME: join(cwd, "home")};
      const within = async (openFiles: number) =>
        await callCli(build, [...run, "--limit", "2", "--out", "few", "--quiet"], {cwd, env, openFiles});
      expect((await within(64)).code).toBe(0);
      const {code, stderr} = await within(34);
      expect(code).toBe(2);
      expect(stderr).toMatch(/EMFILE[\s\S]*Next: ulimit -n 1024/);
    },
  );

  test("a home that cannot be written leaves the public reader, and doctor says why", async () => {
    const env = {LABELSCOPE_HOME: join(smallestModel(), "home")};
    const {code, stdout} = await callCli(build, ["doctor"], {cwd, env});
    expect(code).toBe(0);
    expect(stdout).toMatch(/^reader +public$/m);
    expect(stdout).toMatch(/^reader because +\S/m);
    expect(stdout).toMatch(/^self test +not needed/m);
  });

  test("--quiet leaves stderr empty", async () => {
    expect(await call(...run, "--limit", "3", "--quiet")).toMatchObject({code: 0, stderr: ""});
  });

  test("the shards that run makes are joined by merge and shown by inspect", async () => {
    for (const shard of ["1/2", "2/2"]) await call(...run, "--limit", "5", "--shard", shard, "--out", "parts");
    const folders = (await readdir(join(cwd, "parts"))).map(name => join("parts", name));
    const merged = await call("merge", ...folders, "--out", "whole");
    expect(merged.stdout).toMatch(/^5 documents → whole\/posts-\S+\n$/);
    const folder = merged.stdout.trim().split("→ ")[1] ?? "";
    const shown = await call("inspect", folder);
    expect(shown.stdout).toMatch(/step 1 \((last|intermediate)\)\nentropy \d/);
    expect(shown.stdout).toContain(" ◀");
    const unknown = await call("inspect", folder, "--id", "nobody");
    expect(unknown).toMatchObject({code: 2, stdout: "", stderr: expect.stringContaining('holds no document "nobody"')});
    const half = await call("merge", folders[0] ?? "", "--out", "half");
    expect(half).toMatchObject({code: 0, stderr: expect.stringContaining("not given: shard 2/2")});
  });

  test("--max-minutes stops with 130 and says that the same command continues", async () => {
    const stopped = await call(...run, "--limit", "4", "--out", "timed", "--max-minutes", "1e-9");
    expect(stopped).toMatchObject({
      code: 130,
      stdout: expect.stringContaining("Not finished: the same command continues."),
    });
    expect(await call(...run, "--limit", "4", "--out", "timed")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("4/4"),
    });
  });

  test("doctor says what would be used, in text that ends with a line end, and as JSON", async () => {
    const {code, stdout} = await call("doctor");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^reader +(native|public)$/m);
    expect(stdout).toMatch(/[^\n]\n$/);
    expect(JSON.parse((await call("doctor", "--json")).stdout)).toMatchObject({
      engine: "node-llama-cpp 3.22.1",
      gpu: "off",
    });
  });
});
