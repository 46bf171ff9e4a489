import {copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type Build, buildCli, callCli} from "./cli-process.ts";
import {aManifest, aStep, aTrace} from "./store/records.ts";
import {acting} from "./support/acting.ts";
import {ggufBytes} from "./support/gguf-writer.ts";

/** Clears the screen, sets the window's title, rings, a C1 control sequence, and turns the direction of writing. */
const EVIL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\u202e\u2066";
/** What a label may hold of that, and what a file name may. */
const [EVIL_LABEL, EVIL_NAME] = ["joy\u202e\u200b", `x${EVIL}`];
/** How it looks where it is shown. */
const SHOWN = /\\u(?:001b|202e)/;

let build: Build;
let cwd = "";
beforeAll(() => {
  build = buildCli();
  cwd = mkdtempSync(join(tmpdir(), "labelscope-hostile-"));
  writeTask("task.yaml", {});
  writeTask("wrong.yaml", {[`wrong${EVIL}`]: 1});
  write("broken.yaml", `version: 1\nid: "${EVIL}\n`);
  write(
    "lines.jsonl",
    `{"id": "a", "text": "${EVIL}"}\n{"id": "b", "text": "t", "labels": [${JSON.stringify(EVIL)}]}\n`,
  );
  writeTask("lines.yaml", {data: {test: "lines.jsonl"}});
  write("table.csv", `text${EVIL},labels\nsome text,"joy${EVIL}"\n`);
  write(
    "predictions.jsonl",
    `{"id": ${JSON.stringify(EVIL)}, "labels": {${JSON.stringify(EVIL)}: 0.5}}\nno JSON ${EVIL}\n`,
  );
  write(EVIL_NAME, "\0\u0001");
  const tensors = [{name: "token_embd.weight", dimensions: [8, 16]}];
  const metadata = {"general.architecture": `llama${EVIL}`, "general.name": EVIL, "general.license": EVIL};
  writeFileSync(join(cwd, "model.gguf"), ggufBytes({metadata, tensors}));
  write(`${EVIL_NAME}.gguf`, "no model");
  writeRun("run", "model");
  writeRun("other", `other${EVIL}`);
  writeRun("damaged", "model");
  write("damaged/traces.jsonl", `{"schema": 1, "key": ${JSON.stringify(EVIL)}}\n`);
  writeRun("unreadable", "model");
  write("unreadable/manifest.json", `{"schema": 1, "name": ${EVIL}`);
  write("prompt.txt", EVIL);
  writeStudy("study.yaml", {title: `A study${EVIL}`, models: [`${EVIL_NAME}.gguf`]});
  writeStudy("strange.yaml", {[`strange${EVIL}`]: 1});
  writeStudy("vary.yaml", {vary: [{name: `few${EVIL}`, shots: -1}]});
  write("surrogates.csv", 'text,labels\n"lone \ud800",joy\n'); // written as U+FFFD: UTF-8 holds no lone surrogate
  writeTask("surrogate.yaml", {labels: ["joy\ud800", "fear"]});
  for (const name of [`kept${EVIL}`, "plain"]) {
    mkdirSync(join(cwd, "runs", name), {recursive: true});
    for (const file of ["manifest.json", "traces.jsonl"])
      copyFileSync(join(cwd, "other", file), join(cwd, "runs", name, file));
  }
}, 60_000);
afterAll(() => {
  build.remove();
  rmSync(cwd, {recursive: true, force: true});
});

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text);
}

function writeTask(name: string, changes: Record<string, unknown>): void {
  const documents = ["a", `b${EVIL}`].map(id => ({id, text: `text of ${id}${EVIL}`, labels: [EVIL_LABEL]}));
  write("test.jsonl", documents.map(document => `${JSON.stringify(document)}\n`).join(""));
  const task = {
    version: 1,
    id: "hostile",
    title: `A title${EVIL}`,
    labels: [EVIL_LABEL, "fear"],
    none: "none",
    prompt: {instruction: "", demonstration: "{text}\n{answer}\n", query: "{text}\n{opening}"},
    demonstrations: {count: 0},
    data: {test: "test.jsonl"},
    ...changes,
  };
  write(name, JSON.stringify(task)); // JSON is YAML
}

