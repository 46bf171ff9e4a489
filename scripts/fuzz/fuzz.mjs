// Mutates inputs of one kind or of all, gives each to the program, and counts what became of it.
//
// usage: node scripts/fuzz/fuzz.mjs [--kind gguf,…|all|others] [--count 1000] [--seconds N] [--seed 1] [--jobs 2]
//        [--patience 20] [--dist dist] [--only INDEX] [--keep DIR] [--json]
//
// --kind others: every kind but gguf, which share --count. --seconds: the kinds share so many seconds, half of them gguf's, and
// each ends with its count or its time.
//
// clear error: refused with a code and a next step; right: accepted, and the answer is what it must be; crash: the process
// ended, or an error that nobody wrote; hang: no answer within the patience (or five times what an unchanged input takes on
// this machine, where that is longer), alone and a second time; silently wrong:
// accepted though it must not be, or a number that is none or another one. Exit code 1 where one of the last three is not 0.
// Cases are told by kind, seed and index: --only repeats one. Needs dist/ (npm run build).
import {cpSync, existsSync, mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, dirname, join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import {kinds} from "./kinds/index.mjs";
import {Worker} from "./pool.mjs";
import {randomOf} from "./random.mjs";

const root = dirname(dirname(import.meta.dirname));
const {values: flags} = parseArgs({
  options: {
    kind: {type: "string", default: "all"},
    count: {type: "string", default: "1000"},
    seconds: {type: "string"},
    seed: {type: "string", default: "1"},
    jobs: {type: "string", default: "2"},
    patience: {type: "string", default: "20"},
    dist: {type: "string", default: join(root, "dist")},
    only: {type: "string"},
    keep: {type: "string"},
    json: {type: "boolean", default: false},
  },
});
const sets = {all: Object.keys(kinds), others: Object.keys(kinds).filter(kind => kind !== "gguf")};
const wanted = sets[flags.kind] ?? flags.kind.split(",");
const perKind = Math.ceil(Number(flags.count) / (flags.kind === "others" ? wanted.length : 1));
for (const kind of wanted) {
  if (kinds[kind] === undefined) {
    console.error(`no kind is called "${kind}": ${Object.keys(kinds).join(", ")}, all, others`);
    process.exit(2);
  }
}
const COLUMNS = ["tried", "clear error", "right", "crash", "hang", "silently wrong"];
const scratch = mkdtempSync(join(tmpdir(), "labelscope-fuzz-"));
const env = {...process.env, LABELSCOPE_HOME: join(scratch, "home"), NO_COLOR: "1", GGML_NO_BACKTRACE: "1"};
await copyCompiledReader();
const workerOptions = {dist: resolve(flags.dist), env, patienceMs: 1000 * Number(flags.patience)};
const findings = [];
const rows = [];

try {
  for (const kind of wanted) rows.push({kind, ...(await fuzzKind(kind))});
} finally {
  rmSync(scratch, {recursive: true, force: true});
}
report();

async function fuzzKind(kind) {
  const {prepare, truths, make, judge} = kinds[kind];
  const folder = join(scratch, kind);
  mkdirSync(folder);
  const ready = await prepare({models: join(root, "models"), folder, dist: workerOptions.dist, env});
  const counts = {...Object.fromEntries(COLUMNS.map(column => [column, 0])), codes: {}};
  const first = new Worker({...workerOptions, patienceMs: 600_000}); // The first read may compile the reader.
  let slowestMs = 0;
  let compiled = false; // The first case may have compiled the reader: its time says nothing.
  for (const fuzzed of truths?.({folder, ready}) ?? []) {
    const before = performance.now();
    const {column, text} = await tried(fuzzed, first, judge, ready);
    if (first.child !== undefined && compiled) slowestMs = Math.max(slowestMs, performance.now() - before);
    compiled = true;
    if (!["right", "clear error"].includes(column)) note(kind, fuzzed.name, {column, text, index: "base"}, fuzzed);
  }
  // A busy machine is slow with everything: what an unchanged input takes there says how slow.
  const patienceMs = Math.max(workerOptions.patienceMs, 5 * slowestMs);
  first.patienceMs = patienceMs;
  const seed = Number(flags.seed);
  const indices = flags.only === undefined ? [...Array(perKind).keys()] : [Number(flags.only)];
  const started = performance.now();
  const end = flags.seconds === undefined ? Infinity : started + 1000 * Number(flags.seconds) * shareOf(kind);
  const work = async worker => {
    for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
      if (performance.now() > end && counts.tried > 0) break;
      const fuzzed = make({random: randomOf(seed, index), index, folder, ready});
      let result = await tried(fuzzed, worker, judge, ready);
      if (result.column === "hang" || result.column === "crash") {
        // Alone and anew: a busy machine is slow, and a process may have been damaged by an earlier file.
        worker.stop();
        const again = await tried(fuzzed, worker, judge, ready);
        if (result.column === "crash" && again.column !== "crash")
          result = {...result, text: `${result.text} (not repeated alone)`};
        else result = again;
      }
      counts.tried++;
      counts[result.column]++;
      if (result.code !== undefined) counts.codes[result.code] = (counts.codes[result.code] ?? 0) + 1;
      if (flags.only !== undefined) console.error(fuzzed.name, fuzzed.expect, JSON.stringify(result, null, 2));
      if (!["right", "clear error"].includes(result.column)) note(kind, fuzzed.name, {...result, index}, fuzzed);
      if (flags.keep === undefined) for (const path of fuzzed.paths) rmSync(path, {recursive: true, force: true});
    }
    worker.stop();
  };
  const others = Array.from(
    {length: Math.max(0, Number(flags.jobs) - 1)},
    () => new Worker({...workerOptions, patienceMs}),
  );
  await Promise.all([first, ...others].map(work));
  return {...counts, seconds: Math.round((performance.now() - started) / 1000)};
}

