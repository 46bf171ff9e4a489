// A task of a few invented documents, for inputs that are no models.
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {stringify} from "yaml";

export const labels = ["calm", "cross", "glad"];
const TEXTS = [
  "The bus was late again.",
  "She sang all morning.",
  "Rain, then “sun” – ünïcode 🙂",
  "Nothing to report.",
  "He slammed the door!",
  "A quiet lake, and tea.",
];

export const documents = TEXTS.flatMap((text, i) =>
  [0, 1].map(twin => ({
    id: `d${i}-${twin}`,
    text: twin === 0 ? text : `${text} (${i})`,
    annotations: [
      [labels[i % 3]],
      i % 2 === 0 ? [labels[i % 3], labels[(i + twin) % 3]].slice(0, 1 + twin) : [],
      [labels[(i + 1) % 3]],
    ].map(set => [...new Set(set)]),
  })),
);

export const task = {
  version: 1,
  id: "moods",
  title: "Moods of small notes",
  labels,
  none: "none",
  prompt: {
    instruction: "Moods: {labels}\n\n",
    demonstration: "Note: {text}\n{answer}\n\n",
    query: "Note: {text}\n{opening}",
  },
  format: "json",
  demonstrations: {from: "train", count: 2},
  data: {train: "train.jsonl", test: "test.jsonl"},
};

export const jsonLines = list => list.map(document => `${JSON.stringify(document)}\n`).join("");

/** @returns the paths of the task file and of what a mutation replaces */
export function writeTask(folder, name, {yaml = stringify(task), test = jsonLines(documents)} = {}) {
  const place = join(folder, name);
  mkdirSync(place, {recursive: true});
  const paths = {place, task: join(place, "task.yaml"), test: join(place, "test.jsonl")};
  writeFileSync(
    join(place, "train.jsonl"),
    jsonLines(documents.map(({id, ...rest}) => ({id: `t-${id}`, ...rest, text: `${rest.text} Once.`}))),
  );
  writeFileSync(paths.task, yaml);
  writeFileSync(paths.test, test);
  return paths;
}

/** Bytes cut, flipped, put in or taken out anywhere. */
export function damagedText(bytes, random) {
  const at = random.below(bytes.length);
  const put = random.of([
    [0],
    [0xff],
    [0xc3],
    [0x22],
    [0x7b],
    [0x5d],
    [0x0a],
    [0x0d],
    [0x1b],
    [0xef, 0xbb, 0xbf],
    [0xed, 0xa0, 0x80],
  ]);
  return random.of([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(4))]),
    () => {
      const copy = Buffer.from(bytes);
      copy[at] ^= 1 << random.below(8);
      return copy;
    },
  ])();
}
