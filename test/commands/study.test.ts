import {existsSync} from "node:fs";
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {studyCommand} from "../../src/commands/study.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {readStudy} from "../../src/study/read-study.ts";
import {aModel, engineOf, type Workspace, workspace} from "../run/workspace.ts";

const STUDY = `version: 1
task: task.yaml
models: [model.gguf, {model: other.gguf, name: mine}]
options: {limit: 8}
predictions: {elsewhere: elsewhere.jsonl}
compare: {estimators: [hard], metrics: [example-f1], base: mine, resamples: 50}
gates:
  require: ["task.documents >= 8"]
  failIf: ["task.documents > 8"]
`;

async function place(): Promise<Workspace> {
  const made = await workspace();
  await aModel(join(made.folder, "other.gguf"), 4096, {"general.name": "other"});
  const lines = Array.from({length: 12}, (_, at) =>
    JSON.stringify({id: `d${at}`, labels: {joy: 0.9, fear: 0.1, anger: 0.1}}),
  );
  await writeFile(join(made.folder, "elsewhere.jsonl"), `${lines.join("\n")}\n`);
  return made;
}

async function study({folder}: Workspace, yaml: string, notices: string[] = []) {
  await writeFile(join(folder, "study.yaml"), yaml);
  const io: CommandIo = {
    progress: () => {},
    notice: line => notices.push(line),
    signal: new AbortController().signal,
    env: {LABELSCOPE_HOME: join(folder, "home")},
    cwd: folder,
    openEngine: () => engineOf(),
  };
  return await studyCommand({file: "study.yaml", runs: "runs", dryRun: false, lock: false, yes: false}, io);
}

test("a study ends with one comparison of its runs and predictions, in a folder of its name", async () => {
  const made = await place();
  const notices: string[] = [];
  const {text, exitCode} = await study(made, STUDY, notices);
  expect(exitCode).toBeUndefined();
  expect(text).toContain("studies/study");
  expect(notices.join("\n")).toContain("predictions made elsewhere: elsewhere");
  const results = resultsSchema.parse(
    JSON.parse(await readFile(join(made.folder, "studies/study/results.json"), "utf8")),
  );
  expect(results.runs.map(({kind}) => kind)).toEqual(["run", "run", "predictions"]);
  expect(results.task.documents).toBe(8);
  expect(results.settings.base).toBe("mine");
  expect(results.runs.map(({run}) => run)).toEqual(["model", "mine", "elsewhere"]);
  expect(existsSync(join(made.folder, "studies/study/report.html"))).toBe(true);
});

test.each([
  [
    "require",
    'require: ["task.documents >= 8"]',
    'require: ["task.documents >= 9"]',
    "failed: required task.documents >= 9 (it is 8)",
  ],
  [
    "failIf",
    'failIf: ["task.documents > 8"]',
    'failIf: ["task.documents > 7"]',
    "failed: task.documents > 7 (it is 8)",
  ],
])("a gate under %s that is not met gives exit code 1 and says why", async (_, met, unmet, line) => {
  const {exitCode, failures} = await study(await place(), STUDY.replace(met, unmet));
  expect(exitCode).toBe(1);
  expect(failures).toEqual([line]);
});

test.each(["ladder", "quantisations", "finetuning"])("the study %s that ships is read", async name => {
  const {study: shipped} = await readStudy(join(import.meta.dirname, `../../models/studies/${name}.yaml`), "/");
  expect(shipped.task).toBe("posts");
});
