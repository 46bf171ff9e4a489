// A run of the small task with every kind of record, captured by the program itself, and what is held of a copy that was
// changed: it is refused, or says the very same numbers.
import {spawnSync} from "node:child_process";
import {cpSync, mkdirSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {writeTask} from "./small-task.mjs";

export const RECORD_FILES = ["traces.jsonl", "trees.jsonl", "unary.jsonl", "binary.jsonl", "hidden.jsonl"];
const ESTIMATORS = "marginal,unary,binary,probe";

/** @returns the run's folder, its manifest, and how the program seals what it writes */
export async function captureSmallRun({dist, env, models, folder}) {
  const runs = join(folder, "runs");
  const task = writeTask(folder, "moods").task;
  const model = join(models, "ladder-xxxs-base.f16.gguf");
  const flags = [
    "--estimators",
    ESTIMATORS,
    "--train-limit",
    "8",
    "--full-logits",
    "--strict",
    "--threads",
    "1",
    "--quiet",
  ];
  const words = [join(dist, "cli.js"), "run", task, "--model", model, "--out", runs, ...flags];
  const {status, stderr} = spawnSync(process.execPath, words, {env, encoding: "utf8"});
  if (status !== 0) throw new Error(`no run to mutate: ${stderr}`);
  const [name] = readdirSync(runs);
  const load = async module => await import(pathToFileURL(join(dist, module)).href);
  const [{bindingOf, sealLine}, {writeManifest}] = [await load("store/seal.js"), await load("store/manifest-file.js")];
  const manifest = JSON.parse(readFileSync(join(runs, name, "manifest.json"), "utf8"));
  const {sum: _sum, ...facts} = manifest;
  const binding = bindingOf(facts);
  return {base: join(runs, name), manifest: facts, seal: record => sealLine(record, binding), writeManifest};
}

/** A copy of the run for one case. */
export function copyRun(ready, folder, name) {
  const copy = join(folder, name);
  mkdirSync(copy);
  cpSync(ready.base, copy, {recursive: true});
  return copy;
}

const callsFor = path => [
  {argv: ["verify", path, "--json"]},
  {argv: ["compare", path, "--out", `${path}.out`, "--json", "--resamples", "5", "--no-report"]},
];

export const caseOf = (name, expect, path) => ({name, expect, paths: [path, `${path}.out`], calls: callsFor(path)});

export function truths({folder, ready}) {
  return [caseOf("unchanged", "base", copyRun(ready, folder, "unchanged"))];
}

/**
 * `refuse`: `verify` finds damage, and `compare` refuses unless the change is in what it does not read. `same`: nobody finds
 * anything. `fewer`: a torn end may be left out, and is remarked. Whatever `compare` says, its numbers are the unchanged run's.
 */
export function judge({expect}, [verified, compared], ready) {
  const numbers = compared.outcome === "answered" ? numbersOf(compared.data.results) : undefined;
  const said = [...(verified.data?.[0]?.remarks ?? []), ...(compared.notices ?? [])];
  const whole = verified.outcome === "answered" && verified.data[0].whole;
  if (expect === "base") {
    Object.assign(ready, {truth: numbers, said: new Set(said)});
    return whole ? undefined : `not whole: ${verified.text ?? JSON.stringify(verified.data)}`;
  }
  if (expect === "refuse" && whole) return "verify finds it whole";
  if (expect === "same" && !whole) return `refused: ${verified.text ?? JSON.stringify(verified.data)}`;
  if (numbers === undefined) return whole ? `compare refuses what verify finds whole: ${compared.text}` : undefined;
  if (numbers === ready.truth) return undefined;
  return expect === "fewer" && said.some(line => !ready.said.has(line))
    ? undefined
    : `other numbers, ${whole ? "and verify finds it whole" : "though verify finds damage"}`;
}

/** Where a run lies and how long things took are no numbers of it. */
function numbersOf(results) {
  const omitted = new Set([
    "folder",
    "created",
    "recordsSum",
    "elapsedMs",
    "seconds",
    "documentsPerSecond",
    "tokensPerSecond",
  ]);
  return JSON.stringify(results, (key, value) => (omitted.has(key) ? undefined : value));
}
