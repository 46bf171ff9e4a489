import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import fc from "fast-check";
import {expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {compareCommand} from "../../src/commands/compare.ts";
import {evaluateCommand} from "../../src/commands/evaluate.ts";
import {type Script, scriptedEngine} from "../../src/engine/scripted.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {readRun} from "../../src/store/read-run.ts";
import {aModel, capture} from "../run/workspace.ts";

/** What every object has, and what reads as something else than a name. */
const HOSTILE = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "__defineGetter__",
  "undefined",
  "NaN",
  "length",
  "null",
];
// One more than a multiple of the labels: one answer is the most common.
const DOCUMENTS = 9;

/**
 * A run of scripted answers, its comparison and an evaluation of predictions, for labels of any names: the same task for
 * every list of the same length. @returns what was written, with `label 0`, `label 1`, … in place of the names
 */
async function numbersOf(labels: readonly string[]): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-labels-"));
  try {
    const name = (place: number) => labels[place % labels.length] ?? "";
    const each = (number: (place: number) => number) =>
      Object.fromEntries(labels.map((label, place) => [label, number(place)]));
    const lines = (values: readonly unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join("");
    const document = (prefix: string) => (_: unknown, i: number) => ({
      id: `${prefix}${i}`,
      text: `document ${i} (${prefix})`,
      annotations: [[name(i)], i % 3 === 0 ? [] : [...new Set([name(i), name(i + 1)])], [name(i + 1)]],
      truth: {marginal: each(place => (1 + place) / (2 + labels.length + i))},
    });
    await writeFile(join(folder, "train.jsonl"), lines(Array.from({length: 12}, document("t"))));
    await writeFile(join(folder, "test.jsonl"), lines(Array.from({length: DOCUMENTS}, document("d"))));
    await writeFile(
      join(folder, "task.yaml"),
      `version: 1
id: names
title: Names
labels: ${JSON.stringify(labels)}
none: none
prompt:
  instruction: "Name them.\\n\\n"
  demonstration: "Input: {text}\\n{answer}\\n\\n"
  query: "Input: {text}\\n{opening}"
labelOrder: as-listed
demonstrations: {count: 0}
data: {train: train.jsonl, test: test.jsonl}
`,
    );
    await aModel(join(folder, "model.gguf"));
    const opening = '{"label": ["';
    const script: Script = text => {
      const number = Number(/document (\d+)/.exec(text.slice(text.lastIndexOf("Input: ")))?.[1] ?? 0);
      const written = text.slice(text.lastIndexOf(opening) + opening.length);
      const said = name(number + 1);
      const next = written === "" ? said : written === said ? '"]}' : '"';
      return Object.fromEntries([...labels.map((label, place) => [label, 1 + place / 10]), ["none", 0], [next, 4]]);
    };
    const engine = scriptedEngine({tokens: [...labels, "none", '"]}', "Input: ", opening], script});
    const place = {folder, task: "task.yaml", model: "model.gguf"};
    const run = await capture(place, {estimators: ["hard", "first-step", "truth"], strict: true}, {engine});
    const predictions = Array.from({length: DOCUMENTS}, (_, i) => ({
      id: `d${i}`,
      labels: each(l => (1 + l) / (3 + l + i)),
    }));
    await writeFile(join(folder, "elsewhere.jsonl"), lines(predictions));
    const io: CommandIo = {
      progress: () => {},
      notice: () => {},
      signal: new AbortController().signal,
      env: {},
      cwd: folder,
    };
    const few = {resamples: 20, report: false, allMetrics: true};
    await compareCommand({...few, runs: [run.folder], predictions: ["elsewhere.jsonl"], out: "compared"}, io);
    await evaluateCommand({...few, task: "task.yaml", predictions: ["elsewhere.jsonl"], out: "evaluated"}, io);
    const plain = (text: string) =>
      labels.reduce((all, label, i) => all.replaceAll(JSON.stringify(label), `"label ${i}"`), text);
    const results = async (out: string) => {
      const text = plain(await readFile(join(folder, out, "results.json"), "utf8"));
      const {estimates, ceiling, dynamics} = resultsSchema.parse(JSON.parse(text));
      return {estimates, ceiling, dynamics};
    };
    const csv = async (out: string) =>
      (await readFile(join(folder, out, "estimates.csv"), "utf8"))
        .split("\n")
        .map(line => line.split(",").map(cell => (labels.includes(cell) ? `label ${labels.indexOf(cell)}` : cell)));
    const {documents} = await readRun(run.folder);
    return {
      compared: await results("compared"),
      comparedRows: await csv("compared"),
      evaluated: await results("evaluated"),
      evaluatedRows: await csv("evaluated"),
      truths: documents.test.map(({document}) =>
        labels.map(label => new Map(Object.entries(document.truth?.marginal ?? {})).get(label)),
      ),
    };
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

test("what labels are called changes no number, from the run to results.json, the CSV files and an evaluation", async () => {
  const plain = ["amber", "blue", "coral", "denim"];
  const expected = await numbersOf(plain);
  expect(JSON.stringify(expected)).toContain('"label 3":');
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(HOSTILE, {minLength: plain.length, maxLength: plain.length}), async labels => {
      expect(await numbersOf(labels)).toEqual(expected);
    }),
    {numRuns: 4, examples: [[["__proto__", "constructor", "toString", "NaN"]]]},
  );
});