function writeStudy(name: string, changes: Record<string, unknown>): void {
  write(name, JSON.stringify({version: 1, task: "task.yaml", models: ["ladder-xxxs-base"], ...changes}));
}

function writeRun(name: string, model: string): void {
  const manifest = aManifest();
  const {task, identity} = manifest;
  mkdirSync(join(cwd, name));
  const labels = ["fear", EVIL_LABEL, "none"];
  const about = {
    schema: 1,
    name: `${name}${EVIL}`,
    labels,
    task: {...task, title: `A title${EVIL}`},
    identity: {...identity, model},
    model: {...manifest.model, id: model},
    numerics: EVIL,
  } as const;
  write(`${name}/manifest.json`, JSON.stringify(aManifest(about)));
  const traces = ["a", `b${EVIL}`].map(id =>
    aTrace(id, {
      schema: 1,
      document: {id, text: `text of ${id}${EVIL}`, annotations: [[EVIL_LABEL], []]},
      answer: {tokens: [2], text: EVIL, wellFormed: false, problems: ["other-text"], labels: []},
      steps: [
        aStep({top: EVIL_LABEL, emitted: {text: EVIL, kind: "other"}, topTokens: [{token: 1, text: EVIL, logit: 2}]}),
      ],
    }),
  );
  write(`${name}/traces.jsonl`, traces.map(trace => `${JSON.stringify(trace)}\n`).join(""));
}

/** Command lines by what they are given, and whether some of it is to be seen in what they say. */
const calls: [what: string, flags: string[], shown?: boolean][] = [
  ["a task's title, labels and ids", ["tasks", "check", "task.yaml"]],
  ["a field that is not known", ["tasks", "check", "wrong.yaml"]],
  ["a file that is no YAML", ["tasks", "check", "broken.yaml"], false],
  ["lines that are no JSON", ["tasks", "check", "lines.yaml"]],
  ["a file that is not there", ["tasks", "check", `${EVIL_NAME}.yaml`]],
  ["a file that is no task", ["tasks", "check", EVIL_NAME]],
  [
    "a table",
    [
      "tasks",
      "import",
      "csv",
      "--data",
      "table.csv",
      "--out",
      "out",
      "--labels-column",
      `l${EVIL}`,
      "--text-column",
      "x",
      "--quotes",
      "none",
    ],
  ],
  ["a flag's value", ["tasks", "import", EVIL, "--data", "table.csv", "--out", "out"]],
  ["a command that is not known", [`tasks${EVIL}`]],
  ["a flag that is not known", ["tasks", "list", `--x${EVIL}`]],
  ["a flag with a wrong value", ["run", "task.yaml", "--model", "m", "--limit", EVIL]],
  ["metadata of a model", ["models", "info", "model.gguf"]],
  ["a file that is no model", ["models", "info", `${EVIL_NAME}.gguf`]],
  ["a model that is not known", ["models", "pull", EVIL]],
  ["a model's id to verify", ["models", "verify", EVIL]],
  ["a run with a model that is not there", ["run", "task.yaml", "--model", `${EVIL_NAME}.GGUF`]],
  ["a run with a file that is no model", ["run", "task.yaml", "--model", `${EVIL_NAME}.gguf`]],
  ["an experiment that is not known", ["experiment", EVIL, "task.yaml", "--model", "m"]],
  [
    "a prompt's file that is not there",
    ["score", "--model", "m", "--labels", "a", "--prompt-file", EVIL_NAME.slice(1)],
  ],
  ["a label twice", ["score", "--model", "m", "--labels", `${EVIL},${EVIL}`, "--prompt-file", "prompt.txt"]],
  ["a run's document", ["inspect", "run", "other"]],
  ["an id that is not there", ["inspect", "run", "--id", EVIL]],
  ["a folder that is no run", ["inspect", EVIL_NAME]],
  ["a damaged record", ["inspect", "damaged"], false],
  ["a damaged manifest", ["inspect", "unreadable"], false],
  [
    "runs with hostile names, answers and labels",
    ["compare", "run", "other", "--out", "compared", "--resamples", "10"],
  ],
  ["a gate", ["compare", "run", "--out", "gated", "--resamples", "10", "--fail-if", `runs.${EVIL} > 0`]],
  ["predictions of runs", ["compare", "run", "--predictions", `p${EVIL}=predictions.jsonl`]],
  ["a page of runs", ["report", "run", "other", "--out", `page${EVIL}`, "--resamples", "10"]],
  ["predictions of a task", ["evaluate", "task.yaml", "--predictions", "predictions.jsonl"]],
  ["shards that do not belong together", ["merge", "run", "other"], false],
  ["this machine", ["doctor"], false],
  ["a model to look at", ["doctor", `${EVIL_NAME}.gguf`]],
  ["a study with a model that is not there", ["study", "study.yaml"]],
  ["a study's field that is not known", ["study", "strange.yaml"]],
  ["a study's variation", ["study", "vary.yaml"], false],
  ["a study that is not there", ["study", EVIL_NAME.slice(1)]],
  ["a study that is no YAML", ["study", "broken.yaml"], false],
  ["a table for a study", ["init", "table.csv", "--text-column", `x${EVIL}`, "--out", "begun"]],
  ["a table for a study that is not there", ["init", `${EVIL_NAME}.csv`, "--out", "begun"]],
  ["a model for a study", ["init", `${EVIL_NAME}.gguf`, "--out", `begun${EVIL}`]],
  ["lone surrogates in a table", ["init", "surrogates.csv", "ladder-xxxs-base", "--out", "begun"], false],
  ["a lone surrogate in a label", ["tasks", "check", "surrogate.yaml"], false],
  ["what there is", ["ls"]],
  ["a shelf that is not known", ["ls", EVIL]],
  ["a page that is not there", ["open", EVIL]],
  ["what is to be removed and is not there", ["rm", EVIL, "--yes"]],
  ["what is to be removed, unasked", ["rm", `kept${EVIL}`]],
  ["what was not written for long", ["rm", "--older-than", EVIL]],
  ["a kind of GPU", ["gpu", "install", "--backend", EVIL]],
  ["a run that is whole", ["verify", "run"], false],
  ["a run that is damaged", ["verify", "damaged", "unreadable"], false],
  ["a folder that is no run to verify", ["verify", EVIL_NAME]],
  ["a run's steps in a file", ["export", "run", "--out", `steps${EVIL}.csv`]],
  ["a damaged run's steps", ["export", "damaged"], false],
  ["a format that is not known", ["export", "run", "--to", EVIL]],
];

