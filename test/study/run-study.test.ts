import {writeFileSync} from "node:fs";
import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import {readStudy} from "../../src/study/read-study.ts";
import {runStudy, type StudyHooks, type StudyRequest} from "../../src/study/run-study.ts";
import {aModel, engineOf, type Workspace, workspace} from "../run/workspace.ts";

interface Changes extends Partial<Omit<StudyRequest, "read">>, Partial<StudyHooks> {
  readonly engine?: ReturnType<typeof engineOf>;
}

async function study({folder}: Workspace, yaml: string, changes: Changes = {}) {
  await writeFile(join(folder, "study.yaml"), yaml);
  return await again({folder}, changes);
}

async function again({folder}: Pick<Workspace, "folder">, changes: Changes = {}) {
  const {
    engine = engineOf(),
    onPlan,
    onProgress,
    onNotice,
    signal = new AbortController().signal,
    ...request
  } = changes;
  const read = await readStudy("study.yaml", folder);
  const place = {cwd: folder, env: {LABELSCOPE_HOME: join(folder, "home")}, home: folder, runs: join(folder, "runs")};
  return await runStudy(
    engine,
    {read, out: join(folder, "studies"), yes: false, dryRun: false, lock: false, ...request},
    place,
    {
      signal,
      ...(onPlan === undefined ? {} : {onPlan}),
      ...(onProgress === undefined ? {} : {onProgress}),
      ...(onNotice === undefined ? {} : {onNotice}),
    },
  );
}

const TWO = `version: 1
task: task.yaml
models: [model.gguf, other.gguf]
options: {limit: 5}
vary: [{name: two, shots: 2}, {name: four, shots: 4}]
`;

async function place(): Promise<Workspace> {
  const made = await workspace();
  await aModel(join(made.folder, "other.gguf"), 4096, {"general.name": "other"});
  return made;
}

test("every model is captured in every variation, and read back with the planned documents only", async () => {
  const made = await place();
  const plans: string[] = [];
  const outcome = await study(made, TWO, {onPlan: text => plans.push(text)});
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(
    outcome.runs.map(({planned, run}) => [planned.setting, run.manifest.model.id, run.documents.test.length]),
  ).toEqual([
    ["two", "model", 5],
    ["two", "other", 5],
    ["four", "model", 5],
    ["four", "other", 5],
  ]);
  expect(plans[0]).toMatch(/4 runs, 2 of them there already; 10 documents/);
  await study(made, TWO.replace("limit: 5", "limit: 9"));
  const smaller = await study(made, TWO);
  if (smaller.kind !== "finished") throw new Error(smaller.kind);
  expect(smaller.runs.map(({run}) => run.documents.test.length)).toEqual([5, 5, 5, 5]);
});

test("the same study again evaluates nothing", async () => {
  const made = await place();
  await study(made, TWO);
  const batches: unknown[] = [];
  const outcome = await again(made, {engine: engineOf({onExtend: items => batches.push(items)})});
  expect(outcome.kind).toBe("finished");
  expect(batches).toEqual([]);
});

test("a model's own options go before those of all, a variation's before both", async () => {
  const made = await place();
  const outcome = await study(
    made,
    `version: 1
task: task.yaml
models: [{model: model.gguf, shots: 3, labelOrder: reversed}, other.gguf]
options: {limit: 4, shots: 1, seed: 7}
vary: [{}, {labelOrder: as-listed}]
`,
  );
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  const made4 = outcome.runs.map(({run: {manifest}}) => {
    const {model, shots, labelOrder, seed} = manifest.identity;
    return [model, shots, labelOrder, seed];
  });
  expect(made4).toEqual([
    ["model", 3, "reversed", 7],
    ["other", 1, "alphabetical", 7],
    ["model", 3, "as-listed", 7],
    ["other", 1, "as-listed", 7],
  ]);
});

test("two variations that lead to the same run share it", async () => {
  const made = await place();
  const outcome = await study(
    made,
    "version: 1\ntask: task.yaml\nmodels: [model.gguf]\nvary: [{shots: 4}, {name: task's own}]\n",
  );
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(outcome.runs).toHaveLength(1);
  expect(await readdir(join(made.folder, "runs"))).toHaveLength(1);
});

test("an experiment is captured with the study and has its own report", async () => {
  const made = await place();
  const outcome = await study(
    made,
    "version: 1\ntask: task.yaml\nmodels: [model.gguf]\noptions: {limit: 4}\nexperiments: [{name: shots, values: ['0', '4']}]\n",
  );
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(outcome.experiments.map(({results}) => results.settings.values)).toEqual([["0", "4"]]);
  expect(await readdir(join(made.folder, "studies", "shots"))).toContain("report.html");
  // The study's own run has the task's four demonstrations, and so does one of the experiment's: two runs in all.
  expect(await readdir(join(made.folder, "runs"))).toHaveLength(2);
});

test("a dry run captures nothing", async () => {
  const made = await place();
  const outcome = await study(made, TWO, {dryRun: true});
  expect(outcome).toMatchObject({kind: "planned", plan: {runs: [{setting: "two"}, {}, {}, {}]}});
  expect(await readdir(made.folder)).not.toContain("runs");
});

