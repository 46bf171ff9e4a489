#!/usr/bin/env node
/**
 * Plants mistakes in the source, one at a time, and asks the tests near it: does one of them fail?
 *
 *   nice node scripts/mutate/mutate.mjs [--per-folder 30] [--seed 1] [--minutes 60] [--again] [--out FILE]
 *
 * The mistakes are drawn by the seed, as many from each folder, spread over its files. Each outcome is a line of
 * docs/measurements/mutation.jsonl as soon as it is known: a later run goes on from there, and `--again` asks the survivors
 * once more (after a test was added). If the tests do not end within ten minutes nothing is decided, and the next run asks
 * again: that may be the mistake, or a busy machine. No file of the source is changed: the mistake is put in as the module is
 * loaded.
 */
import {fork} from "node:child_process";
import {createHash} from "node:crypto";
import {appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {mistakesIn} from "./mistakes.mjs";
import {testsOf} from "./tests-of.mjs";

const root = join(import.meta.dirname, "..", "..");
const folders = ["capture", "compare", "dynamics", "estimate", "metric", "stats", "store"];
const {values: flags} = parseArgs({
  options: {
    "per-folder": {type: "string", default: "30"},
    seed: {type: "string", default: "1"},
    minutes: {type: "string", default: "60"},
    again: {type: "boolean", default: false},
    out: {type: "string", default: join(root, "docs", "measurements", "mutation.jsonl")},
  },
});
const patienceMs = 600_000;
/** Tests run in parts, the nearest first, until one fails: most mistakes are caught by the first part. */
const parts = [3, 7, 15, 25];

const filesUnder = folder =>
  readdirSync(join(root, folder), {recursive: true, encoding: "utf8"})
    .filter(path => path.endsWith(".ts"))
    .map(path => `${folder}/${path}`)
    .sort();

const rankOf = key => createHash("sha256").update(`${flags.seed}/${key}`).digest("hex");
const ranked = (list, key) =>
  list
    .map(entry => ({entry, rank: rankOf(key(entry))}))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({entry}) => entry);

/** A file's mistakes, each with a name that stays the same while its line does. */
function named(path) {
  const text = readFileSync(join(root, path), "utf8");
  const lines = text.split("\n");
  const seen = new Map();
  return mistakesIn(path, text).map(mistake => {
    const words = `${path}: ${(lines[mistake.line - 1] ?? "").trim()} | ${mistake.was} → ${mistake.is}`;
    const count = (seen.get(words) ?? 0) + 1;
    seen.set(words, count);
    return {...mistake, name: count === 1 ? words : `${words} (${count})`};
  });
}

/** As many mistakes from each folder, taken from its files in turn. */
function draw(folder) {
  const offers = ranked(filesUnder(`src/${folder}`), path => path)
    .map(path => ranked(named(path), mistake => mistake.name))
    .filter(list => list.length > 0);
  const most = Math.max(0, ...offers.map(list => list.length));
  return Array.from({length: most}, (_, turn) => offers.flatMap(list => list.slice(turn, turn + 1)))
    .flat()
    .slice(0, Number(flags["per-folder"]));
}

let child;
async function answer(message) {
  if (child === undefined) {
    child = fork(join(import.meta.dirname, "worker.mjs"), [root], {
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await reply();
  }
  child.send(message);
  return await reply();
}
/** The worker's next message; a worker that ends or stays silent has its whole group ended, and is started anew. */
async function reply() {
  const own = child;
  return await new Promise(done => {
    const end = outcome => {
      clearTimeout(timer);
      own.off("message", end);
      own.off("exit", gone);
      done(outcome);
    };
    const gone = () => {
      child = undefined;
      end({outcome: "killed", by: "the end of the process"});
    };
    const timer = setTimeout(() => {
      own.off("exit", gone);
      stop();
      end({outcome: "undecided", by: `no end within ${patienceMs / 1000} s`});
    }, patienceMs);
    own.on("message", end);
    own.on("exit", gone);
  });
}
function stop() {
  if (child?.pid !== undefined) {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {}
  }
  child = undefined;
}
process.on("exit", stop);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const narrow = testsOf(root, [...filesUnder("src"), ...filesUnder("test")]);
/** Tests seen to pass without a mistake, and tests that do not: those catch nothing. */
const sound = new Set();
const unsound = new Set();
async function outcomeOf(mistake) {
  const tests = narrow(
    mistake.path,
    parts.reduce((sum, part) => sum + part, 0),
  ).filter(test => !unsound.has(test));
  let from = 0;
  for (const part of parts) {
    const some = tests.slice(from, from + part);
    if (some.length === 0) break;
    const {outcome, by, test, passed} = await answer({mistake, tests: some});
    if (outcome === "killed") {
      if (sound.has(by) || !some.includes(by)) return {outcome, by, test};
      const without = await answer({tests: some});
      if (without.outcome === "survived") {
        for (const file of some) sound.add(file);
        return {outcome, by, test};
      }
      console.log(`${without.by} fails without a mistake and is left out: ${without.test}`);
      unsound.add(without.by);
      return await outcomeOf(mistake);
    }
    if (outcome === "undecided") return {outcome, by};
    if (passed !== some.length)
      throw new Error(`${mistake.name}: ${passed} of ${some.length} test files passed, none failed`);
    from += part;
  }
  return {outcome: "survived", by: `${Math.min(from, tests.length)} test files pass`};
}

const drawn = folders.flatMap(folder => draw(folder).map(mistake => ({folder, mistake})));
const known = new Map(
  (existsSync(flags.out) ? readFileSync(flags.out, "utf8").split("\n") : [])
    .filter(line => line !== "")
    .map(line => JSON.parse(line))
    .map(line => [line.name, line]),
);
const open = ranked(
  drawn.filter(({mistake}) => {
    const line = known.get(mistake.name);
    return line === undefined || line.outcome === "undecided" || (flags.again && line.outcome === "survived");
  }),
  ({mistake}) => mistake.name,
);
console.log(`${drawn.length} mistakes, ${open.length} to ask`);
const end = Date.now() + Number(flags.minutes) * 60_000;
for (const [index, {folder, mistake}] of open.entries()) {
  if (Date.now() > end) break;
  const {name, path, line, kind} = mistake;
  const began = Date.now();
  const outcome = await outcomeOf(mistake);
  const row = {name, folder, path, line, kind, ...outcome};
  known.set(name, row);
  appendFileSync(flags.out, `${JSON.stringify(row)}\n`);
  console.log(
    `${index + 1}/${open.length} ${outcome.outcome} ${((Date.now() - began) / 1000).toFixed(1)} s ${name} [${outcome.by}]`,
  );
}
stop();
// One line a mistake that is drawn, in the order of the draw.
const rows = drawn.flatMap(({mistake}) => known.get(mistake.name) ?? []);
writeFileSync(flags.out, rows.map(row => `${JSON.stringify(row)}\n`).join(""));
for (const folder of folders) {
  const own = rows.filter(row => row.folder === folder);
  const survived = own.filter(row => row.outcome === "survived").length;
  const undecided = own.filter(row => row.outcome === "undecided").length;
  console.log(`| ${folder} | ${own.length} | ${survived} | ${undecided} |`);
}