describe("no byte of data acts on the terminal that a command writes to", () => {
  test.each(calls)("%s", async (_what, flags, shown = true) => {
    const env = {LABELSCOPE_HOME: join(cwd, "home"), LABELSCOPE_PYTHON: `python${EVIL}`};
    const {stdout, stderr} = await callCli(build, flags, {cwd, env});
    expect({stdout: acting(stdout), stderr: acting(stderr)}).toEqual({stdout: [], stderr: []});
    expect(stdout + stderr).toMatch(shown ? SHOWN : /./);
    expect(stderr).not.toContain("unexpected:");
  });

  test("--json says it as JSON does, and what reads it gets the very text", async () => {
    const {stdout, stderr} = await callCli(build, ["inspect", "run", "--json"], {cwd});
    expect({stdout: acting(stdout), stderr}).toEqual({stdout: [], stderr: ""});
    expect(JSON.parse(stdout).runs[0].trace.answer.text).toBe(EVIL);
  });

  test("a label whose look deceives is remarked", async () => {
    const {stdout} = await callCli(build, ["tasks", "check", "task.yaml"], {cwd});
    expect(stdout).toContain('warning: label "joy\\u202e\\u200b" holds characters that are not seen');
  });
});

test("nothing but the one place writes to stdout or stderr", () => {
  const source = join(import.meta.dirname, "../src");
  const writing = readdirSync(source, {recursive: true, encoding: "utf8"})
    .filter(name => name.endsWith(".ts"))
    .filter(name =>
      /console\.|process\.std(?:out|err)\.write\(|stream\.write\(/.test(readFileSync(join(source, name), "utf8")),
    );
  expect(writing).toEqual(["terminal.ts"]);
});
