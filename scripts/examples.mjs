// Makes docs/examples: the comparisons that the README shows, from captures to figures, in one command.
//
//   npm run build && node scripts/examples.mjs --data DIR [--runs DIR] [--only posts|quantised|goemotions] [--limit N]
//
// DIR holds GoEmotions as published (simplified). Needs the four real models: labelscope models pull …; see MODELS.
// Resumable: finished documents are kept in --runs. Kept in the repository: results.json, the tables as CSV and the figures
// as SVG. Traces, the CSV files with a row a document, PNG and report.html are large: they stay in the comparison's folder.
import {spawnSync} from "node:child_process";
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const CLI = join(ROOT, "dist/cli.js");
/** Of the catalogue, each with a source that needs no model hub. */
const MODELS = ["smollm2-135m-instruct", "gemma-3-270m", "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"];
/** Label trees cost tens of label steps a document: the real models go without, so that this stays a matter of minutes. */
const TREES = "marginal,first-step+platt,temperature";
const LARGE = /(\.png|report\.html|estimates\.csv|dynamics\.csv|steps\.csv|first-distributions\.csv)$/;
const PLAIN = "first-step+platt,temperature";

const {values} = parseArgs({
  options: {
    data: {type: "string"},
    runs: {type: "string", default: join(ROOT, "runs/examples")},
    only: {type: "string"},
    limit: {type: "string", default: "100"},
  },
});
const runs = resolve(values.runs);

/** @param {string[]} words */
function labelscope(...words) {
  console.error(`labelscope ${words.join(" ")}`);
  const {status} = spawnSync(process.execPath, [CLI, ...words], {stdio: "inherit"});
  if (status !== 0) process.exit(status ?? 1);
}

/** What the embedded family's own record says of it. */
const record = JSON.parse(readFileSync(join(ROOT, "models/ladder.json"), "utf8"));

/** The embedded family, in the precision that all its sizes have. @returns {string[]} */
function ladder() {
  const {models} = record;
  return models.map(({id, parent, variant}) =>
    variant === "lora" ? `${parent}+${join(ROOT, "models", models.find(model => model.id === id).file)}` : id,
  );
}

/** The sizes that are there in several precisions, the most precise first. @returns {string[]} */
function quantised() {
  const {quantised} = record;
  const bases = [...new Set(quantised.map(({of}) => of))];
  return bases.flatMap(base => [base, ...quantised.filter(({of}) => of === base).map(({id}) => id)]);
}

/** Compares what is in `folder` and keeps what belongs into the repository. @param {string} name */
function compare(name, folder) {
  const found = readdirSync(folder).map(run => join(folder, run));
  const out = join(runs, "comparisons", name);
  labelscope("compare", ...found, "--out", out, "--metrics", "nll,l1,example-f1,average-precision,brier,ece");
  const kept = join(ROOT, "docs/examples", name);
  rmSync(kept, {recursive: true, force: true});
  mkdirSync(kept, {recursive: true});
  cpSync(out, kept, {recursive: true, filter: file => !LARGE.test(file)});
}

if (!existsSync(CLI)) {
  console.error("dist/cli.js is missing: npm run build");
  process.exit(2);
}
if (![undefined, "posts", "quantised", "goemotions"].includes(values.only)) {
  console.error("--only posts, quantised or goemotions");
  process.exit(2);
}
/** @param {string} name */
const isWanted = name => values.only === undefined || values.only === name;
if (isWanted("posts")) {
  const folder = join(runs, "posts");
  const models = ladder().flatMap(spec => ["--model", spec]);
  labelscope("run", "posts", ...models, "--threads", "1", "--estimators", TREES, "--out", folder);
  compare("posts", folder);
}
if (isWanted("quantised")) {
  // Gold answers and whole logits: every precision is read at the same places, and the divergences are exact.
  const folder = join(runs, "posts-quantised");
  const models = quantised().flatMap(spec => ["--model", spec]);
  labelscope("run", "posts", ...models, "--threads", "1", "--force-answers", "gold", "--full-logits", "--out", folder);
  compare("posts-quantised", folder);
}
if (isWanted("goemotions")) {
  if (values.data === undefined) {
    console.error("--data DIR: where GoEmotions is (train.tsv, dev.tsv, test.tsv, emotions.txt)");
    process.exit(2);
  }
  const folder = join(runs, "goemotions");
  const models = MODELS.flatMap(id => ["--model", id]);
  const documents = ["--data", values.data, "--limit", values.limit, "--calibration-limit", "60"];
  labelscope("run", "goemotions", ...documents, ...models, "--estimators", PLAIN, "--out", folder);
  compare("goemotions", folder);
}
