// A model on a vLLM server, without and with the reader, against the local engine on the same float32 weights.
// vllm.sh beside this file makes the files, starts the servers and calls it. Results go to docs/measurements/remote.json and .md.
//
// usage: node scripts/scale/remote.mjs --model F32.gguf --data DIR --stock http://HOST:PORT --reader http://HOST:PORT
//        [--documents 100] [--trees 20] [--lanes 1,8,32,128] [--rounds 2] [--threads 2] [--only numbers|speed] [--note TEXT]
import {randomUUID} from "node:crypto";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {machine, median} from "../bench/processes.mjs";
import {traceDifferences, treeDifferences} from "./differences.mjs";
import {meterFetch} from "./meter.mjs";
import {markdown, misses} from "./remote-report.mjs";

const load = path => import(new URL(`../../dist/${path}`, import.meta.url));
const {openLocalEngine, readRun, run, version} = await load("index.js");
const {batchedLanes} = await load("engine/batched-lanes.js");
const {findServedModel} = await load("engine/remote/remote-engine.js");
const {serverKinds} = await load("engine/remote/index.js");
const {labelscopeHome} = await load("catalog/home.js");

const {values: flags} = parseArgs({
  options: {
    model: {type: "string"},
    data: {type: "string"},
    stock: {type: "string"},
    reader: {type: "string"},
    task: {type: "string", default: "goemotions"},
    documents: {type: "string", default: "100"},
    trees: {type: "string", default: "20"},
    lanes: {type: "string", default: "1,8,32,128"},
    rounds: {type: "string", default: "2"},
    threads: {type: "string", default: "2"},
    only: {type: "string", multiple: true, default: ["numbers", "speed"]},
    versions: {type: "string", default: "{}"},
    note: {type: "string"},
    out: {type: "string", default: fileURLToPath(new URL("../../docs/measurements/remote", import.meta.url))},
  },
});
const threads = Number(flags.threads);
const scratch = mkdtempSync(join(tmpdir(), "labelscope-remote-"));
process.on("exit", () => rmSync(scratch, {recursive: true, force: true}));
const say = line => process.stderr.write(`${line}\n`);

const kinds = {
  local: {spec: flags.model, engineOn: float32},
  reader: {spec: flags.reader, engineOn: local => served(local)},
  stock: {spec: flags.stock, engineOn: local => served(local)},
};

/** A server's models, with the tokeniser that is in the file. */
function served(local) {
  const kind = serverKinds.find(({tag}) => tag === "vllm");
  const loadTokenizer = async path => await local.loadModel(path, {vocabularyOnly: true});
  return {
    name: kind.tag,
    [Symbol.asyncDispose]: async () => await local[Symbol.asyncDispose](),
    findModel: async (spec, place) =>
      await findServedModel(kind, spec, place, {tokenizer: flags.model, notice: say, loadTokenizer}),
  };
}

/** An engine whose local sessions keep keys and values in float32, as vLLM does here, whatever the batch. */
function float32(engine) {
  return {
    name: engine.name,
    [Symbol.asyncDispose]: async () => await engine[Symbol.asyncDispose](),
    findModel: async (spec, place) => {
      const source = await engine.findModel(spec, place);
      return {
        ...source,
        load: async options => {
          const model = await source.load(options);
          const openSession = async session => await model.openSession({...session, cacheType: "f32"});
          const {capabilities} = model;
          const planLanes = request => batchedLanes({openSession, capabilities}, request);
          return Object.assign(Object.create(model), {openSession, planLanes});
        },
      };
    },
  };
}

/** Captures documents with one engine. @returns the run as stored, documents a second, and what went over the wire */
async function capture(kind, options) {
  const {spec, engineOn} = kinds[kind];
  const engine = engineOn(await openLocalEngine({home: labelscopeHome(process.env)}));
  const meter = meterFetch(randomUUID());
  try {
    let before;
    const [outcome] = await run({
      task: flags.task,
      models: [spec],
      data: flags.data,
      out: mkdtempSync(join(scratch, `${kind}-`)),
      threads,
      engine,
      ...options,
      onNotice: say,
      onProgress: ({capture: name, done, total, documentsPerSecond}) => {
        if (done === 0 && name === "greedy") before = {...meter.counts};
        if (done === total || done % 20 === 0)
          say(`${kind} ${name} ${done}/${total} ${documentsPerSecond.toFixed(2)} docs/s`);
      },
    });
    if (!outcome.finished) throw new Error(`the run of ${kind} is not finished`);
    const {requests, bytesSent, bytesReceived} = meter.counts;
    if (kind !== "local" && requests === before.requests) throw new Error("no request was counted");
    return {
      stored: await readRun(outcome.folder),
      documentsPerSecond: outcome.documentsPerSecond,
      wire: {
        requests: requests - before.requests,
        bytesSent: bytesSent - before.bytesSent,
        bytesReceived: bytesReceived - before.bytesReceived,
      },
    };
  } finally {
    meter.stop();
    await engine[Symbol.asyncDispose]();
  }
}

