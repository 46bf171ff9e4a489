// Task files: fields of another kind, unknown, left out or twice, and bytes anywhere.
import {stringify} from "yaml";
import {damagedText, task, writeTask} from "../small-task.mjs";

const REQUIRED = ["version", "id", "title", "labels", "prompt", "data"];
const STRANGE = [null, -1, 1e300, "", [], {}, true, "x".repeat(10_000), [[]], {a: {b: 1}}];

const MUTATIONS = {
  "bytes anywhere": ({random}) => ({yaml: damagedText(Buffer.from(stringify(task)), random), expect: "any"}),
  "a field left out": ({random}) => ({yaml: stringify(changed({[random.of(REQUIRED)]: undefined})), expect: "refuse"}),
  "a field of another kind": ({random}) => {
    const key = random.of(REQUIRED);
    return {
      yaml: stringify(changed({[key]: random.of(key === "title" ? [null, -1, [], {}, true, ""] : STRANGE)})),
      detail: key,
      expect: "refuse",
    };
  },
  "an unknown field": ({random}) => {
    const key = random.of(["label", "__proto__", "constructor", "Labels", "", "données"]);
    return {
      yaml: `${stringify(task)}${JSON.stringify(key)}: ${JSON.stringify(random.of(STRANGE))}\n`,
      detail: key,
      expect: "refuse",
    };
  },
  "a field twice": ({random}) => {
    const key = random.of(Object.keys(task));
    return {yaml: `${stringify(task)}${stringify({[key]: task[key]})}`, detail: key, expect: "refuse"};
  },
  "labels that do not go together": ({random}) => ({
    yaml: stringify(
      changed({
        labels: random.of([
          ["calm", "cross"],
          ["calm", "cross", "glad", "glad"],
          ["calm", "cross", "glad", "none"],
          ["calm", "cross", "glad", " "],
        ]),
      }),
    ),
    expect: "refuse",
  }),
  "an unknown word in braces": ({random}) => {
    const key = random.of(Object.keys(task.prompt));
    return {yaml: stringify(changed({prompt: {...task.prompt, [key]: `${task.prompt[key]}{txt}`}})), expect: "refuse"};
  },
  "a file that is not there": ({random}) => ({
    yaml: stringify(
      changed({data: {...task.data, test: random.of(["gone.jsonl", "../gone", "task.yaml", ".", "/proc/self/mem"])}}),
    ),
    expect: "refuse",
  }),
  "the same in another form": ({random}) => ({
    yaml: random.of([
      JSON.stringify(task),
      `# a note\n${stringify(task)}`,
      stringify(task).replaceAll("\n", "\r\n"),
      `\ufeff${stringify(task)}`,
    ]),
    expect: "same",
  }),
  "aliases without end": () => ({
    yaml: `a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghij"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(", ")}]`).join("\n")}\n`,
    expect: "refuse",
  }),
};

function changed(changes) {
  const copy = {...task, ...changes};
  for (const key of Object.keys(copy)) if (copy[key] === undefined) delete copy[key];
  return copy;
}

export const prepare = () => ({});

export function truths({folder, ready}) {
  const paths = writeTask(folder, "task-base");
  const withoutPlaces = (key, value) => (key === "source" ? undefined : value);
  ready.of = data => JSON.stringify({id: data.id, labels: data.labels, splits: data.splits}, withoutPlaces);
  return [
    {
      name: "unchanged",
      expect: "base",
      paths: [paths.place],
      calls: [{argv: ["tasks", "check", paths.task, "--json"]}],
    },
  ];
}

export function make({random, index, folder}) {
  const what = random.of(Object.keys(MUTATIONS));
  const {yaml, expect, detail} = MUTATIONS[what]({random});
  const paths = writeTask(folder, `task-${index}`, {yaml});
  const name = detail === undefined ? what : `${what} (${detail})`;
  return {name, expect, paths: [paths.place], calls: [{argv: ["tasks", "check", paths.task, "--json"]}]};
}

export function judge(fuzzed, [answer], ready) {
  if (fuzzed.expect === "base") ready.truth = ready.of(answer.data);
  if (answer.outcome !== "answered") return fuzzed.expect === "same" ? `refused: ${answer.text}` : undefined;
  if (fuzzed.expect === "refuse") return "accepted";
  return fuzzed.expect === "same" && ready.of(answer.data) !== ready.truth ? "read as something else" : undefined;
}
