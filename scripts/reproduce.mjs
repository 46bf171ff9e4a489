// docs/REPRODUCTION.md: the tables and figures of Ma et al. 2025 on models that run here, from three study files.
//
//   npm run build && node scripts/reproduce.mjs --data DIR [--work DIR] [--page] [--check]
//
// DIR holds goemotions/ (train.tsv, dev.tsv, test.tsv) and convabuse/ (train.csv, valid.csv, test.csv) as published. Needs the
// four real models: labelscope models pull smollm2-135m-instruct gemma-3-270m qwen2.5-coder-0.5b-instruct
// qwen2.5-coder-1.5b-instruct. Resumable: finished documents are kept in --work. --page writes the page from the results
// that are stored in docs/reproduction; --check captures a strict subset anew and holds it to what is stored there.
import {spawnSync} from "node:child_process";
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {pageOf} from "./reproduction-page.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const CLI = join(ROOT, "dist/cli.js");
const STORE = join(ROOT, "docs/reproduction");
const {values} = parseArgs({
  options: {
    data: {type: "string"},
    work: {type: "string", default: join(ROOT, "runs/reproduction")},
    page: {type: "boolean", default: false},
    check: {type: "boolean", default: false},
  },
});
const work = resolve(values.work);

/** The studies, in the order of the page. */
const STUDIES = [
  {name: "goemotions", study: "ma2025-goemotions", data: "goemotions"},
  {name: "convabuse", study: "ma2025-convabuse", data: "convabuse"},
  {name: "ladder", study: "ladder", flags: ["--limit", "300"]},
];

/** Documents of the check, and how far a label's probability may be from the stored one: on the machine it was made on, and elsewhere. */
const CHECK = {documents: 8, same: 1e-6, elsewhere: 0.01};

if (values.check) check();
else {
  if (!values.page) for (const one of STUDIES) run(one);
  const results = Object.fromEntries(
    STUDIES.map(({name}) => [name, JSON.parse(readFileSync(join(STORE, `${name}.json`), "utf8"))]),
  );
  writeFileSync(join(ROOT, "docs/REPRODUCTION.md"), pageOf(results));
  console.log("docs/REPRODUCTION.md");
}

function run({name, study, data, flags = []}) {
  const out = join(work, "studies", study);
  const file = join(ROOT, "models/studies", `${study}.yaml`);
  const where = data === undefined ? [] : ["--data", join(resolve(values.data ?? "."), data)];
  labelscope("study", file, ...where, ...flags, "--runs", join(work, "runs"), "--out", out, "--yes", "--quiet");
  mkdirSync(STORE, {recursive: true});
  const results = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
  writeFileSync(join(STORE, `${name}.json`), `${JSON.stringify(results, withoutShapes)}\n`);
}

/** Outlines of violins are for drawing; provenance stands in the study files. */
function withoutShapes(key, value) {
  return ["outline", "provenance", "reliability", "conformal"].includes(key) ? undefined : value;
}

/** The label distributions at step 1 of a few documents in strict mode: the same to the bit on the same machine. */
function check() {
  const out = mkdtempSync(join(tmpdir(), "labelscope-check-"));
  try {
    const ids = join(ROOT, "models/studies/ids/ma2025-goemotions.txt");
    const prompt = ["--split", "dev", "--ids", ids, "--shots", "10", "--multi-share", "0.5", "--none-share", "0"];
    const model = ["--model", "smollm2-135m-instruct", "--data", join(resolve(values.data ?? "."), "goemotions")];
    labelscope(
      "run",
      "goemotions",
      ...model,
      ...prompt,
      "--limit",
      String(CHECK.documents),
      "--strict",
      "--out",
      out,
      "--quiet",
    );
    const [folder] = readdirSync(out);
    const lines = readFileSync(join(out, folder, "traces.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const found = Object.fromEntries(
      lines.map(line => JSON.parse(line)).map(({document, steps}) => [document.id, steps[0].probabilities]),
    );
    const path = join(STORE, "check.json");
    if (!existsSync(path)) {
      writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`);
      console.log(`${path} is written: nothing was there to compare with`);
      return;
    }
    const stored = JSON.parse(readFileSync(path, "utf8"));
    const apart = Object.entries(stored).flatMap(([id, probabilities]) =>
      probabilities.map((p, label) => Math.abs(p - (found[id]?.[label] ?? Number.NaN))),
    );
    const most = apart.some(Number.isNaN) ? Number.NaN : Math.max(...apart);
    const words =
      most <= CHECK.same
        ? "the same"
        : most <= CHECK.elsewhere
          ? "the same within another processor's rounding"
          : "not the same";
    console.log(`${CHECK.documents} documents, largest difference of a label's probability ${most}: ${words}`);
    if (!(most <= CHECK.elsewhere)) process.exitCode = 1;
  } finally {
    rmSync(out, {recursive: true, force: true});
  }
}

/** @param {string[]} words */
function labelscope(...words) {
  console.error(`labelscope ${words.join(" ")}`);
  const {status} = spawnSync(process.execPath, [CLI, ...words], {stdio: ["ignore", "ignore", "inherit"]});
  if (status !== 0) process.exit(status ?? 1);
}
