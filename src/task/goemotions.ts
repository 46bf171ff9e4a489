import {join} from "node:path";
import type {Document} from "../records/document.ts";
import {taskDefinitionSchema} from "../records/task.ts";
import type {DatasetTask, ReadSplit} from "./built-in.ts";
import {goemotionsPrompt, poolEmotions, poolNames, poolOf} from "./goemotions-pools.ts";
import type {ProblemList} from "./problems.ts";
import {readText} from "./read-lines.ts";
import type {Counted} from "./task.ts";

const emotionCount = poolOf.size + 1;

const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "goemotions",
  title: "GoEmotions, pooled to seven",
  labels: [...poolNames],
  none: "none",
  prompt: goemotionsPrompt,
  data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
  gold: "labels",
});

/** `emotions.txt`: one emotion a line; its line number, from 0, is the index in the rows. */
async function readEmotions(path: string, file: string, problems: ProblemList): Promise<string[] | undefined> {
  const text = await readText(path, file, problems);
  if (text === undefined) return undefined;
  const emotions = text.split("\n").map(line => line.trim());
  while (emotions.at(-1) === "") emotions.pop();
  emotions.forEach((emotion, index) => {
    if (emotion === "neutral" || poolOf.has(emotion)) return;
    problems.add({file, line: index + 1, message: `"${emotion}" is none of GoEmotions' 27 emotions or neutral`});
  });
  if (new Set(emotions).size !== emotionCount || emotions.length !== emotionCount) {
    problems.add({file, message: `expected ${emotionCount} different emotions, one a line; found ${emotions.length}`});
  }
  return emotions;
}

/** Reads one TSV: text, comma-separated indices, id. */
async function readSplit(
  path: string,
  file: string,
  emotions: readonly string[],
  problems: ProblemList,
): Promise<ReadSplit> {
  const documents: Document[] = [];
  const lineOfId = new Map<string, number>();
  let neutralBeside = 0;
  const rows = ((await readText(path, file, problems)) ?? "").split("\n");
  for (let index = 0; index < rows.length && !problems.full; index += 1) {
    const row = (rows[index] ?? "").replace(/\r$/, "");
    if (row === "") continue;
    const add = (message: string): void => problems.add({file, line: index + 1, message});
    const [text, indices, id, ...more] = row.split("\t");
    if (text === undefined || indices === undefined || id === undefined || more.length > 0) {
      add("expected three columns separated by tabs: text, comma-separated emotion indices, id");
      continue;
    }
    if (text.trim() === "") add("the text is empty");
    if (id.trim() === "") add("the id is empty");
    const named = indices.split(",").map(entry => (/^\d+$/.test(entry) ? emotions[Number(entry)] : undefined));
    if (named.includes(undefined)) add(`"${indices}" is not a list of indices from 0 to ${emotions.length - 1}`);
    const earlier = lineOfId.get(id);
    if (earlier !== undefined) add(`id "${id}" stands on line ${earlier} too`);
    lineOfId.set(id, index + 1);
    const labels = poolEmotions(named.filter(emotion => emotion !== undefined));
    if (labels.length > 0 && named.includes("neutral")) neutralBeside += 1;
    documents.push({id, text, labels});
  }
  if (documents.length === 0) problems.add({file, message: "no rows in the file"});
  const remarks: Counted[] = [{reason: "neutral beside an emotion: the emotion stands", count: neutralBeside}];
  return {documents, source: path, dropped: [], remarks: remarks.filter(remark => remark.count > 0)};
}

/**
 * GoEmotions, the simplified release: one aggregated label set a comment, no annotators.
 *
 * `train.tsv`, `dev.tsv` (the calibration split) and `test.tsv` hold text, comma-separated indices into `emotions.txt`
 * and id. Text is kept as it is. 27 emotions are pooled to seven (METHODS §7); a comment with `neutral` alone carries no
 * label. No row is dropped.
 * Source: Demszky et al. 2020; METHODS §7.
 */
export const goemotions: DatasetTask = {
  kind: "dataset",
  definition,
  files: ["train.tsv", "dev.tsv", "test.tsv", "emotions.txt"],
  from: "https://github.com/google-research/google-research/tree/master/goemotions/data",
  notes: [
    "GoEmotions, simplified release (Demszky et al. 2020), Apache-2.0. dev.tsv is the calibration split.",
    "27 emotions are pooled to seven; neutral alone is the empty set. The labels are aggregated over annotators.",
  ],
  read: async ({directory, display, problems}) => {
    const emotionsPath = join(directory, "emotions.txt");
    const emotions = (await readEmotions(emotionsPath, display(emotionsPath), problems)) ?? [];
    const read = (name: string): Promise<ReadSplit> => {
      const path = join(directory, name);
      return readSplit(path, display(path), emotions, problems);
    };
    return {train: await read("train.tsv"), calibration: await read("dev.tsv"), test: await read("test.tsv")};
  },
};