/** Models are slow, and there is most to go wrong in them. */
function shareOf(kind) {
  const weights = wanted.map(other => (other === "gguf" ? Math.max(1, wanted.length - 1) : 1));
  return weights[wanted.indexOf(kind)] / weights.reduce((sum, weight) => sum + weight);
}

/** The readers that this computer compiled before: a minute that need not pass again. Everything else is this run's own. */
async function copyCompiledReader() {
  const {labelscopeHome} = await import(pathToFileURL(join(resolve(flags.dist), "catalog", "home.js")).href);
  const compiled = join(labelscopeHome(process.env), "native");
  if (existsSync(compiled)) cpSync(compiled, join(scratch, "home", "native"), {recursive: true});
}

/** What became of one case. All its calls are made, the first crash or hang decides. */
async function tried(fuzzed, worker, judge, ready) {
  const answers = [];
  for (const call of fuzzed.calls) {
    const answer = await worker.call({cwd: scratch, ...call});
    if (answer.outcome === "crash" || answer.outcome === "hang") return {column: answer.outcome, text: answer.text};
    if (answer.outcome === "thrown") return {column: "crash", text: answer.text};
    answers.push(answer);
    if (
      answer.outcome === "refused" &&
      !/\n {2}Next: \S/.test(answer.text) &&
      answer.code.startsWith("commander") === false
    )
      return {column: "silently wrong", text: `an error without a next step: ${answer.text}`};
  }
  const wrong = judge(fuzzed, answers, ready);
  if (wrong !== undefined) return {column: "silently wrong", text: wrong};
  const refusal = answers.find(({outcome}) => outcome === "refused");
  if (refusal !== undefined) return {column: "clear error", code: refusal.code, text: refusal.text};
  const found = answers.find(({exitCode}) => exitCode === 1);
  return found === undefined
    ? {column: "right"}
    : {column: "clear error", code: "found", text: JSON.stringify(found.data)};
}

function note(kind, name, {column, text, index}, fuzzed) {
  findings.push({kind, index, column, name, text});
  if (!flags.json)
    console.error(`${kind} ${index}: ${column}: ${name}\n  ${String(text).split("\n").slice(0, 4).join("\n  ")}`);
  if (flags.keep === undefined) return;
  mkdirSync(flags.keep, {recursive: true});
  for (const path of fuzzed.paths) {
    try {
      cpSync(path, join(flags.keep, basename(path)), {recursive: true});
    } catch {
      // A part that the mutation left out.
    }
  }
}

function report() {
  if (flags.json) console.log(JSON.stringify({seed: Number(flags.seed), rows, findings}, null, 2));
  else {
    console.log(`| kind | ${COLUMNS.join(" | ")} | seconds |\n|---|${"---:|".repeat(COLUMNS.length + 1)}`);
    for (const row of rows)
      console.log(`| ${row.kind} | ${COLUMNS.map(column => row[column]).join(" | ")} | ${row.seconds} |`);
    for (const {kind, codes} of rows) console.log(`${kind}: ${JSON.stringify(codes)}`);
  }
  process.exitCode = findings.length === 0 ? 0 : 1;
}
