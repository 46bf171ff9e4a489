import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";
import {lockDifferences, withLock} from "../../src/study/lock.ts";
import {settingOf} from "../../src/study/plan-study.ts";
import {readStudy} from "../../src/study/read-study.ts";
import {variationsOf} from "../../src/study/study-file.ts";

const LOCK = {
  labelscope: "0.1.0",
  engine: "node-llama-cpp",
  task: "t".repeat(64),
  data: {test: "d".repeat(64)},
  models: {"a.gguf": "a".repeat(64)},
};

async function read(yaml: string) {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-study-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  await writeFile(join(folder, "study.yaml"), yaml);
  return await readStudy("study.yaml", folder);
}

test("a model is a SPEC, or a SPEC with a name and options of its own", async () => {
  const {study, name} = await read(`version: 1
task: posts
models:
  - small.gguf
  - {model: large.gguf, name: large, chat: auto}
`);
  expect(name).toBe("study");
  expect(study.models).toEqual([{model: "small.gguf"}, {model: "large.gguf", name: "large", chat: "auto"}]);
});

test("a grid is every combination of its values, a list each of its entries", async () => {
  const grid = await read(
    "version: 1\ntask: posts\nmodels: [a]\nvary: {shots: [2, 10], labelOrder: [reversed, as-listed]}\n",
  );
  expect(variationsOf(grid.study).map(one => settingOf(one))).toEqual([
    "shots 2, labelOrder reversed",
    "shots 2, labelOrder as-listed",
    "shots 10, labelOrder reversed",
    "shots 10, labelOrder as-listed",
  ]);
  const list = await read("version: 1\ntask: posts\nmodels: [a]\nvary: [{name: few, shots: 2}, {shots: 10}]\n");
  expect(variationsOf(list.study).map(one => settingOf(one))).toEqual(["few", "shots 10"]);
  const none = await read("version: 1\ntask: posts\nmodels: [a]\n");
  expect(variationsOf(none.study)).toEqual([{options: {}}]);
});

test.each([
  ["task: posts\nmodels: [a]\n", 'study.yaml:1: "version": expected 1'],
  [
    "version: 1\ntask: posts\nmodels: [a]\noptions:\n  shot: 3\n",
    'study.yaml:5: unknown field "options.shot" (did you mean "shots"?)',
  ],
  [
    "version: 1\ntask: posts\nmodels:\n  - model: a\n    chta: auto\n",
    'study.yaml:5: unknown field "models[0].chta" (did you mean "chat"?)',
  ],
  ["version: 1\ntask: posts\nmodels: [a]\nvary:\n  shots: [2, -1]\n", "study.yaml:5: "],
  [
    "version: 1\ntask: posts\nmodels: [a]\nvary:\n  shotz: [2]\n",
    'study.yaml:5: unknown field "vary.shotz" (did you mean "shots"?)',
  ],
  ["version: 1\ntask: posts\nmodels: []\n", "study.yaml:3: "],
  ["version: 1\ntask: posts\nmodels: [a]\ngates: {requires: [x > 1]}\n", 'did you mean "require"?'],
])("a mistake is named with its line: %j", async (yaml, message) => {
  await expect(read(yaml)).rejects.toMatchObject({
    code: "study-invalid",
    details: [expect.stringContaining(message)],
  });
});

test("every gate that cannot be read, or is about nothing that a comparison holds, is named with its line", async () => {
  const gates =
    "gates:\n  require:\n    - task.documents\n    - task.documents >= 8\n    - estimate.a.hard.nll.value < 3\n";
  await expect(read(`version: 1\ntask: posts\nmodels: [a]\n${gates}`)).rejects.toMatchObject({
    code: "study-invalid",
    details: [
      expect.stringMatching(
        /^study\.yaml:6: .*the condition "task\.documents" cannot be read: write PATH OPERATOR NUMBER/,
      ),
      expect.stringMatching(/^study\.yaml:8: .*no "estimate" \(did you mean "estimates"\?\)/),
    ],
  });
});

test("a folder is answered with the studies in it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-study-"));
  onTestFinished(async () => await rm(folder, {recursive: true}));
  await writeFile(join(folder, "one.yaml"), "version: 1\ntask: posts\nmodels: [a]\n");
  await writeFile(join(folder, "task.yaml"), "id: x\nlabels: []\n");
  await expect(readStudy(".", folder)).rejects.toMatchObject({
    code: "study-not-found",
    details: ["one.yaml"],
    next: ["labelscope study one.yaml"],
  });
});

test("a study file that is not there is said to be missing", async () => {
  await expect(readStudy("nowhere.yaml", tmpdir())).rejects.toMatchObject({code: "study-not-found"});
});

test("a lock is written into the file without touching what a person wrote", async () => {
  const text = "# mine\nversion: 1\ntask: posts # the task\nmodels:\n  - a.gguf\n";
  const locked = withLock(text, LOCK);
  expect(locked.startsWith(text)).toBe(true);
  expect((await read(locked)).study.lock).toEqual(LOCK);
  expect(withLock(locked, LOCK)).toBe(locked);
});

test("what differs from a lock is named: a model's file, documents, the task, versions", () => {
  const found = {
    labelscope: "0.2.0",
    engine: "",
    task: LOCK.task,
    data: {test: "e".repeat(64)},
    models: {"a.gguf": "b".repeat(64), "c.gguf": "c".repeat(64)},
  };
  expect(lockDifferences(LOCK, found)).toEqual({
    content: ["the test documents are other ones", "a.gguf is another file", "c.gguf was not part of it"],
    versions: ["labelscope 0.2.0 instead of 0.1.0"],
  });
  expect(lockDifferences(LOCK, LOCK)).toEqual({content: [], versions: []});
});

test("a lock that names predictions is held to them; one of before that does not is not", () => {
  const locked = {...LOCK, predictions: {bert: "1".repeat(64), gone: "2".repeat(64)}};
  const found = {...LOCK, predictions: {bert: "3".repeat(64)}};
  expect(lockDifferences(locked, found).content).toEqual([
    "predictions bert is another file",
    "predictions gone is no longer part of it",
  ]);
  expect(lockDifferences(LOCK, found).content).toEqual([]);
});
