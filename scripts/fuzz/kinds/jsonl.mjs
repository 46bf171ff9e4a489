// Documents, a JSON object a line, held against a plain reading by JSON.parse.
import {isUtf8} from "node:buffer";
import {damagedText, documents, jsonLines, labels, writeTask} from "../small-task.mjs";

const KEYS = new Set(["id", "text", "annotations"]);

const MUTATIONS = {
  "bytes anywhere": ({random}) => ({
    test: damagedText(Buffer.from(jsonLines(documents)), random),
    expect: "plain reading",
  }),
  "unknown label": edited((document, random) =>
    document.annotations[0].push(random.of(["joy", "Calm ", "", "__proto__"])),
  ),
  "a field of another kind": edited((document, random) => {
    document[random.of(["text", "annotations"])] = random.of([1, true, null, {}, 1e300]);
  }),
  "a field left out": edited((document, random) => {
    delete document[random.of(["text", "annotations"])];
  }),
  "an id twice": edited((document, _, list) => {
    document.id = list.find(({id}) => id !== document.id).id;
  }),
  "a label twice": edited(document => {
    document.annotations[0] = [labels[0], labels[0]];
  }, "any"),
  "lines in another form": ({random}) => {
    const text = jsonLines(documents);
    const spaced = documents.map(document => `  ${JSON.stringify(document, null, 1).replaceAll("\n", " ")}\n`).join("");
    return {test: random.of([text.replaceAll("\n", "\r\n"), `\ufeff${text}`, text.trimEnd(), spaced]), expect: "same"};
  },
};

function edited(change, expect = "refuse") {
  return ({random}) => {
    const list = structuredClone(documents);
    change(random.of(list), random, list);
    return {test: jsonLines(list), expect};
  };
}

export const prepare = () => ({});

export function make({random, index, folder}) {
  const what = random.of(Object.keys(MUTATIONS));
  const {test, expect} = MUTATIONS[what]({random});
  const paths = writeTask(folder, `jsonl-${index}`, {test});
  return {
    name: what,
    expect,
    test: Buffer.from(test),
    paths: [paths.place],
    calls: [{argv: ["tasks", "check", paths.task, "--json"]}],
  };
}

export function judge(fuzzed, [answer]) {
  if (answer.outcome !== "answered") return fuzzed.expect === "same" ? `refused: ${answer.text}` : undefined;
  if (fuzzed.expect === "refuse") return "accepted";
  const plain = plainly(fuzzed.test);
  if (plain === undefined) return fuzzed.expect === "plain reading" ? "accepted what JSON cannot read" : undefined;
  const {documents: found, labelCounts} = answer.data.splits.test;
  if (found !== plain.length) return `${found} documents, the file has ${plain.length}`;
  for (const label of labels) {
    const expected = plain.filter(
      ({annotations}) => 2 * annotations.filter(set => set.includes(label)).length >= annotations.length,
    ).length;
    if ((labelCounts[label] ?? 0) !== expected)
      return `${label} ${labelCounts[label]} times, the file says ${expected}`;
  }
  return undefined;
}

/** The documents as JSON reads them; nothing where it cannot, or where they hold what was not written. */
function plainly(bytes) {
  if (!isUtf8(bytes)) return undefined;
  try {
    const list = bytes
      .toString("utf8")
      .replace(/^\ufeff/, "")
      .split("\n")
      .filter(line => line.trim() !== "")
      .map(line => JSON.parse(line));
    const strange = list.some(document => Object.keys(document).some(key => !KEYS.has(key)));
    return strange ? undefined : list;
  } catch {
    return undefined;
  }
}