async function numbers() {
  const limit = Number(flags.documents);
  const greedy = {};
  for (const kind of Object.keys(kinds)) greedy[kind] = (await capture(kind, {limit})).stored;
  const trees = {};
  for (const kind of Object.keys(kinds))
    trees[kind] = (await capture(kind, {limit: Number(flags.trees), estimators: ["marginal"]})).stored;
  const pair = (exact, other) => ({
    traces: traceDifferences(greedy[exact], greedy[other]),
    trees: treeDifferences(trees[exact], trees[other]),
  });
  return {
    engines: Object.fromEntries(
      Object.entries(greedy).map(([kind, {manifest}]) => [kind, {...manifest.engine, readOuts: manifest.readOuts}]),
    ),
    "reader against local": pair("local", "reader"),
    "stock against local": pair("local", "stock"),
    "stock against reader": pair("reader", "stock"),
  };
}

/** Enough documents that every lane has work for a while, without hours on one lane. */
function documentsFor(lanes) {
  return Math.max(16, Math.min(128, lanes * 2));
}

/** @param store keeps what is there so far: an hour of measuring is not lost to its last minute */
async function speed(store) {
  const rows = [];
  for (const lanes of flags.lanes.split(",").map(Number)) {
    const limit = documentsFor(lanes);
    const rounds = [];
    for (let round = 0; round < Number(flags.rounds); round++) {
      // In turn, and every other round the other way about: what else runs on the machine then weighs on all alike.
      const order = round % 2 === 0 ? Object.keys(kinds) : Object.keys(kinds).toReversed();
      const found = {};
      for (const kind of order) {
        const {documentsPerSecond, wire} = await capture(kind, {limit, sequences: lanes});
        found[kind] = {documentsPerSecond, ...perDocument(wire, limit)};
      }
      rounds.push(found);
    }
    const of = (kind, field) => median(rounds.map(round => round[kind][field]));
    rows.push({
      lanes,
      documents: limit,
      ...Object.fromEntries(
        Object.keys(kinds).map(kind => [
          kind,
          Object.fromEntries(Object.keys(rounds[0][kind]).map(field => [field, of(kind, field)])),
        ]),
      ),
      readerToStock: median(rounds.map(({reader, stock}) => reader.documentsPerSecond / stock.documentsPerSecond)),
      readerToLocal: median(rounds.map(({reader, local}) => reader.documentsPerSecond / local.documentsPerSecond)),
      rounds,
    });
    store({rows});
  }
  return {rows};
}

function perDocument({requests, bytesSent, bytesReceived}, documents) {
  return {
    requests: requests / documents,
    bytesSent: bytesSent / documents,
    bytesReceived: bytesReceived / documents,
  };
}

const sections = {numbers, speed};
const stored = existsSync(`${flags.out}.json`) ? JSON.parse(readFileSync(`${flags.out}.json`, "utf8")) : {};
for (const name of Object.keys(sections).filter(section => flags.only.includes(section))) {
  const about = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    labelscope: version,
    versions: JSON.parse(flags.versions),
    documents: Number(flags.documents),
    trees: Number(flags.trees),
    threads,
    ...(flags.note === undefined ? {} : {note: flags.note}),
  };
  const store = result => {
    stored[name] = {...about, ...result};
    writeFileSync(`${flags.out}.json`, `${JSON.stringify(stored, null, 1)}\n`);
    writeFileSync(`${flags.out}.md`, markdown(stored));
  };
  store(await sections[name](store));
}
const missed = misses(stored);
for (const miss of missed) say(`missed: ${miss}`);
process.exitCode = missed.length > 0 ? 1 : 0;