test("a lock refuses another model's file and names it; locking again accepts it", async () => {
  const made = await place();
  await study(made, TWO, {lock: true});
  const locked = await readFile(join(made.folder, "study.yaml"), "utf8");
  expect(locked).toContain("lock:");
  expect((await again(made)).kind).toBe("finished");
  await aModel(join(made.folder, "other.gguf"), 4096, {"general.name": "changed"});
  await expect(again(made)).rejects.toMatchObject({code: "study-changed", details: ["other.gguf is another file"]});
  await writeFile(join(made.folder, "study.yaml"), TWO);
});

test("one model in two entries has the name and the options of each", async () => {
  const made = await place();
  const outcome = await study(
    made,
    `version: 1
task: task.yaml
models: [{model: model.gguf, name: few, shots: 2}, {model: model.gguf, name: many, shots: 4}, {model: model.gguf, shots: 3}]
options: {limit: 5}
`,
  );
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(
    outcome.runs.map(({planned, run: {manifest}}) => [planned.setting, manifest.title, manifest.identity.shots]),
  ).toEqual([
    ["few", "few", 2],
    ["many", "many", 4],
    ["shots 3", undefined, 3],
  ]);
});

test("entries that lead to one run share it", async () => {
  const twice = TWO.replace("[model.gguf, other.gguf]", "[model.gguf, model.gguf]");
  const outcome = await study(await place(), twice);
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(outcome.runs.map(({planned}) => planned.setting)).toEqual(["two", "four"]);
});

test.each([
  ["unknown-metric", "compare: {metrics: [f2]}"],
  ["unknown-estimator", "compare: {estimators: [hrd]}"],
  ["predictions-unreadable", "predictions: {bert: nowhere.csv}"],
  ["predictions-invalid", "predictions: {bert: task.yaml}"],
])("what the comparison would refuse is refused before a model runs: %s", async (code, line) => {
  const made = await place();
  await expect(study(made, `${TWO}${line}\n`)).rejects.toMatchObject({code});
  expect(await readdir(made.folder)).not.toContain("runs");
});

test("a lock holds the predictions, and is not written over what was edited meanwhile", async () => {
  const made = await place();
  const line = JSON.stringify({id: "d0", labels: {joy: 0.9, fear: 0.1, anger: 0.1}});
  const all = Array.from({length: 12}, (_, at) => line.replace("d0", `d${at}`)).join("\n");
  await writeFile(join(made.folder, "bert.jsonl"), all);
  await study(made, `${TWO}predictions: {bert: bert.jsonl}\n`, {lock: true});
  await writeFile(join(made.folder, "bert.jsonl"), all.replace("0.9", "0.8"));
  await expect(again(made)).rejects.toMatchObject({
    code: "study-changed",
    details: ["predictions bert is another file"],
  });
  const edited = `# mine\n${TWO}`;
  const whileItRuns = {lock: true, onPlan: () => writeFileSync(join(made.folder, "study.yaml"), edited)};
  await expect(again(made, whileItRuns)).rejects.toMatchObject({code: "study-not-locked"});
  expect(await readFile(join(made.folder, "study.yaml"), "utf8")).toBe(edited);
});

test("runs that cannot be written are answered with the flag that moves them", async () => {
  const made = await place();
  await writeFile(join(made.folder, "runs"), "a file");
  await expect(study(made, TWO)).rejects.toMatchObject({
    code: "run-not-writable",
    next: expect.arrayContaining([expect.stringContaining("--runs DIR")]),
  });
});

test("interrupted it keeps what is finished, and the same study goes on", async () => {
  const made = await place();
  const controller = new AbortController();
  const stopped = await study(made, TWO.replace("{limit: 5}", "{limit: 5, sequences: 1}"), {
    signal: controller.signal,
    onProgress: ({done}) => {
      if (done >= 12) controller.abort();
    },
  });
  expect(stopped).toMatchObject({kind: "unfinished", total: 20});
  const outcome = await again(made);
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  expect(outcome.runs.map(({run}) => run.documents.test.length)).toEqual([5, 5, 5, 5]);
});

test.each([
  ["a gate", 'gates: {require: ["estimates.modle.hard.nll < 9"]}\n', 5, "is none of the study's runs"],
  ["the base", "compare: {base: modle}\n", 5, "is none of the study's runs"],
])(
  "%s that names no run of the study is refused with its line before a model is loaded",
  async (_, text, line, why) => {
    const made = await place();
    const batches: unknown[] = [];
    const engine = engineOf({onExtend: items => batches.push(items)});
    const asked = study(made, `${TWO.replace(/vary.*\n/, "")}${text}`, {engine});
    await expect(asked).rejects.toMatchObject({
      code: "study-invalid",
      details: [expect.stringMatching(new RegExp(`^study\\.yaml:${line}: .*${why} \\(did you mean "model"\\?\\)`))],
      next: ['the runs will be called "model", "other"'],
    });
    expect(batches).toEqual([]);
  },
);

test("gates and the base may name runs as the comparison calls them, by model, or by folder", async () => {
  const made = await place();
  const gate = 'gates: {require: ["estimates[\'other (2 shots)\'].hard.nll < 99", "task.documents >= 5"]}\n';
  const yaml = `${TWO.replace("{name: two, shots: 2}, {name: four, shots: 4}", "{shots: 2}, {shots: 4}")}${gate}`;
  const outcome = await study(made, yaml);
  if (outcome.kind !== "finished") throw new Error(outcome.kind);
  const folder = outcome.runs[0]?.run.manifest.name ?? "";
  expect((await study(made, `${yaml}compare: {base: ${folder}}\n`)).kind).toBe("finished");
  expect((await study(made, `${TWO}compare: {base: "model, two"}\n`)).kind).toBe("finished");
});
