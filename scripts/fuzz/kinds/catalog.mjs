// The model catalogue: entries with fields of another kind, names that clash, paths that leave their folder.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {damagedText} from "../small-task.mjs";

const REQUIRED = ["id", "family", "title", "variant", "quantisation", "licence", "verified", "sources"];

const MUTATIONS = {
  "bytes anywhere": ({base, random}) => ({text: damagedText(Buffer.from(JSON.stringify(base)), random), expect: "any"}),
  "a field left out": edited((entry, random) => {
    delete entry[random.of(REQUIRED)];
  }),
  "a field of another kind": edited((entry, random) => {
    entry[random.of(REQUIRED)] = random.of([null, -1, {}, [], 1e300, ["a"]]);
  }),
  "an unknown field": edited((entry, random) => {
    Object.defineProperty(entry, random.of(["size", "__proto__", "Id"]), {value: 1, enumerable: true});
  }),
  "a name that cannot be one": edited((entry, random) => {
    entry.id = random.of(["../x", "con", "NUL.gguf", "a b", "x.", ".x", "", "a/b", "x-00001-of-00002", "é"]);
  }),
  "an id twice": edited((entry, random, list) => {
    entry.id = random.of(list.filter(other => other !== entry)).id;
  }),
  "an unknown parent": edited(entry => {
    entry.parent = "nobody";
  }),
  "a source that leaves its folder": edited((entry, random) => {
    const path = random.of(["../x.gguf", "/etc/passwd", "a/../../b", "C:\\x", "a//b", "aux/m.gguf"]);
    entry.sources = [
      random.of([
        {kind: "embedded", path},
        {kind: "hf", repo: "o/n", file: path},
      ]),
    ];
  }),
  "a source of another kind": edited((entry, random) => {
    entry.sources = [
      random.of([
        {kind: "url", url: "file:///etc/passwd"},
        {kind: "ftp"},
        {kind: "parts", parts: []},
        {kind: "hf", repo: "o", file: "m"},
      ]),
    ];
  }),
  "the same in another form": ({base}) => ({text: JSON.stringify(base, null, "\t"), expect: "same"}),
};

function edited(change) {
  return ({base, random}) => {
    const copy = structuredClone(base);
    change(random.of(copy.models), random, copy.models);
    return {text: JSON.stringify(copy), expect: "refuse"};
  };
}

export function prepare({models}) {
  const catalog = JSON.parse(readFileSync(join(models, "catalog.json"), "utf8"));
  // Models without parents and children, so that each entry can be changed by itself.
  const alone = catalog.models.filter(
    ({id, parent}) => parent === undefined && !catalog.models.some(other => other.parent === id),
  );
  return {base: {version: 1, models: alone.slice(0, 4)}};
}

export function make({random, index, folder, ready}) {
  const what = random.of(Object.keys(MUTATIONS));
  const {text, expect} = MUTATIONS[what]({base: ready.base, random});
  const path = join(folder, `c${index}.json`);
  writeFileSync(path, text);
  return {name: what, expect, paths: [path], calls: [{read: "catalog/catalog.js", by: "loadCatalog", from: path}]};
}

export function judge(fuzzed, [answer], ready) {
  if (answer.outcome !== "answered") return fuzzed.expect === "same" ? `refused: ${answer.text}` : undefined;
  if (fuzzed.expect === "refuse") return "accepted";
  const same =
    JSON.stringify(answer.data.models.map(({id}) => id)) === JSON.stringify(ready.base.models.map(({id}) => id));
  return fuzzed.expect === "same" && !same ? "read as something else" : undefined;
}
