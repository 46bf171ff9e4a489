import {join} from "node:path";
import type {Document} from "../records/document.ts";
import {taskDefinitionSchema} from "../records/task.ts";
import type {DatasetTask, ReadSplit} from "./built-in.ts";
import {readTable} from "./csv-rows.ts";
import type {ProblemList} from "./problems.ts";

const files = {
  train: "2018-E-c-En-train.txt",
  calibration: "2018-E-c-En-dev.txt",
  test: "2018-E-c-En-test-gold.txt",
} as const;
const emotions = [
  "anger",
  "anticipation",
  "disgust",
  "fear",
  "joy",
  "love",
  "optimism",
  "pessimism",
  "sadness",
  "surprise",
  "trust",
];

const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "semeval",
  title: "SemEval 2018 Task 1 E-c: emotions of tweets",
  labels: emotions,
  none: "none",
  prompt: {
    instruction: "Which of these emotions does each input express: none, one or several? Labels: {labels}.\n\n",
    demonstration: "Input: {text}\n{answer}\n\n",
    query: "Input: {text}\n{opening}",
  },
  data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
  gold: "labels",
});

async function readSplit(path: string, file: string, problems: ProblemList): Promise<ReadSplit> {
  const columns = ["ID", "Tweet", ...emotions];
  // Tweets hold quotation marks of their own: in these files nothing is quoted.
  const {rows, cell} = await readTable(path, file, {columns, problems, delimiter: "\t", quotes: "none"});
  const documents: Document[] = [];
  const lineOfId = new Map<string, number>();
  for (const row of rows) {
    if (problems.full) break;
    const add = (message: string): void => problems.add({file, line: row.line, message});
    const [id, text] = [cell(row, "ID"), cell(row, "Tweet")];
    if (id.trim() === "") add("the ID is empty");
    if (text.trim() === "") add("the tweet is empty");
    const earlier = lineOfId.get(id);
    if (earlier !== undefined) add(`ID "${id}" stands on line ${earlier} too`);
    lineOfId.set(id, row.line);
    const odd = emotions.find(emotion => !["0", "1"].includes(cell(row, emotion)));
    if (odd !== undefined) {
      const withheld =
        cell(row, odd) === "NONE" ? " (the labels were withheld here: take the file with gold labels)" : "";
      add(`${odd}: expected 0 or 1, found "${cell(row, odd)}"${withheld}`);
    }
    documents.push({id, text, labels: emotions.filter(emotion => cell(row, emotion) === "1")});
  }
  return {documents, source: path, dropped: [], remarks: []};
}

/**
 * SemEval 2018 Task 1 E-c in English: tab-separated files of 0 and 1 a tweet and emotion, already aggregated over the
 * annotators, so the human distribution is 0/1 (METHODS §1). Eleven emotions; a tweet with none carries no label.
 * Source: Mohammad et al. 2018; METHODS §7.
 */
export const semeval: DatasetTask = {
  kind: "dataset",
  definition,
  files: Object.values(files),
  from: "https://competitions.codalab.org/competitions/17751, English, subtask E-c",
  notes: [
    "SemEval 2018 Task 1 E-c, English (Mohammad et al. 2018); see its own terms of use. The dev file is the calibration split.",
    "The labels are aggregated over annotators.",
  ],
  read: async ({directory, display, problems}) => {
    const read = (name: string): Promise<ReadSplit> => {
      const path = join(directory, name);
      return readSplit(path, display(path), problems);
    };
    return {train: await read(files.train), calibration: await read(files.calibration), test: await read(files.test)};
  },
};
