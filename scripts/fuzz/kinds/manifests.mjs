// The manifest of a run: bytes anywhere, fields changed behind its checksum, and manifests with a right checksum that say
// something else than the records were written under.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {captureSmallRun, caseOf, copyRun} from "../small-run.mjs";
import {damagedText} from "../small-task.mjs";

export {judge, truths} from "../small-run.mjs";

export async function prepare(surroundings) {
  const ready = await captureSmallRun(surroundings);
  const text = readFileSync(join(ready.base, "manifest.json"), "utf8");
  // The program's own writer, once for each change, since its checksum is of a form of its own.
  const forged = {};
  for (const [what, change] of Object.entries(FORGERIES)) {
    const folder = copyRun(ready, surroundings.folder, `forged-${Object.keys(forged).length}`);
    await ready.writeManifest(folder, change(structuredClone(ready.manifest)));
    forged[what] = readFileSync(join(folder, "manifest.json"), "utf8");
  }
  return {...ready, text, forged};
}

/** What records depend on. */
const FORGERIES = {
  "labels in another order": manifest => ({...manifest, labels: manifest.labels.toReversed()}),
  "a label more": manifest => ({...manifest, labels: [...manifest.labels, "joy"]}),
  "another null label": manifest => ({...manifest, noneLabel: manifest.labels[0]}),
  "another model": ({model, ...manifest}) => ({...manifest, model: {...model, sha256: "0".repeat(64)}}),
  "another task": ({task, ...manifest}) => ({...manifest, task: {...task, hash: "0".repeat(64)}}),
  "another prompt": ({prompt, ...manifest}) => ({...manifest, prompt: {...prompt, hash: "0".repeat(64)}}),
  "another number of demonstrations": ({identity, ...manifest}) => ({...manifest, identity: {...identity, shots: 7}}),
  "other label scoring": ({identity, ...manifest}) => ({
    ...manifest,
    identity: {...identity, labelScoring: "first-token"},
  }),
};

const MUTATIONS = {
  "bytes anywhere": ({text, random}) => ({text: damagedText(Buffer.from(text), random), expect: "any"}),
  "a field left out": changed((manifest, random) => {
    delete manifest[random.of(Object.keys(manifest))];
  }),
  "a field of another kind": changed((manifest, random) => {
    manifest[random.of(Object.keys(manifest))] = random.of([null, -1, 1e300, {}, [], "", true]);
  }),
  "an unknown field": changed((manifest, random) => {
    Object.defineProperty(manifest, random.of(["__proto__", "labelz", ""]), {value: 1, enumerable: true});
  }),
  "a field changed behind the checksum": changed((manifest, random) => {
    const [key] = random.of(Object.entries(FORGERIES));
    Object.assign(manifest, FORGERIES[key](manifest));
  }),
  "a newer version": changed(manifest => {
    manifest.schema = 99;
  }),
  "the same in another form": ({text, random}) => {
    const manifest = JSON.parse(text);
    const reversed = Object.fromEntries(Object.entries(manifest).reverse());
    return {
      text: random.of([JSON.stringify(manifest), JSON.stringify(reversed, null, "\t"), `${text}\n\n`]),
      expect: "same",
    };
  },
  "what records depend on, with a right checksum": ({forged, random}) => ({
    text: forged[random.of(Object.keys(forged))],
    expect: "refuse",
  }),
};

function changed(change) {
  return ({text, random}) => {
    const manifest = JSON.parse(text);
    change(manifest, random);
    return {text: JSON.stringify(manifest, null, 2), expect: "refuse"};
  };
}

export function make({random, index, folder, ready}) {
  const path = copyRun(ready, folder, `m${index}`);
  const what = random.of(Object.keys(MUTATIONS));
  const {text, expect} = MUTATIONS[what]({text: ready.text, forged: ready.forged, random});
  writeFileSync(join(path, "manifest.json"), text);
  return caseOf(what, expect, path);
}
