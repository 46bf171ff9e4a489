// The records of a run: bytes anywhere, lines moved, doubled and left out; and records with a right checksum that contradict
// themselves or the run.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {captureSmallRun, caseOf, copyRun, RECORD_FILES} from "../small-run.mjs";
import {damagedText} from "../small-task.mjs";

export {judge, truths} from "../small-run.mjs";
export const prepare = captureSmallRun;

const MUTATIONS = {
  // May be a cut, which takes what stands behind it.
  "bytes anywhere": ({bytes, random}) => ({bytes: damagedText(bytes, random), expect: "fewer"}),
  "a torn end": ({bytes, random}) => ({bytes: bytes.subarray(0, bytes.length - 1 - random.below(60)), expect: "fewer"}),
  "a digit of a number": edited((line, random) => {
    const digits = [...line.matchAll(/\d/g)];
    const {index} = random.of(digits);
    return line.slice(0, index) + String((Number(line[index]) + 1 + random.below(8)) % 10) + line.slice(index + 1);
  }),
  "a line without its checksum": edited(line => line.replace(/,"sum":"\w+"\}$/, "}")),
  "a line of another document's checksum": ({lines, random}) => {
    const [one, other] = [random.below(lines.length), random.below(lines.length - 1)];
    const sums = lines.map(line => line.slice(-20));
    const from = other >= one ? other + 1 : other;
    return {lines: lines.with(one, lines[one].slice(0, -20) + sums[from]), expect: "refuse"};
  },
  "a line twice": ({lines, random}) => ({lines: [...lines, random.of(lines)], expect: "same"}),
  "a document of no one": sealed(record => ({...record, key: "test/nobody", split: "nobody"})),
  "a newer version": sealed(record => ({...record, schema: 99})),
  "a field left out": sealed((record, random) => {
    const {
      [random.of(Object.keys(record).filter(key => ["schema", "key", "split", "document"].includes(key)))]: _,
      ...rest
    } = record;
    return rest;
  }),
  "other numbers under the same key": ({lines, random, seal}) => {
    const record = unsealed(random.of(lines));
    return {lines: [...lines, seal(withOtherNumbers(record))], expect: "refuse"};
  },
};

/** Still a record that could be: of each kind one thing is different. */
function withOtherNumbers(record) {
  if ("document" in record) return {...record, document: {...record.document, text: `${record.document.text}!`}};
  if ("pairs" in record)
    return {...record, pairs: record.pairs.map(pair => ({...pair, asked: pair.asked.toReversed()}))};
  if ("answers" in record) return {...record, wellFormedMass: {lower: 0, upper: 1}};
  return {...record, labels: record.labels.map(() => ({reasonable: 0.125, unreasonable: 0.5}))};
}

/** Records that nobody writes, sealed as the program seals: only their meaning tells. */
const CONTRADICTIONS = {
  "traces.jsonl": {
    "a distribution one short": step(found => ({...found, probabilities: found.probabilities.slice(1)})),
    "scores one short": step(found => ({...found, scores: found.scores.slice(1)})),
    "a distribution that does not sum to 1": step(found => ({
      ...found,
      probabilities: found.probabilities.map(p => p / 2),
    })),
    "an entropy of 1e300": step((found, random) => ({
      ...found,
      [random.of(["entropyBits", "vocabEntropyBits"])]: 1e300,
    })),
    "a label that is none": step((found, random) => ({...found, [random.of(["top", "second"])]: "joy"})),
    "a negative probability": step(found => ({
      ...found,
      probabilities: found.probabilities.map((p, i) => (i === 0 ? p - 1 : i === 1 ? p + 1 : p)),
    })),
    "an answer of an unknown label": record => ({...record, answer: {...record.answer, labels: ["joy"]}}),
    "an annotation of an unknown label": record => ({
      ...record,
      document: {...record.document, annotations: [["joy"]]},
    }),
    "steps in another order": record => ({...record, steps: [...record.steps, ...record.steps]}),
  },
  "trees.jsonl": {
    "more than all of the probability": record => ({
      ...record,
      answers: [
        {labels: [], mass: 0.7},
        {labels: ["calm"], mass: 0.7},
      ],
    }),
    "bounds that cross": record => ({...record, wellFormedMass: {lower: 0.9, upper: 0.1}}),
  },
  "unary.jsonl": {
    "a label one short": record => ({...record, labels: record.labels.slice(1)}),
    "more than all of the probability": record => ({
      ...record,
      labels: record.labels.map(() => ({reasonable: 0.9, unreasonable: 0.9})),
    }),
  },
  "binary.jsonl": {
    "a pair one short": record => ({...record, pairs: record.pairs.slice(1)}),
    "pairs in another order": record => ({...record, pairs: record.pairs.toReversed()}),
  },
  "hidden.jsonl": {
    "a row that is not there": record => ({...record, row: 10_000}),
    "another document's row": record => ({...record, row: record.row === 0 ? 1 : 0}),
    "an id that is not the document's": record => ({...record, id: "elsewhere"}),
    "a row without its checksum": ({rowSum: _, ...record}) => record,
  },
};

function edited(change) {
  return ({lines, random}) => {
    const at = random.below(lines.length);
    return {lines: lines.with(at, change(lines[at], random)), expect: "refuse"};
  };
}

function sealed(change) {
  return ({lines, random, seal}) => {
    const at = random.below(lines.length);
    return {lines: lines.with(at, seal(change(unsealed(lines[at]), random))), expect: "refuse"};
  };
}

/** A change of one of a trace's label steps. */
function step(change) {
  return (record, random) => {
    const at = random.below(record.steps.length);
    return {...record, steps: record.steps.with(at, change(record.steps[at], random))};
  };
}

const unsealed = line => {
  const {sum: _, ...record} = JSON.parse(line);
  return record;
};

export function make({random, index, folder, ready}) {
  const path = copyRun(ready, folder, `r${index}`);
  const file = random.of(RECORD_FILES);
  const bytes = readFileSync(join(path, file));
  const lines = bytes.toString("utf8").trimEnd().split("\n");
  const meanings = CONTRADICTIONS[file];
  const lie = random.chance(0.4) ? random.of(Object.keys(meanings)) : undefined;
  const what = lie ?? random.of(Object.keys(MUTATIONS));
  const mutate = lie === undefined ? MUTATIONS[what] : sealed(meanings[lie]);
  const made = mutate({bytes, lines, random, seal: ready.seal});
  writeFileSync(join(path, file), made.bytes ?? made.lines.map(line => `${line}\n`).join(""));
  return caseOf(`${file}: ${what}`, made.expect, path);
}
