import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type Build, buildCli, callCli} from "../cli-process.ts";

/** Writes down every address that the process, or a Node process that it starts, connects to. */
const WATCHER = `import {appendFileSync} from "node:fs";
import net from "node:net";
const {connect} = net.Socket.prototype;
net.Socket.prototype.connect = function (...given) {
  const [to] = given.flat(2);
  appendFileSync(process.env.CONNECTIONS, JSON.stringify({host: to?.host, port: to?.port, path: to?.path}) + "\\n");
  return connect.apply(this, given);
};
`;

let build: Build;
let cwd = "";
beforeAll(() => {
  build = buildCli();
  cwd = mkdtempSync(join(tmpdir(), "labelscope-offline-"));
  writeFileSync(join(cwd, "watcher.mjs"), WATCHER);
  writeFileSync(join(cwd, "prompt.txt"), 'Input: I loved it!\n{"label": ["');
});
afterAll(() => {
  build.remove();
  rmSync(cwd, {recursive: true, force: true});
});

/** Calls a command and tells what it connected to. */
async function watched(flags: readonly string[]): Promise<{readonly code: unknown; readonly connections: string[]}> {
  const log = join(cwd, "connections");
  writeFileSync(log, "");
  const env = {
    LABELSCOPE_HOME: join(cwd, "home"),
    CONNECTIONS: log,
    NODE_OPTIONS: `--import=${pathToFileURL(join(cwd, "watcher.mjs")).href}`,
    BROWSER: "true",
  };
  const {code} = await callCli(build, flags, {cwd, env});
  return {code, connections: readFileSync(log, "utf8").split("\n").filter(Boolean)};
}

describe("no command but those that fetch a model connects to anything", () => {
  const model = ["--model", "ladder-xxxs-base", "--reader", "public"];
  test.each([
    [["run", "posts", ...model, "--limit", "4", "--estimators", "unary", "--out", "runs"]],
    [["compare", "ladder-xxxs-base", "--resamples", "10", "--out", "comparisons/one"]],
    [["inspect", "ladder-xxxs-base"]],
    [["verify", "comparisons/one"]],
    [["export", "ladder-xxxs-base"]],
    [["open", "one"]],
    [["ls"]],
    [["score", ...model, "--labels", "joy,fear", "--prompt-file", "prompt.txt"]],
    [["tasks", "check", "posts"]],
    [["models", "list"]],
    [["models", "info", "ladder-xxxs-base"]],
    [["doctor"]],
  ])("%j", async flags => {
    expect(await watched(flags)).toEqual({code: 0, connections: []});
  });

  test("a pull does, which is what is watched for", async () => {
    const {connections} = await watched(["models", "pull", "http://127.0.0.1:18765/model.gguf", "--id", "mine"]);
    expect(connections.join()).toContain("18765");
  });
});
