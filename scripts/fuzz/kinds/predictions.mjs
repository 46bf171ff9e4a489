// Estimates made elsewhere, as JSONL: what `evaluate` makes of them.
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {damagedText, documents, jsonLines, labels, writeTask} from "../small-task.mjs";

const base = documents.map(({id}, i) => ({
  id,
  labels: Object.fromEntries(labels.map((label, j) => [label, ((i * 7 + j * 3) % 10) / 10])),
}));

const MUTATIONS = {
  "bytes anywhere": ({random}) => ({text: damagedText(Buffer.from(jsonLines(base)), random), expect: "any"}),
  "a number out of range": edited((line, random) => {
    line.labels[random.of(labels)] = random.of([-0.01, 1.01, 1e300, "0.5", null, true, []]);
  }),
  "a label left out": edited((line, random) => {
    delete line.labels[random.of(labels)];
  }),
  "an unknown label": edited((line, random) => {
    Object.defineProperty(line.labels, random.of(["joy", "__proto__", "Calm"]), {value: 0.5, enumerable: true});
  }),
  "an unknown id": edited(line => {
    line.id = "elsewhere";
  }),
  "an id twice": edited((line, _, list) => {
    line.id = list.find(({id}) => id !== line.id).id;
  }),
  "lines in another form": ({random}) => {
    const text = jsonLines(base);
    return {
      text: random.of([text.replaceAll("\n", "\r\n"), `\ufeff${text}`, text.trimEnd(), jsonLines([...base].reverse())]),
      expect: "same",
    };
  },
};

function edited(change) {
  return ({random}) => {
    const list = structuredClone(base);
    change(random.of(list), random, list);
    return {text: jsonLines(list), expect: "refuse"};
  };
}

export function prepare({folder}) {
  return {task: writeTask(folder, "predictions-task").task};
}

const call = (ready, path) => ({
  argv: ["evaluate", ready.task, "--predictions", `mine=${path}`, "--out", `${path}.out`, "--json"],
});

export function truths({folder, ready}) {
  const path = join(folder, "base.jsonl");
  writeFileSync(path, jsonLines(base));
  return [{name: "unchanged", expect: "base", paths: [path], calls: [call(ready, path)]}];
}

export function make({random, index, folder, ready}) {
  const what = random.of(Object.keys(MUTATIONS));
  const {text, expect} = MUTATIONS[what]({random});
  const path = join(folder, `p${index}.jsonl`);
  writeFileSync(path, text);
  return {name: what, expect, paths: [path, `${path}.out`], calls: [call(ready, path)]};
}

export function judge(fuzzed, [answer], ready) {
  const numbers = data =>
    JSON.stringify(data?.results?.estimates ?? data?.estimates ?? data?.table ?? Object.keys(data ?? {}));
  if (fuzzed.expect === "base") {
    ready.truth = numbers(answer.data);
    return answer.outcome === "answered" ? undefined : `refused: ${answer.text}`;
  }
  if (answer.outcome !== "answered") return fuzzed.expect === "same" ? `refused: ${answer.text}` : undefined;
  if (fuzzed.expect === "refuse") return "accepted";
  return fuzzed.expect === "same" && numbers(answer.data) !== ready.truth ? "numbers changed" : undefined;
}
