import {mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, onTestFinished, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {initCommand} from "../../src/commands/init.ts";
import {studyCommand} from "../../src/commands/study.ts";
import {loadTask} from "../../src/task/load.ts";
import {aModel, engineOf} from "../run/workspace.ts";

const WORDS = ["Rain fell", "Bread is dear", "The match was lost", "A quiet day"];
const LABELS = ["joy", "fear", '"joy, fear"', ""];
const rows = (count: number) =>
  Array.from({length: count}, (_, at) => `k${at},"${WORDS[at % 4]} again, ${at}",${LABELS[at % 4]}`);

async function place(
  table: readonly string[],
  contextLength = 4096,
): Promise<{folder: string; io: CommandIo; notices: string[]}> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-init-test-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  await writeFile(join(folder, "mine.csv"), `${table.join("\n")}\n`);
  await aModel(join(folder, "model.gguf"), contextLength);
  const notices: string[] = [];
  const io: CommandIo = {
    progress: () => {},
    notice: line => notices.push(line),
    signal: new AbortController().signal,
    env: {LABELSCOPE_HOME: join(folder, "home")},
    cwd: folder,
    openEngine: () => engineOf({trainContextTokens: contextLength}),
  };
  return {folder, io, notices};
}

const init = {table: "mine.csv", models: ["model.gguf"], out: ".", mapping: {}};
const flags = {file: "study.yaml", runs: "runs", dryRun: false, lock: false, yes: false, measure: false};

test("a study that init writes of a table runs as it is, to its verdict", async () => {
  const {folder, io} = await place(["id,comment,topics", ...rows(40)]);
  const {data} = await initCommand(init, io);
  expect(data).toMatchObject({study: "study.yaml", task: join("mine", "task.yaml"), models: ["model.gguf"]});
  expect(data.mapping).toEqual({textColumn: "comment", idColumn: "id", labelsColumn: ["topics"]});
  const task = await loadTask("mine", {cwd: folder});
  expect(task.definition.labels.map(({name}) => name)).toEqual(["fear", "joy"]);
  expect(data.documents).toBe(task.splits.test?.documents.length);
  const result = await studyCommand(flags, io);
  expect(result.exitCode).toBeUndefined();
  expect(result.text).toContain(join("studies", "study"));
});

test("into another folder, the study's paths are relative to it", async () => {
  const {folder, io} = await place(["text,label", ...rows(20).map(row => row.slice(row.indexOf(",") + 1))]);
  await initCommand({...init, out: "there"}, io);
  expect(await readFile(join(folder, "there/study.yaml"), "utf8")).toContain(`  - ${join("..", "model.gguf")}\n`);
  const result = await studyCommand({...flags, file: "there/study.yaml", dryRun: true}, io);
  expect(result.exitCode).toBeUndefined();
});

test("what is there is not written over, and nothing else is written then", async () => {
  const {folder, io} = await place(["id,text,labels", ...rows(20)]);
  await writeFile(join(folder, "study.yaml"), "mine\n");
  await expect(initCommand(init, io)).rejects.toMatchObject({code: "would-overwrite"});
  expect((await readdir(folder)).sort()).toEqual(["mine.csv", "model.gguf", "study.yaml"]);
  await initCommand({...init, out: "there"}, io);
  await rm(join(folder, "there/study.yaml"));
  await expect(initCommand({...init, out: "there"}, io)).rejects.toMatchObject({code: "would-overwrite"});
});

test("columns of 0 and 1 are the labels where no column is called so; columns that say nothing are listed", async () => {
  const ticks = [
    "text,joy,fear,length",
    ...Array.from({length: 20}, (_, at) => `Text ${at},${at % 2},${at % 3 === 0 ? 1 : 0},${at + 5}`),
  ];
  expect((await initCommand(init, (await place(ticks)).io)).data.mapping).toEqual({
    textColumn: "text",
    labelColumns: ["joy", "fear"],
  });
  const {io} = await place(["a,b", ...Array.from({length: 4}, (_, at) => `x ${at},y`)]);
  await expect(initCommand(init, io)).rejects.toMatchObject({code: "usage", details: ["columns: a, b"]});
  const {data} = await initCommand({...init, mapping: {textColumn: "a", labelsColumn: ["b"]}}, io);
  expect(data.mapping).toEqual({textColumn: "a", labelsColumn: ["b"]});
});

test("demonstrations that do not fit into a model's context are as many as do, and the study says why", async () => {
  const long = rows(60).map(row => row.replace("again", "again ".repeat(12)));
  const {folder, io} = await place(["id,text,labels", ...long], 600);
  const {data} = await initCommand(init, io);
  expect(data.shots).toBeLessThan(10);
  const text = await readFile(join(folder, "study.yaml"), "utf8");
  expect(text).toContain(`  shots: ${data.shots} `);
  expect(text).toContain("the context of model holds 600");
  expect((await studyCommand({...flags, dryRun: true}, io)).exitCode).toBeUndefined();
});

test("without a table the built-in posts are studied, and without models those at hand are named", async () => {
  const {folder, io, notices} = await place(["unused"]);
  const {data} = await initCommand({...init, table: undefined, models: []}, io);
  expect(data).toMatchObject({models: ["ladder-s-base", "ladder-s-sft"], documents: 300});
  expect(notices.join("\n")).toContain("models at hand: ladder-s-base, ladder-s-sft (they ship with labelscope)");
  expect(await readFile(join(folder, "study.yaml"), "utf8")).toContain("  limit: 200 ");
  const model = await initCommand({...init, table: "model.gguf", models: [], out: "other"}, io);
  expect(model.data).toMatchObject({models: ["model.gguf"], documents: 300});
});

test("a table in a study's task is imported once, and again when it or how it is read changes", async () => {
  const {folder, io, notices} = await place(["id,text,labels", ...rows(30)]);
  const write = async (more = "") =>
    await writeFile(
      join(folder, "study.yaml"),
      `version: 1\ntask: {table: mine.csv, idColumn: id, textColumn: text, labelsColumn: labels${more}}\nmodels: [model.gguf]\n`,
    );
  const dry = async () => await studyCommand({...flags, dryRun: true}, io);
  await write();
  await dry();
  expect(notices.filter(line => line.startsWith("imported mine.csv"))).toHaveLength(1);
  const tasks = async () => await readdir(join(folder, "tasks"));
  const [first = ""] = await tasks();
  const before = await stat(join(folder, "tasks", first, "task.yaml"));
  await dry();
  expect(notices.filter(line => line.startsWith("imported mine.csv"))).toHaveLength(1);
  expect((await stat(join(folder, "tasks", first, "task.yaml"))).mtimeMs).toBe(before.mtimeMs);
  await write(", testShare: 0.5");
  await dry();
  await writeFile(join(folder, "mine.csv"), `${["id,text,labels", ...rows(31)].join("\n")}\n`);
  await dry();
  expect(await tasks()).toHaveLength(3);
});

test("a mistake in such a task is named with its line and the field that was meant", async () => {
  const {folder, io} = await place(["id,text,labels", ...rows(8)]);
  await writeFile(
    join(folder, "study.yaml"),
    "version: 1\ntask:\n  table: mine.csv\n  textColum: text\nmodels: [model.gguf]\n",
  );
  await expect(studyCommand(flags, io)).rejects.toMatchObject({
    code: "study-invalid",
    details: [expect.stringMatching(/^study\.yaml:4: unknown field "task\.textColum" \(did you mean "textColumn"\?\)/)],
  });
});
