// Kills a run again and again and looks whether anything is lost.
//
// A strict run is made once without interruption; then the same run in another folder is killed (SIGKILL) at random
// moments and continued by the same command, until it has been killed --kills times and is done. Every document must be
// there exactly once, and its trace must equal the uninterrupted run's to the bit, timings aside. With --full-logits the
// stored vectors must be equal too, and numpy must open their file.
//
// With --commands every command that writes is killed instead (adding to a run, experiment, study, merge, compare, import, pull):
// see scripts/kill/commands.mjs. Each must leave what an uninterrupted one leaves: nothing lost, doubled or left behind.
//
// usage: node scripts/kill-test.mjs --commands all|NAME,… [--kills 200] [--seed 1] [--store]
//        node scripts/kill-test.mjs --model SPEC [--task ID|FILE] [--data DIR] [--limit N] [--kills 50] [--full-logits]
//        [--python python3] [--seed 1] [--threads 1]
import {spawn, spawnSync} from "node:child_process";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {writeTinyModel} from "./bench/tiny-model.mjs";
import {killCommands} from "./kill/commands.mjs";
import {commandsPage} from "./kill/page.mjs";

const cli = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "cli.js");
const {values: flags} = parseArgs({
  options: {
    model: {type: "string"},
    task: {type: "string"},
    data: {type: "string"},
    limit: {type: "string", default: "200"},
    kills: {type: "string", default: "50"},
    commands: {type: "string"},
    store: {type: "boolean", default: false},
    seed: {type: "string", default: "1"},
    threads: {type: "string", default: "1"},
    python: {type: "string", default: "python3"},
    "full-logits": {type: "boolean", default: false},
    keep: {type: "boolean", default: false},
  },
});
const scratch = mkdtempSync(join(tmpdir(), "labelscope-kill-"));
const wantedKills = Number(flags.kills);
const {task, model} =
  flags.model === undefined ? writeTinyTask(scratch) : {task: flags.task ?? "posts", model: flags.model};

/** The command, always the same but for the folder. */
function parametersFor(out) {
  const given = [
    "run",
    task,
    "--model",
    model,
    "--limit",
    flags.limit,
    "--strict",
    "--threads",
    flags.threads,
    "--out",
    out,
    "--json",
    "--quiet",
  ];
  if (flags.data !== undefined) given.push("--data", flags.data);
  if (flags["full-logits"]) given.push("--full-logits");
  return [cli, ...given];
}

/** Without --model: a random model and documents of its own, so that the test needs nothing. */
function writeTinyTask(folder) {
  const path = join(folder, "tiny.gguf");
  writeTinyModel(path);
  const line = (id, labels) => `${JSON.stringify({id, text: `text ${id}`, labels})}\n`;
  writeFileSync(join(folder, "train.jsonl"), line("a", ["on"]) + line("b", ["off"]) + line("c", ["on", "off"]));
  writeFileSync(
    join(folder, "test.jsonl"),
    Array.from({length: Number(flags.limit)}, (_, i) => line(String(i), [])).join(""),
  );
  const filler = "These words are here to make each prompt long enough for a kill to meet it half-way. ".repeat(2);
  writeFileSync(
    join(folder, "task.yaml"),
    [
      "version: 1\nid: kills\ntitle: Nothing lost\nlabels: [on, off]\nnone: none\nformat: json",
      `prompt:\n  instruction: "${filler}On or off: {labels}.\\n"\n  demonstration: "{text}\\n{answer}\\n"\n  query: "{text}\\n{opening}"`,
      "demonstrations: {from: train, count: 2, multiShare: 0.5, noneShare: 0}",
      "gold: labels\ndata: {train: train.jsonl, test: test.jsonl}\n",
    ].join("\n"),
  );
  return {task: join(folder, "task.yaml"), model: path};
}

/**
 * Runs the command, killed after a while where `kill` is given: from its start, or from the first document that it
 * adds.
 */
async function run(out, kill) {
  const started = performance.now();
  const child = spawn(process.execPath, parametersFor(out), {stdio: ["ignore", "ignore", "pipe"]});
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", text => {
    stderr = (stderr + text).slice(-4000);
  });
  const timers = [];
  const killSoon = () => timers.push(setTimeout(() => child.kill("SIGKILL"), kill.afterMs));
  const before = traceBytes(out);
  if (kill?.from === "start") killSoon();
  if (kill?.from === "first-document") {
    const watch = setInterval(() => {
      if (traceBytes(out) === before) return;
      clearInterval(watch);
      killSoon();
    }, 2);
    timers.push(watch);
  }
  const [code, signal] = await new Promise((resolve, reject) =>
    child.on("error", reject).on("close", (...how) => resolve(how)),
  );
  for (const timer of timers) clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`the run exited with ${code}:\n${stderr}`);
  return {killed: signal === "SIGKILL", ms: performance.now() - started};
}

function traceBytes(out) {
  const folder = folderOf(out);
  return folder === undefined ? 0 : statSync(join(folder, "traces.jsonl")).size;
}

function folderOf(out) {
  const [name] = existsSync(out) ? readdirSync(out).filter(entry => existsSync(join(out, entry, "traces.jsonl"))) : [];
  return name === undefined ? undefined : join(out, name);
}

