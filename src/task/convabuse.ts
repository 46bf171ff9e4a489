import {join} from "node:path";
import type {Document} from "../records/document.ts";
import {taskDefinitionSchema} from "../records/task.ts";
import type {DatasetTask, ReadSplit} from "./built-in.ts";
import {abuseTypes, readJudgements} from "./convabuse-judgement.ts";
import {parseCsv} from "./csv-rows.ts";
import type {ProblemList} from "./problems.ts";
import {readText} from "./read-lines.ts";

const annotatorCount = 8;
const firstAnnotatorColumn = 7;
const columnsPerAnnotator = 17;
const columnCount = firstAnnotatorColumn + annotatorCount * columnsPerAnnotator;

const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "convabuse",
  title: "ConvAbuse: types of abuse towards conversational agents",
  labels: [...abuseTypes, "other_abuse"],
  none: "none",
  prompt: {
    instruction:
      "Each input is the end of a conversation between a user and an agent. Which of these types of abuse does the user's last turn contain: none, one or several? Labels: {labels}.\n\n",
    demonstration: "Input:\n{text}\n{answer}\n\n",
    query: "Input:\n{text}\n{opening}",
  },
  data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
  gold: "majority",
});

/**
 * The conversation as lines `user: …` and `agent: …`, oldest first; the user's last turn is the one that was judged. `_`
 * marks a turn before the conversation began and is left out, except as the last turn.
 */
export function conversationText(turns: {prevAgent: string; prevUser: string; agent: string; user: string}): string {
  const earlier = [
    {speaker: "agent", said: turns.prevAgent},
    {speaker: "user", said: turns.prevUser},
    {speaker: "agent", said: turns.agent},
  ].filter(turn => turn.said !== "_");
  return [...earlier, {speaker: "user", said: turns.user}].map(turn => `${turn.speaker}: ${turn.said}`).join("\n");
}

async function readSplit(path: string, file: string, problems: ProblemList): Promise<ReadSplit> {
  const documents: Document[] = [];
  const lineOfId = new Map<string, number>();
  const count = {repeated: 0, disagreeing: 0, ticked: 0, unseen: 0};
  const rows = parseCsv((await readText(path, file, problems)) ?? "", file, {
    problems,
    delimiter: ",",
    quotes: "double",
  }).rows.slice(1);
  for (const {record, line} of rows) {
    if (problems.full) break;
    const add = (message: string): void => problems.add({file, line, message});
    if (record.length !== columnCount) {
      add(`expected ${columnCount} columns, found ${record.length}`);
      continue;
    }
    const [id = "", , prevAgent = "", prevUser = "", agent = "", user = ""] = record;
    if (user.trim() === "") add("the user's turn is empty");
    const earlier = lineOfId.get(id);
    if (id.trim() === "") add("the id is empty");
    else if (earlier !== undefined) add(`id "${id}" stands on line ${earlier} too`);
    lineOfId.set(id, line);
    const annotations: string[][] = [];
    const annotators: string[] = [];
    for (let annotator = 1; annotator <= annotatorCount; annotator += 1) {
      const start = firstAnnotatorColumn + (annotator - 1) * columnsPerAnnotator;
      const judged = readJudgements(record.slice(start, start + columnsPerAnnotator));
      if (judged === undefined) continue;
      if ("problem" in judged) {
        add(`annotator ${annotator}: ${judged.problem}`);
        continue;
      }
      annotations.push([...judged.labels]);
      annotators.push(`a${annotator}`);
      count.repeated += judged.times > 1 ? 1 : 0;
      count.disagreeing += judged.disagree ? 1 : 0;
      count.ticked += judged.tickedWithoutAbuse ? 1 : 0;
    }
    if (annotations.length === 0) count.unseen += 1;
    else documents.push({id, text: conversationText({prevAgent, prevUser, agent, user}), annotations, annotators});
  }
  if (documents.length === 0) problems.add({file, message: "no rows in the file"});
  const remarks = [
    {reason: "annotator judged the document more than once: read as one annotation", count: count.repeated},
    {reason: "… and not always alike: what at least half of the judgements say", count: count.disagreeing},
    {reason: "a type ticked by an annotator who found no abuse: read as the empty set", count: count.ticked},
  ];
  const dropped = [{reason: "no annotator has an entry", count: count.unseen}];
  const some = (entry: {count: number}): boolean => entry.count > 0;
  return {documents, source: path, dropped: dropped.filter(some), remarks: remarks.filter(some)};
}

/**
 * ConvAbuse: conversations with two agents (E.L.I.Z.A. and CarbonBot), each judged by up to eight named annotators.
 *
 * Columns are read by position, since two headers are repeated by mistake: id, conversation, four turns, bot, then 17
 * columns an annotator (five severities, seven types, three targets, two kinds of directness). An annotator with empty
 * cells did not see the document. What one annotator's cells mean is in `convabuse-judgement.ts`.
 * Source: Cercas Curry, Abercrombie and Rieser 2021; METHODS §7.
 */
export const convabuse: DatasetTask = {
  kind: "dataset",
  definition,
  files: ["train.csv", "valid.csv", "test.csv"],
  from: "https://github.com/amandacurry/convabuse",
  notes: [
    "ConvAbuse (Cercas Curry, Abercrombie and Rieser 2021), CC BY 4.0. valid.csv is the calibration split. Contains abusive language.",
    "other_abuse: an annotator found abuse and ticked no type. Not abusive and ambiguous are the empty set.",
    "An annotator who judged a document more than once counts once: what at least half of the judgements say.",
  ],
  read: async ({directory, display, problems}) => {
    const read = (name: string): Promise<ReadSplit> => {
      const path = join(directory, name);
      return readSplit(path, display(path), problems);
    };
    return {train: await read("train.csv"), calibration: await read("valid.csv"), test: await read("test.csv")};
  },
};
