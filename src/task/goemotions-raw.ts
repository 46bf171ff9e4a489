import {stat} from "node:fs/promises";
import {join} from "node:path";
import type {Split} from "../records/document.ts";
import {taskDefinitionSchema} from "../records/task.ts";
import type {DatasetTask} from "./built-in.ts";
import {readTable} from "./csv-rows.ts";
import {emotionNames, goemotionsPrompt, poolEmotions, poolNames} from "./goemotions-pools.ts";
import {type AnnotationRow, groupAnnotations} from "./group-annotations.ts";
import {intoSplits} from "./into-splits.ts";
import type {ProblemList} from "./problems.ts";
import {readLines} from "./read-lines.ts";
import {splitByHash, splitByHashNote} from "./split-by-hash.ts";

const files = ["goemotions_1.csv", "goemotions_2.csv", "goemotions_3.csv"];
const splitFiles = {train: "train.tsv", calibration: "dev.tsv", test: "test.tsv"} as const;
const columns = ["text", "id", "rater_id", "example_very_unclear", ...emotionNames, "neutral"];

const definition = taskDefinitionSchema.parse({
  version: 1,
  id: "goemotions-raw",
  title: "GoEmotions with its raters, pooled to seven",
  labels: [...poolNames],
  none: "none",
  prompt: goemotionsPrompt,
  data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
  gold: "majority",
});

interface Counts {
  neutralBeside: number;
  blank: number;
  unclearWithLabels: number;
}

/** One file's rows, a rater and comment each. */
async function readRows(
  path: string,
  file: string,
  {problems, counts}: {problems: ProblemList; counts: Counts},
): Promise<AnnotationRow[]> {
  const {rows, cell} = await readTable(path, file, {columns, problems, delimiter: ",", quotes: "double"});
  const read: AnnotationRow[] = [];
  for (const row of rows) {
    if (problems.full) break;
    const {line} = row;
    const ticked = [...emotionNames, "neutral"].filter(emotion => cell(row, emotion) === "1");
    const odd = [...emotionNames, "neutral"].find(emotion => !["0", "1"].includes(cell(row, emotion)));
    if (odd !== undefined) problems.add({file, line, message: `${odd}: expected 0 or 1, found "${cell(row, odd)}"`});
    const unclear = cell(row, "example_very_unclear");
    if (!/^(true|false)$/i.test(unclear)) {
      problems.add({file, line, message: `example_very_unclear: expected True or False, found "${unclear}"`});
    }
    const judged = !/^true$/i.test(unclear);
    const labels = poolEmotions(ticked);
    if (!judged && ticked.length > 0) counts.unclearWithLabels += 1;
    if (judged && ticked.length === 0) counts.blank += 1;
    if (judged && labels.length > 0 && ticked.includes("neutral")) counts.neutralBeside += 1;
    read.push({
      id: cell(row, "id"),
      text: cell(row, "text"),
      annotator: cell(row, "rater_id"),
      labels: judged ? labels : undefined,
      file,
      line,
    });
  }
  return read;
}

/** The published splits by comment id, where all three files of the simplified release lie beside the raw ones. */
async function publishedSplits(directory: string): Promise<ReadonlyMap<string, Split> | undefined> {
  const paths = Object.values(splitFiles).map(name => join(directory, name));
  const there = await Promise.all(
    paths.map(path =>
      stat(path).then(
        found => found.isFile(),
        () => false,
      ),
    ),
  );
  if (there.includes(false)) return undefined;
  const splits = new Map<string, Split>();
  for (const split of ["train", "calibration", "test"] as const) {
    for await (const {text} of readLines(join(directory, splitFiles[split]))) {
      const id = text?.split("\t")[2];
      if (id !== undefined && id !== "") splits.set(id, split);
    }
  }
  return splits;
}

/**
 * GoEmotions, the raw release: three CSV files, one row a rater and comment, so that the human distribution is known.
 *
 * A rater's emotions are pooled to seven (METHODS §7): a pool is given where any of its emotions is. A row marked
 * `example_very_unclear` is no judgement (raters could mark it only instead of an emotion), which is not the same as "no
 * emotion": the row is dropped, the comment with it where nobody judged it, both counted. The raw files name no splits:
 * where the simplified release's `train.tsv`, `dev.tsv` and `test.tsv` lie beside them, theirs are taken, and comments that
 * stand in none (no two raters agreed on a label) are dropped and counted; else the id decides (`splitByHash`).
 * Source: Demszky et al. 2020; METHODS §7.
 */
export const goemotionsRaw: DatasetTask = {
  kind: "dataset",
  definition,
  files,
  from: "https://storage.googleapis.com/gresearch/goemotions/data/full_dataset/goemotions_1.csv, and _2 and _3 beside it",
  notes: [
    "GoEmotions, raw release (Demszky et al. 2020), Apache-2.0: one annotation a rater. 27 emotions are pooled to seven; neutral alone is the empty set.",
    "A rater who marked a comment very unclear made no judgement: that annotation is left out, not read as the empty set.",
    `Splits: those of train.tsv, dev.tsv and test.tsv where they lie beside the raw files. Without them: ${splitByHashNote}`,
  ],
  read: async ({directory, display, problems}) => {
    const counts: Counts = {neutralBeside: 0, blank: 0, unclearWithLabels: 0};
    const rows: AnnotationRow[] = [];
    for (const name of files) {
      const path = join(directory, name);
      for (const row of await readRows(path, display(path), {problems, counts})) rows.push(row);
    }
    const unjudged = "the rater marked the comment as very unclear";
    const grouped = groupAnnotations(rows, {labels: poolNames, unjudged, problems});
    const own = [
      {reason: "neutral beside an emotion: the emotion stands", count: counts.neutralBeside},
      {reason: "a rater ticked nothing, not even neutral: read as the empty set", count: counts.blank},
      {reason: "emotions ticked beside very unclear: left out with it", count: counts.unclearWithLabels},
    ];
    const remarks = [...own.filter(({count}) => count > 0), ...grouped.remarks];
    const published = await publishedSplits(directory);
    const pool = {...grouped, remarks, source: directory};
    if (published === undefined) return intoSplits(pool, id => splitByHash(id));
    return intoSplits(pool, id => published.get(id), "comments in none of the published splits");
  },
};
