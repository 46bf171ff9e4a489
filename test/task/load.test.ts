import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {LabelscopeError} from "../../src/errors.ts";
import {builtInTasks} from "../../src/task/index.ts";
import {loadTask} from "../../src/task/load.ts";

const tiny = join(import.meta.dirname, "../fixtures/tiny/task.yaml");
const header = `version: 1
id: t
title: T
labels: [joy, fear]
none: none
prompt:
  instruction: "Labels: {labels}.\\n"
  demonstration: "{text}\\n{answer}\\n"
  query: "{text}\\n{opening}"
`;

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-task-"));
});
afterEach(async () => rm(cwd, {recursive: true}));

async function failure(spec: string): Promise<LabelscopeError> {
  const error: unknown = await loadTask(spec, {cwd}).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LabelscopeError)) throw new Error("expected a LabelscopeError", {cause: error});
  return error;
}

/** Writes a task with the given test file and loads it. */
async function write(test: string | Uint8Array, yaml = `${header}data: {test: test.jsonl}\n`): Promise<void> {
  await writeFile(join(cwd, "task.yaml"), yaml);
  await writeFile(join(cwd, "test.jsonl"), test);
}

describe("loadTask", () => {
  test("reads a task file and its data", async () => {
    const task = await loadTask(tiny, {cwd});
    expect(task.source).toBe(tiny);
    expect(task.annotations).toBe("annotators");
    expect(task.splits.train?.documents).toHaveLength(8);
    expect(task.splits.test?.documents[0]?.truth?.marginal).toEqual({joy: 0.7, fear: 0.3, anger: 0.1});
    expect(task.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(task.splits.test?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("does not mind a byte order mark, CRLF, blank lines and a missing last line end", async () => {
    const lines = ['{"id":"1","text":"é","labels":["joy"]}', '{"id":"2","text":"b","labels":[]}'];
    await write(`${lines.join("\n")}\n`);
    const plain = await loadTask("task.yaml", {cwd});
    await write(
      `\uFEFF${lines.join("\r\n\r\n")}`,
      `\uFEFF${header}data: {test: test.jsonl}\n`.replaceAll("\n", "\r\n"),
    );
    const odd = await loadTask("task.yaml", {cwd});
    expect(plain.annotations).toBe("aggregated");
    expect(odd.splits.test?.hash).toBe(plain.splits.test?.hash);
    expect(odd.hash).toBe(plain.hash);
  });

  test("lists everything that is wrong in the data at once, with file, line and what was expected", async () => {
    await write(
      [
        '{"id":"1","text":"a","labels":["joi"]}',
        '{"id":"1","text":" ","labels":["joy","joy"]}',
        "{not json",
        '{"id":"3","text":"a","lables":[]}',
        '{"id":"4","text":7,"labels":[]}',
        '{"id":"5","text":"a","labels":["none"]}',
        '{"id":"6","text":"a","annotations":[[]]}',
        '{"id":"7","text":"a","labels":[],"truth":{"marginal":{"joy":0.5,"feer":1}}}',
        '{"id":"8","text":"a","annotations":[["joy"]],"labels":[]}',
      ].join("\n"),
    );
    const error = await failure("task.yaml");
    expect(error.code).toBe("data-invalid");
    expect(error.message).toBe('task "t": 13 problems');
    expect(error.details.map(line => line.replace(/not valid JSON: .*/, "not valid JSON"))).toEqual([
      'test.jsonl:1: label "joi" is not in the set (did you mean "joy"?); known: joy, fear',
      "test.jsonl:2: the text is empty",
      'test.jsonl:2: label "joy" stands twice in one annotation',
      'test.jsonl:2: id "1" stands on line 1 too; ids are unique within a file',
      "test.jsonl:3: not valid JSON",
      'test.jsonl:4: unknown field "lables" (did you mean "labels"?); known: id, text, annotations, annotators, labels, truth',
      'test.jsonl:4: needs exactly one of "annotations" and "labels"',
      'test.jsonl:5: "text": expected string, found number',
      'test.jsonl:6: "none" is the null label: write an empty list for a document without labels',
      'test.jsonl:7: has "annotations", line 1 has "labels": a file uses one of them throughout',
      'test.jsonl:8: truth.marginal: label "feer" is not in the set (did you mean "fear"?); known: joy, fear',
      "test.jsonl:8: truth.marginal lacks fear",
      'test.jsonl:9: needs exactly one of "annotations" and "labels"',
    ]);
  });

  test("stops at twenty problems", async () => {
    await write('{"id":"1"}\n'.repeat(30));
    const error = await failure("task.yaml");
    expect(error.message).toBe('task "t": 20 or more problems');
    expect(error.details).toHaveLength(20);
  });

  test("names the line of bytes that are not UTF-8", async () => {
    await write(Buffer.concat([Buffer.from('{"id":"1","text":"a","labels":[]}\n'), Buffer.from([0x7b, 0xff, 0x0a])]));
    expect((await failure("task.yaml")).details).toEqual(["test.jsonl:2: not valid UTF-8; save the file as UTF-8"]);
  });

  test.each(["", "\n  \n"])("refuses data without documents: %j", async content => {
    await write(content);
    expect((await failure("task.yaml")).details).toEqual([
      "test.jsonl: no documents in the file: expected one JSON object a line",
    ]);
  });

  test("reads lines that straddle the chunks of the stream", async () => {
    const documents = Array.from({length: 40}, (_, id) => ({id: `${id}`, text: "é".repeat(9_999), labels: []}));
    await write(documents.map(document => JSON.stringify(document)).join("\n"));
    expect((await loadTask("task.yaml", {cwd})).splits.test?.documents).toEqual(documents);
  });

  test("lists everything that is wrong in the task file, with the line of each", async () => {
    await write(
      "",
      `${header.replace("{labels}", "{label}")}formt: json\nlabelOrder: random\ndemonstrations: {cuont: 3}\ndata: {test: 1}\n`,
    );
    const error = await failure("task.yaml");
    expect(error.code).toBe("task-invalid");
    expect([...error.details].sort()).toEqual(
      [
        'task.yaml:11: "labelOrder": expected alphabetical, reversed, as-listed or random:SEED',
        'task.yaml:12: unknown field "demonstrations.cuont" (did you mean "count"?); known: from, count, multiShare, noneShare, seed',
        'task.yaml:13: "data.test": expected string, found number',
        expect.stringContaining('task.yaml:10: unknown field "formt" (did you mean "format"?); known: version, id'),
        'task.yaml:7: "prompt.instruction": unknown placeholder {label}; known here: {labels}',
      ].sort(),
    );
  });

  test.each([
    ["a: b: c\n", /^task\.yaml:1: YAML: /],
    ["version: 1\nid: t\nid: u\n", /^task\.yaml:3: YAML: Map keys must be unique/],
    ["", /^task\.yaml: the file is empty/],
    ["- a\n", /^task\.yaml:1: expected object, found array/],
    ["version: 1\nid: t\n", /^task\.yaml:1: "title": is missing: expected string$/],
  ])("says what is wrong with the YAML %j", async (yaml, pattern) => {
    await write("", yaml);
    expect((await failure("task.yaml")).details[0]).toMatch(pattern);
  });

  test("says how a table becomes a task where one is given for it", async () => {
    await writeFile(join(cwd, "mine.csv"), "text,labels\na,b\n");
    const error = await failure("mine.csv");
    expect(error.code).toBe("task-not-found");
    expect(error.next.join()).toContain("labelscope tasks import csv --data mine.csv --out DIR --text-column text");
  });

  test.each(Object.entries(builtInTasks).filter(([, task]) => task.kind === "dataset"))(
    "says where the data of %s is had from, without data and with a folder that lacks it",
    async spec => {
      for (const options of [{cwd}, {cwd, dataDir: "."}]) {
        const error = await loadTask(spec, options).catch(reason => reason);
        expect(error).toMatchObject({code: "data-missing"});
        expect(error.next.join("\n")).toMatch(/they are had from https:\/\//);
      }
    },
  );

  test("says which data files are missing before it reads any", async () => {
    await writeFile(
      join(cwd, "task.yaml"),
      `${header}data: {train: a.jsonl, test: b.jsonl}\ndemonstrations: c.jsonl\n`,
    );
    const error = await failure("task.yaml");
    expect(error.code).toBe("data-missing");
    expect(error.details).toEqual(["a.jsonl", "b.jsonl", "c.jsonl"].map(name => `not found: ${join(cwd, name)}`));
  });

  test("takes the data from another directory where one is given", async () => {
    await writeFile(
      join(cwd, "task.yaml"),
      `${header.replace("joy, fear", "joy, fear, anger")}data: {test: test.jsonl}\n`,
    );
    const task = await loadTask("task.yaml", {cwd, dataDir: join(tiny, "..")});
    expect(task.splits.test?.documents).toHaveLength(2);
  });

  test("reads fixed demonstrations", async () => {
    await write('{"id":"1","text":"a","labels":[]}', `${header}data: {test: test.jsonl}\ndemonstrations: demo.jsonl\n`);
    await writeFile(join(cwd, "demo.jsonl"), '{"id":"d","text":"b","labels":["joy"]}\n');
    const task = await loadTask("task.yaml", {cwd});
    expect(task.fixedDemonstrations?.documents.map(document => document.id)).toEqual(["d"]);
  });

  test("refuses annotations under gold: labels", async () => {
    await write('{"id":"1","text":"a","annotations":[[]]}', `${header}data: {test: test.jsonl}\ngold: labels\n`);
    expect((await failure("task.yaml")).details).toEqual([
      'test.jsonl:1: the task says "gold: labels", so the document needs "labels" and not "annotations"',
    ]);
  });

  test("suggests the built-in task that was probably meant", async () => {
    const error = await failure("goemotion");
    expect(error.code).toBe("task-not-found");
    expect(error.next).toEqual(["did you mean goemotions?"]);
  });

  test("takes a folder for the task file in it", async () => {
    const task = await loadTask(dirname(tiny), {cwd});
    expect(task.source).toBe(tiny);
    expect((await loadTask("tiny", {cwd: dirname(dirname(tiny))})).hash).toBe(task.hash);
  });

  test("says how to give the data that a built-in task needs", async () => {
    const error = await failure("convabuse");
    expect(error.code).toBe("data-missing");
    expect(error.next.join()).toContain("--data DIR, where DIR holds train.csv, valid.csv, test.csv");
  });
});
