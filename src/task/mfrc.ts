import {join} from "node:path";
import {suggestion} from "../nearest.ts";
import {taskDefinitionSchema} from "../records/task.ts";
import type {DatasetTask} from "./built-in.ts";
import {readTable} from "./csv-rows.ts";
import {type AnnotationRow, groupAnnotations} from "./group-annotations.ts";
import {textId} from "./hash.ts";
import {intoSplits} from "./into-splits.ts";
import {splitByHash, splitByHashNote} from "./split-by-hash.ts";

const file = "final_mfrc_data.csv";
const foundations = ["care", "proportionality", "equality", "purity", "authority", "loyalty"];
const noFoundation = ["non-moral", "thin morality"];

const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "mfrc",
  title: "Moral Foundations Reddit Corpus",
  labels: foundations,
  none: "none",
  prompt: {
    instruction:
      "Which of these moral foundations does each input express: none, one or several? Labels: {labels}.\n\n",
    demonstration: "Input: {text}\n{answer}\n\n",
    query: "Input: {text}\n{opening}",
  },
  data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
  gold: "majority",
});

/** An annotation such as `Care,Thin Morality` as its parts, lower-case; the empty cell has none. */
function partsOf(annotation: string): string[] {
  return annotation
    .split(",")
    .map(part => part.trim().toLowerCase())
    .filter(part => part !== "");
}

/**
 * The Moral Foundations Reddit Corpus: one CSV, one row an annotator: text, subreddit, bucket, annotator, annotation,
 * confidence.
 *
 * `Non-Moral` and `Thin Morality` carry no label; beside a foundation the foundation stands, counted. An empty annotation is
 * no judgement. Comments are told apart by their text alone, so the same words in two subreddits are one document. Neither
 * ids nor splits are published: `textId`, `splitByHash`.
 * Source: Trager et al. 2022; METHODS §7.
 */
export const mfrc: DatasetTask = {
  kind: "dataset",
  definition,
  files: [file],
  from: "https://huggingface.co/datasets/USC-MOLA-Lab/MFRC",
  notes: [
    "Moral Foundations Reddit Corpus (Trager et al. 2022), CC BY 4.0: one annotation an annotator. Non-Moral and Thin Morality are the empty set.",
    "The corpus has no ids: a comment's is the first 12 hex digits of the SHA-256 of its text.",
    splitByHashNote,
  ],
  read: async ({directory, display, problems}) => {
    const path = join(directory, file);
    const shown = display(path);
    const {rows, cell} = await readTable(path, shown, {
      columns: ["text", "annotator", "annotation"],
      problems,
      delimiter: ",",
      quotes: "double",
    });
    const known = [...foundations, ...noFoundation];
    let beside = 0;
    const read: AnnotationRow[] = [];
    for (const row of rows) {
      const parts = partsOf(cell(row, "annotation"));
      const unknown = parts.find(part => !known.includes(part));
      if (unknown !== undefined) {
        const message = `"${unknown}" is no foundation${suggestion(unknown, known)}; known: ${known.join(", ")}`;
        problems.add({file: shown, line: row.line, message});
      }
      const labels = foundations.filter(name => parts.includes(name));
      if (labels.length > 0 && parts.some(part => noFoundation.includes(part))) beside += 1;
      const text = cell(row, "text");
      read.push({
        id: textId(text),
        text,
        annotator: cell(row, "annotator"),
        labels: parts.length === 0 ? undefined : labels,
        file: shown,
        line: row.line,
      });
    }
    const grouped = groupAnnotations(read, {labels: foundations, unjudged: "the annotation is empty", problems});
    const own = {reason: "Thin Morality or Non-Moral beside a foundation: the foundation stands", count: beside};
    const remarks = [...(beside === 0 ? [] : [own]), ...grouped.remarks];
    return intoSplits({...grouped, remarks, source: path}, id => splitByHash(id));
  },
};
