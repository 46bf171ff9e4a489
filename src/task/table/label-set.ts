import {LabelscopeError} from "../../errors.ts";
import {type LabelNames, labelNames, nameKey} from "./label-names.ts";
import {type LabelWords, nullLabel} from "./label-words.ts";
import type {Entry, TableMapping} from "./mapping.ts";

/** The most labels that a found set may have, and the most characters of one: a prompt names them all. */
const labelLimit = 1000;
const lengthLimit = 200;

/** Between words that may be labels themselves. */
const joints = [" / ", "/", " & ", "&", "+", " and ", " "];

/** The names of the labels in all files; refuses a set that can be no task's. */
export function namesOf(
  files: readonly {readonly entries: readonly Entry[]}[],
  mapping: TableMapping,
  words: LabelWords,
): LabelNames {
  const counts = new Map<string, number>();
  const labels = files.flatMap(({entries}) => entries).flatMap(({judgements}) => judgements);
  for (const label of labels.flatMap(judgement => judgement.labels ?? []))
    counts.set(label, (counts.get(label) ?? 0) + 1);
  const columns = mapping.labelColumns === undefined ? undefined : [...new Set(words.read(mapping.labelColumns))];
  const given = mapping.labels ?? columns;
  const names = labelNames(counts, given);
  const fail: (message: string, next: string | string[]) => never = (message, next) => {
    throw new LabelscopeError({code: "task-invalid", message, next});
  };
  if (names.labels.length > labelLimit && given === undefined) {
    const some = names.labels
      .slice(0, 3)
      .map(label => JSON.stringify(label.slice(0, 40)))
      .join(", ");
    fail(`${names.labels.length} different labels were found, such as ${some}; at most ${labelLimit} make a task`, [
      "--labels-column, where another column holds the labels",
      "--separator, where the labels of a cell are not parted by commas",
    ]);
  }
  const long = given === undefined ? names.labels.find(label => label.length > lengthLimit) : undefined;
  if (long !== undefined) {
    fail(
      `a label has ${long.length} characters (${JSON.stringify(long.slice(0, 40))} …): is that a text?`,
      "--labels-column, where another column holds the labels; --labels, if that is one",
    );
  }
  if (given === undefined) askAboutJoint(names, fail);
  const asNull = names.labels.find(label => nameKey(label) === nullLabel);
  if (asNull !== undefined) {
    fail(
      `label "${asNull}" reads like the null label "${nullLabel}"`,
      `--none-words ${asNull}, if it means that there is no label`,
    );
  }
  if (names.labels.length === 0) {
    fail(
      "no label was found",
      "--labels-column, --label-columns: where the labels are; --labels, if there are none by chance",
    );
  }
  return names;
}

/** Refuses a label made of other labels, `joy/fear` beside `joy` and `fear`: it may be two. */
function askAboutJoint(names: LabelNames, fail: (message: string, next: string) => never): void {
  for (const label of names.labels) {
    for (const joint of joints) {
      const parts = label.split(joint);
      if (parts.length < 2 || !parts.every(part => names.nameOf(part) !== undefined)) continue;
      fail(
        `label ${JSON.stringify(label)} is made of the labels ${parts.join(", ")}: several labels, or one?`,
        `--separator ${JSON.stringify(joint)} reads several; --labels with the whole set reads one`,
      );
    }
  }
}

/** A sentence for labels that are bare numbers, which a prompt would show to a model. */
export function bareNumbers(labels: readonly string[]): string[] {
  if (!labels.some(label => /^-?\d+(?:\.\d+)?$/.test(label))) return [];
  const ticks = labels.every(label => label === "0" || label === "1");
  const how = ticks ? "--rename 1=NAME --none-words 0" : `--rename ${labels[0]}=NAME,…`;
  return [
    `Some labels are numbers (${labels.slice(0, 5).join(", ")}): a model is asked for them as they are; ${how} gives names.`,
  ];
}
