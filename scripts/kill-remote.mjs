// Kills a run on a llama.cpp server, and the server, again and again, and looks whether anything is lost.
//
// A strict run of an embedded model on a real llama.cpp server (the Python wheel xllamacpp) is made once without interruption; then
// the same run in another folder is disturbed at random moments with SIGKILL: a third of the times labelscope is killed and the same
// command given again, a third the server is killed and started again after a while, a third both. It goes on until it was disturbed
// --kills times and is done. Every document must be there exactly once, and every record must be the uninterrupted run's to the bit,
// timings aside.
//
// usage: node scripts/kill-remote.mjs [--python python3] [--model FILE] [--limit 60] [--kills 30] [--seed 1] [--store]
//        --store writes the result to docs/measurements/kill-remote.md
import {spawn} from "node:child_process";
import {existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from "node:fs";
import {createServer} from "node:net";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {differences, tracesOf} from "./scale/same-records.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const {values: flags} = parseArgs({
  options: {
    python: {type: "string", default: "python3"},
    model: {type: "string", default: join(root, "models", "ladder-xxs-base.f16.gguf")},
    limit: {type: "string", default: "60"},
    kills: {type: "string", default: "30"},
    seed: {type: "string", default: "1"},
    store: {type: "boolean", default: false},
  },
});
const scratch = mkdtempSync(join(tmpdir(), "labelscope-kill-remote-"));
const port = await freePort();
const wanted = Number(flags.kills);
const random = uniform(Number(flags.seed));
/** What runs now, so that nothing is left behind however this ends. */
const alive = new Set();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  const {port: free} = server.address();
  await new Promise(resolve => server.close(resolve));
  return free;
}

/** Starts a program; `ended` settles with its exit code or signal, and the end of what it said. */
function start(command, parameters) {
  const child = spawn(command, parameters, {stdio: ["pipe", "pipe", "pipe"]});
  alive.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", text => {
      said = (said + text).slice(-3000);
    });
  const ended = new Promise((resolve, reject) =>
    child.on("error", reject).on("close", (code, signal) => {
      alive.delete(child);
      resolve({code, signal, said});
    }),
  );
  return {child, ended};
}

async function startServer() {
  const server = start(flags.python, [join(root, "test", "support", "llama-server.py"), flags.model, String(port)]);
  const ready = new Promise(resolve => server.child.stdout.once("data", () => resolve(true)));
  if ((await Promise.race([ready, server.ended])) !== true)
    throw new Error(`the server does not start:\n${(await server.ended).said}`);
  return server;
}

function startRun(out) {
  const spec = `llamacpp+http://127.0.0.1:${port}`;
  const parameters = ["run", "posts", "--model", spec, "--limit", flags.limit, "--strict", "--out", out, "--quiet"];
  return start(process.execPath, [join(root, "dist", "cli.js"), ...parameters]);
}

async function kill({child, ended}) {
  child.kill("SIGKILL");
  await ended;
}

function folderOf(out) {
  const [name] = existsSync(out) ? readdirSync(out).filter(entry => existsSync(join(out, entry, "traces.jsonl"))) : [];
  return name === undefined ? undefined : join(out, name);
}

function bytesOf(out) {
  const folder = folderOf(out);
  return folder === undefined ? 0 : statSync(join(folder, "traces.jsonl")).size;
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

function check(one, other) {
  const found = differences(one, other);
  if (Object.values(found).some(ids => ids.length > 0)) throw new Error(JSON.stringify(found));
}

let server = await startServer();
const whole = join(scratch, "whole");
const began = performance.now();
const first = await startRun(whole).ended;
if (first.code !== 0) throw new Error(`the run ended with ${first.code}:\n${first.said}`);
const wholeMs = performance.now() - began;
const expected = tracesOf(folderOf(whole));
process.stderr.write(`uninterrupted: ${expected.size} documents in ${(wholeMs / 1000).toFixed(1)} s\n`);

const cut = join(scratch, "cut");
const count = {labelscope: 0, server: 0, adding: 0, rounds: 0};
const kills = () => count.labelscope + count.server;
let run = startRun(cut);
for (let turn = 0; ; turn++) {
  const enough = kills() >= wanted;
  const soon = enough ? new Promise(() => {}) : sleep((0.1 + 0.9 * random()) * wholeMs, "now");
  const what = await Promise.race([soon, run.ended]);
  if (what !== "now") {
    if (what.code !== 0) throw new Error(`the run ended with ${what.code ?? what.signal}:\n${what.said}`);
    check(expected, tracesOf(folderOf(cut)));
    count.rounds++;
    if (enough) break;
    rmSync(cut, {recursive: true}); // done before it was disturbed often enough: once more from the beginning
    run = startRun(cut);
    continue;
  }
  if (bytesOf(cut) > 0) count.adding++;
  if (turn % 3 !== 1) {
    await kill(run);
    count.labelscope++;
  }
  if (turn % 3 !== 0) {
    await kill(server);
    count.server++;
    await sleep(3000 * random()); // the run that lives on asks in vain for so long
    if (turn % 3 === 2) run = startRun(cut); // the command is given again while there is no server
    server = await startServer();
  } else run = startRun(cut);
  if (turn % 3 === 2) {
    // A command that begins without a server may end with the advice to start it; then it is given once more.
    const early = await Promise.race([run.ended, sleep(100)]);
    if (early !== undefined && early.code !== 0) run = startRun(cut);
  }
  process.stderr.write(`${kills()} kills\n`);
}
await kill(server);
rmSync(scratch, {recursive: true, force: true});
const line = `${kills()} kills (${count.labelscope} of labelscope, ${count.server} of the server), ${count.adding} of the disturbances after documents had been added; ${count.rounds} runs of ${expected.size} documents finished, each with every document exactly once and every record the same as without interruption, but for timings`;
console.log(`passed: ${line}`);
if (flags.store) {
  const wheel = start(flags.python, ["-c", "import importlib.metadata as m; print(m.version('xllamacpp'))"]);
  writeFileSync(
    join(root, "docs", "measurements", "kill-remote.md"),
    `# Nothing lost on a server

A strict run on a real llama.cpp server, disturbed with SIGKILL at random moments: labelscope killed and the same command given again, the server killed and started again up to 3 seconds later while labelscope waits, or both.

${line}.

\`node scripts/kill-remote.mjs --kills ${wanted} --seed ${flags.seed} --store\`, ${new Date().toISOString().slice(0, 10)}; ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, xllamacpp ${(await wheel.ended).said.trim()}.
`,
  );
}