/** A line's checksum covers its timings, too. */
const withoutTimings = (key, value) => (key === "elapsedMs" || key === "sum" ? undefined : value);

/** Traces by document id, without timings; the rows of the logits file are followed to their bytes. */
function tracesOf(out) {
  const folder = folderOf(out);
  if (folder === undefined) return {traces: new Map(), repeated: [], folder};
  const traces = new Map();
  const repeated = [];
  const logits = flags["full-logits"] ? readNpy(join(folder, "logits.npy")) : undefined;
  for (const line of readFileSync(join(folder, "traces.jsonl"), "utf8").split("\n").filter(Boolean)) {
    const trace = JSON.parse(line);
    const id = `${trace.split}/${trace.document.id}`;
    if (traces.has(id)) repeated.push(id);
    const vectors = trace.steps.map(step => {
      const row = logits === undefined ? undefined : logits.row(step.logitsRow);
      delete step.logitsSum;
      delete step.logitsRow; // where a row stands may differ after a kill; what stands there may not
      return row?.toString("base64");
    });
    traces.set(id, JSON.stringify([trace, vectors], withoutTimings));
  }
  return {traces, repeated, folder, rows: logits?.rows};
}

/** The .npy format, version 1: magic, header length, a Python literal, then rows of float32. */
function readNpy(path) {
  const bytes = readFileSync(path);
  const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString("latin1");
  const [, rows, columns] = header.match(/'shape': \((\d+), (\d+)\)/).map(Number);
  const start = 10 + bytes.readUInt16LE(8);
  return {
    rows,
    row: index => {
      const from = start + index * columns * 4;
      if (!(index < rows) || from + columns * 4 > bytes.length) throw new Error(`${path}: row ${index} is not there`);
      return bytes.subarray(from, from + columns * 4);
    },
  };
}

function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (flags.commands !== undefined) {
  const only = flags.commands === "all" ? undefined : flags.commands.split(",");
  const rows = await killCommands({cli, scratch, kills: wantedKills, random: uniform(Number(flags.seed)), only});
  const page = commandsPage(rows, {kills: wantedKills, seed: flags.seed});
  if (flags.store) writeFileSync(join(dirname(dirname(cli)), "docs", "measurements", "kill-commands.md"), page);
  else console.log(page);
  if (!flags.keep) rmSync(scratch, {recursive: true, force: true});
  process.exit(rows.every(({lost, doubled, left, other}) => lost + doubled + left + other === 0) ? 0 : 1);
}

const whole = join(scratch, "whole");
const cut = join(scratch, "cut");
const {ms: wholeMs} = await run(whole);
const expected = tracesOf(whole);
process.stderr.write(`uninterrupted: ${expected.traces.size} documents in ${(wholeMs / 1000).toFixed(1)} s\n`);

if (expected.repeated.length > 0) throw new Error(`documents more than once: ${expected.repeated.join(", ")}`);
const random = uniform(Number(flags.seed));
let [kills, attempts, restarts, adding] = [0, 0, 0, 0];
for (;;) {
  // A third of the kills anywhere in the command's life, the others while it adds documents: soon after the first one,
  // so that the run needs many commands.
  const kill =
    kills >= wantedKills
      ? undefined
      : kills % 3 === 0
        ? {from: "start", afterMs: random() * wholeMs}
        : {from: "first-document", afterMs: (random() * wholeMs) / 15};
  const before = traceBytes(cut);
  attempts++;
  const {killed} = await run(cut, kill);
  if (killed) {
    kills++;
    if (traceBytes(cut) !== before) adding++;
    if (kills % 10 === 0) process.stderr.write(`${kills} kills\n`);
    continue;
  }
  if (kills >= wantedKills) break;
  check(expected, tracesOf(cut)); // done before it was killed often enough: once more from the beginning
  rmSync(cut, {recursive: true, force: true});
  restarts++;
}

function check(one, other) {
  if (other.repeated.length > 0) throw new Error(`documents more than once: ${other.repeated.join(", ")}`);
  const missing = [...one.traces.keys()].filter(id => !other.traces.has(id));
  const added = [...other.traces.keys()].filter(id => !one.traces.has(id));
  const differing = [...one.traces].filter(([id, trace]) => other.traces.has(id) && other.traces.get(id) !== trace);
  if (missing.length + added.length + differing.length === 0) return;
  throw new Error(`missing ${missing}; added ${added}; differing ${differing.map(([id]) => id)}`);
}

const found = tracesOf(cut);
check(expected, found);
let numpy = "";
if (flags["full-logits"]) {
  const script =
    "import numpy, sys\na = numpy.load(sys.argv[1], mmap_mode='r')\nassert a.dtype == numpy.float32 and numpy.isfinite(a[-1]).all()\nprint(a.shape)";
  const {status, stdout, stderr} = spawnSync(flags.python, ["-c", script, join(found.folder, "logits.npy")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`numpy cannot open the logits:\n${stderr}`);
  numpy = `; numpy opens the logits ${stdout.trim()}`;
}
if (!flags.keep) rmSync(scratch, {recursive: true, force: true});
console.log(
  `passed: ${kills} kills (${adding} while documents were being added) in ${attempts} starts, ${restarts} fresh beginnings; ${found.traces.size} documents exactly once, equal to the uninterrupted run but for timings${numpy}`,
);
