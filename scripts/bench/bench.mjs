// The benchmark: documents a second against reference loops, cost of the capture, memory, start-up time.
// See README.md beside this file. Results go to docs/measurements/bench.json and bench.md.
import {execFileSync} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {markdown} from "./bench-table.mjs";
import {machine, median, runProcess} from "./processes.mjs";
import {writeTinyModel} from "./tiny-model.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(ROOT, "dist", "cli.js");
const SECTIONS = ["speed", "capture", "memory", "flat", "transformers", "help"];

const {values: flags} = parseArgs({
  options: {
    data: {type: "string"},
    model: {type: "string", multiple: true, default: ["smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"]},
    documents: {type: "string", default: "32"},
    rounds: {type: "string", default: "3"},
    sequences: {type: "string", multiple: true, default: ["1", "8"]},
    threads: {type: "string", default: String(machine().cores)},
    reference: {type: "string"},
    "reference-flash": {type: "string"},
    transformers: {type: "string"},
    only: {type: "string", multiple: true, default: SECTIONS},
    note: {type: "string"},
    "flat-documents": {type: "string", default: "10000"},
    out: {type: "string", default: join(ROOT, "docs", "measurements", "bench")},
  },
});
const rounds = Number(flags.rounds);
const documents = Number(flags.documents);
const threads = Number(flags.threads);
const scratch = mkdtempSync(join(tmpdir(), "labelscope-bench-"));
process.on("exit", () => rmSync(scratch, {recursive: true, force: true}));
const say = line => process.stderr.write(`${line}\n`);

/** The prompts of a run as labelscope makes them, the libraries it has loaded, and a reference loop built on those. */
async function prepare(model) {
  const load = path => import(new URL(`../../dist/${path}`, import.meta.url));
  const {openLocalEngine} = await load("engine/local.js");
  const {planRun, homeOf} = await load("run/plan.js");
  const {loadCatalog} = await load("catalog/catalog.js");
  const {resolveModel} = await load("catalog/resolve.js");
  const {readGgufInfo} = await load("catalog/gguf-info.js");
  const place = {cwd: process.cwd(), env: process.env};
  const {RUN_DEFAULTS} = await load("run/options.js");
  const engine = await openLocalEngine({home: homeOf(place)});
  const options = {
    ...RUN_DEFAULTS,
    task: "goemotions",
    models: [model],
    data: flags.data,
    limit: documents,
    labelScoring: "first-token",
  };
  const plan = await planRun(engine, options, place);
  const [one] = plan.models;
  const {path} = await resolveModel(model, {...place, catalog: await loadCatalog()});
  const backends = loadedLibraries();
  const prompts = one.documents.map(({document}) => ({id: document.id, text: one.promptOf(document)}));
  const job = join(scratch, `${basename(model)}.txt`);
  writeFileSync(job, prompts.map(({text}) => `${text}\u0001`).join(""));
  const outsideJob = join(scratch, `${basename(model)}.outside.txt`);
  const {prefix} = plan.prompts;
  writeFileSync(
    outsideJob,
    [prefix, ...prompts.map(({text}) => text.slice(prefix.length))].map(text => `${text}\u0001`).join(""),
  );
  const found = {
    model,
    path,
    prompts,
    prefix,
    job,
    outsideJob,
    budget: one.labels.answerBudget,
    longestTokens: one.longestTokens,
    sharedTokens: one.sharedPrefix.length,
    info: await readGgufInfo(path),
    facts: engine.facts,
    backends,
    loop: compileLoop(backends),
  };
  await engine[Symbol.asyncDispose]();
  return found;
}

/** The folder and names of the engine's libraries that this process has mapped. */
function loadedLibraries() {
  const mapped = readFileSync("/proc/self/maps", "utf8").match(
    /\/\S*\/lib(?:llama|ggml|ggml-base)(?:\.v[\d.]+)?\.so$/gm,
  );
  const paths = [...new Set(mapped)];
  return {folder: dirname(paths[0]), files: paths.map(path => basename(path))};
}

function compileLoop({folder, files}) {
  const loop = join(scratch, "native-loop");
  if (existsSync(loop)) return loop;
  const native = join(ROOT, "src", "engine", "native");
  execFileSync(process.env.CXX ?? "g++", [
    ...["-O3", "-std=c++20", `-I${native}`, `-I${join(native, "include")}`],
    fileURLToPath(new URL("native-loop.cpp", import.meta.url)),
    ...["-o", loop, `-L${folder}`, `-Wl,-rpath,${folder}`, ...files.map(name => `-l:${name}`)],
  ]);
  return loop;
}

/** One `labelscope run`, as a user starts it. */
async function product(setup, {sequences, flash}) {
  const out = mkdtempSync(join(scratch, "runs-"));
  const parameters = [
    CLI,
    "run",
    "goemotions",
    "--data",
    flags.data,
    "--model",
    setup.model,
    "--limit",
    String(documents),
  ];
  parameters.push("--sequences", String(sequences), "--threads", String(threads), "--label-scoring", "first-token");
  parameters.push(...(flash ? ["--flash-attention"] : []), "--out", out, "--json", "--quiet");
  const {stdout, seconds, peakBytes} = await runProcess(process.execPath, parameters);
  const parsed = JSON.parse(stdout);
  const [outcome] = Array.isArray(parsed) ? parsed : (parsed.runs ?? parsed.outcomes ?? [parsed]);
  const traces = readFileSync(join(outcome.folder, "traces.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
  rmSync(out, {recursive: true, force: true});
  return {
    documentsPerSecond: outcome.documentsPerSecond,
    wholeProcessSeconds: seconds,
    peakBytes,
    answers: new Map(traces.map(trace => [trace.document.id, trace.answer.text])),
  };
}

async function ownLoop(setup, {sequences, flash, reduce = "full"}) {
  const parameters = [
    setup.path,
    sequences,
    threads,
    flash ? 1 : 0,
    reduce,
    setup.budget,
    setup.job,
    setup.backends.folder,
  ];
  const {stdout, seconds, peakBytes} = await runProcess(setup.loop, parameters.map(String));
  const found = JSON.parse(stdout);
  return {...found, documentsPerSecond: found.documents / found.seconds, wholeProcessSeconds: seconds, peakBytes};
}

async function outsideLoop(binary, setup, {sequences}) {
  const parameters = [setup.path, sequences, threads, documents, setup.outsideJob, setup.backends.folder];
  const {stdout} = await runProcess(binary, parameters.map(String));
  const numbers = stdout.match(/=> ([\d.]+) docs\/s.*with prefix ([\d.]+) docs\/s/);
  if (numbers === null) throw new Error(`${binary}: no docs/s in what it printed:\n${stdout}`);
  return {documentsPerSecond: Number(numbers[2]), withoutPrefix: Number(numbers[1])};
}

/** Documents a second: product, own loop, outside loop, product … in one go; medians of the rounds' ratios. */
async function measureSpeed(setups) {
  const rows = [];
  for (const setup of setups) {
    for (const flash of [false, true]) {
      for (const sequences of flags.sequences.map(Number)) {
        const binary = flash ? flags["reference-flash"] : flags.reference;
        const found = [];
        for (let round = 0; round < rounds; round++) {
          const mine = await product(setup, {sequences, flash});
          const own = await ownLoop(setup, {sequences, flash});
          const outside = binary === undefined ? undefined : await outsideLoop(binary, setup, {sequences});
          found.push({mine, own, outside});
        }
        const of = read => median(found.map(read));
        const same = setup.prompts.filter(
          ({id}, place) => found[0].mine.answers.get(id) === found[0].own.answers[place],
        ).length;
        const row = {
          model: setup.model,
          sequences,
          flashAttention: flash,
          documents,
          rounds,
          product: of(({mine}) => mine.documentsPerSecond),
          ownLoop: of(({own}) => own.documentsPerSecond),
          ratioToOwnLoop: of(({mine, own}) => mine.documentsPerSecond / own.documentsPerSecond),
          ratiosToOwnLoop: found.map(({mine, own}) => mine.documentsPerSecond / own.documentsPerSecond),
          wholeProcessSeconds: of(({mine}) => mine.wholeProcessSeconds),
          ownLoopWholeProcessSeconds: of(({own}) => own.wholeProcessSeconds),
          sameAnswers: same,
          ...(binary === undefined
            ? {}
            : {
                outsideLoop: of(({outside}) => outside.documentsPerSecond),
                ratioToOutsideLoop: of(({mine, outside}) => mine.documentsPerSecond / outside.documentsPerSecond),
                ratiosToOutsideLoop: found.map(
                  ({mine, outside}) => mine.documentsPerSecond / outside.documentsPerSecond,
                ),
              }),
        };
        rows.push(row);
        say(
          `${row.model} ${sequences} sequences${flash ? ", flash attention" : ""}: ${row.product.toFixed(2)} docs/s, ratio ${row.ratioToOwnLoop.toFixed(3)}${binary ? `, outside ${row.ratioToOutsideLoop.toFixed(3)}` : ""}, same answers ${same}/${documents}`,
        );
      }
    }
  }
  return {target: "ratio to the reference loop at least 0.9", rows};
}

/**
 * What reading costs: the reduction's share of a decoding step in the reference loop, whose reduction is the reader's
 * own code, and the loop with and without it, in turn.
 */
async function measureCapture(setups) {
  const rows = [];
  for (const setup of setups) {
    const found = [];
    for (let round = 0; round < rounds; round++) {
      const full = await ownLoop(setup, {sequences: 1, flash: false});
      const argmax = await ownLoop(setup, {sequences: 1, flash: false, reduce: "argmax"});
      found.push({full, argmax});
    }
    const of = read => median(found.map(read));
    const extra = ({full, argmax}) => full.reduceSeconds / full.steps - argmax.reduceSeconds / argmax.steps;
    rows.push({
      model: setup.model,
      vocabulary: found[0].full.vocabulary,
      steps: found[0].full.steps,
      reduceMs: of(({full}) => (1000 * full.reduceSeconds) / full.steps),
      argmaxMs: of(({argmax}) => (1000 * argmax.reduceSeconds) / argmax.steps),
      wholeStepMs: of(({full}) => (1000 * (full.seconds - full.prefixSeconds)) / full.steps),
      decodingStepMs: await decodingStep(setup),
      shareOfJob: of(({full, argmax}) => extra({full, argmax}) / ((full.seconds - full.prefixSeconds) / full.steps)),
    });
    const row = rows.at(-1);
    row.shareOfDecodingStep = (row.reduceMs - row.argmaxMs) / row.decodingStepMs;
    say(
      `${row.model}: reduction ${row.reduceMs.toFixed(3)} ms, argmax alone ${row.argmaxMs.toFixed(3)} ms, decoding step ${row.decodingStepMs.toFixed(2)} ms: ${(100 * row.shareOfDecodingStep).toFixed(1)} %`,
    );
  }
  return {target: "at most 5 % of the step time at a vocabulary of 152 k", rows};
}

/** Milliseconds of one step of one token in a labelscope session after a real prompt, reading argmax and entropy. */
async function decodingStep(setup) {
  const {openLocalEngine} = await import(new URL("../../dist/engine/local.js", import.meta.url));
  const {homeOf} = await import(new URL("../../dist/run/plan.js", import.meta.url));
  const engine = await openLocalEngine({home: homeOf({env: process.env})});
  const model = await engine.loadModel(setup.path);
  const session = await model.openSession({
    sequences: 1,
    contextTokens: 1024,
    threads,
    flashAttention: false,
    cacheType: "f16",
  });
  const spec = {tokens: [], groups: [], top: 0};
  const step = async tokens =>
    (await session.extend([{sequence: 0, tokens, reads: [{at: tokens.length - 1, spec}]}]))[0][0];
  let found = await step(model.tokenize(setup.prompts[0].text));
  const times = [];
  for (let i = 0; i < 60; i++) {
    const started = performance.now();
    found = await step([found.argmax.token]);
    times.push(performance.now() - started);
  }
  for (const open of [session, model, engine]) await open[Symbol.asyncDispose]();
  return median(times);
}

/** Peak resident memory of a whole run against model file + key-value cache + 400 MB. */
async function measureMemory(setups) {
  const rows = [];
  for (const setup of setups) {
    for (const sequences of [1, 8]) {
      const {peakBytes} = await product(setup, {sequences, flash: false});
      const cells = roundUp(setup.sharedTokens + sequences * (setup.longestTokens - setup.sharedTokens));
      const cacheBytes = cells * (await cacheBytesOfOneToken(setup.path));
      const fileBytes = statSync(setup.path).size;
      const beyondMB = (peakBytes - fileBytes - cacheBytes) / 1e6;
      rows.push({
        model: setup.model,
        sequences,
        peakMB: peakBytes / 1e6,
        fileMB: fileBytes / 1e6,
        cacheMB: cacheBytes / 1e6,
        beyondMB,
      });
      say(
        `${setup.model} ${sequences} sequences: peak ${(peakBytes / 1e6).toFixed(0)} MB = file + cache + ${beyondMB.toFixed(0)} MB`,
      );
    }
  }
  return {target: "model file + key-value cache + 400 MB", rows};
}

function roundUp(tokens) {
  return Math.ceil(tokens / 256) * 256;
}

async function cacheBytesOfOneToken(path) {
  const {readGgufFileInfo} = await import("node-llama-cpp");
  const {metadata} = await readGgufFileInfo(path);
  const own = metadata[metadata.general.architecture];
  const heads = own.attention.head_count_kv ?? own.attention.head_count;
  const width = own.attention.key_length ?? own.embedding_length / own.attention.head_count;
  return 2 * 2 * own.block_count * heads * width; // keys and values, two bytes each
}

/** Resident memory over many documents with a tiny random model: the growth from a tenth of the run to its end. */
async function measureFlat() {
  const count = Number(flags["flat-documents"]);
  const folder = mkdtempSync(join(scratch, "flat-"));
  const model = join(folder, "tiny.gguf");
  writeTinyModel(model);
  const line = (id, labels) => `${JSON.stringify({id, text: `text ${id}`, labels})}\n`;
  writeFileSync(join(folder, "train.jsonl"), line("a", ["on"]) + line("b", ["off"]) + line("c", ["on", "off"]));
  writeFileSync(join(folder, "test.jsonl"), Array.from({length: count}, (_, i) => line(String(i), [])).join(""));
  writeFileSync(
    join(folder, "task.yaml"),
    [
      "version: 1\nid: flat\ntitle: Memory over many documents\nlabels: [on, off]\nnone: none\nformat: json",
      'prompt:\n  instruction: "On or off: {labels}.\\n"\n  demonstration: "{text}\\n{answer}\\n"\n  query: "{text}\\n{opening}"',
      "demonstrations: {from: train, count: 2, multiShare: 0.5, noneShare: 0}",
      "gold: labels\ndata: {train: train.jsonl, test: test.jsonl}\n",
    ].join("\n"),
  );
  const samples = [];
  const out = join(folder, "runs");
  const traces = () => {
    const run = existsSync(out) ? execFileSync("find", [out, "-name", "traces.jsonl"], {encoding: "utf8"}).trim() : "";
    return run === "" ? 0 : statSync(run).size;
  };
  let last = 0;
  const {stdout, peakBytes, seconds} = await runProcess(
    process.execPath,
    [CLI, "run", join(folder, "task.yaml"), "--model", model, "--threads", "1", "--out", out, "--json", "--quiet"],
    {
      onSample: bytes => {
        if (performance.now() - last < 250) return;
        last = performance.now();
        samples.push({bytes, written: traces()});
      },
    },
  );
  const total = traces();
  const at = share => {
    const near = samples
      .filter(({written}) => written > 0 && Math.abs(written / total - share) <= 0.05)
      .map(({bytes}) => bytes);
    return near.length === 0 ? undefined : median(near) / 1e6;
  };
  const parsed = JSON.parse(stdout);
  const [outcome] = Array.isArray(parsed) ? parsed : (parsed.runs ?? parsed.outcomes ?? [parsed]);
  const shares = [0.1, 0.25, 0.5, 0.75, 0.95];
  const found = {
    target: "flat over 10 000 documents",
    documents: outcome.captured,
    documentsPerSecond: outcome.documentsPerSecond,
    seconds,
    peakMB: peakBytes / 1e6,
    residentMB: Object.fromEntries(shares.map(share => [`${Math.round(share * 100)} %`, at(share)])),
  };
  say(`flat: ${JSON.stringify(found.residentMB)} MB, peak ${found.peakMB.toFixed(0)} MB, ${found.documents} documents`);
  return found;
}

/** What the paper does: the whole prompt again for every document, transformers in float32. */
async function measureTransformers(setup) {
  const count = Math.min(documents, 12);
  const job = join(scratch, "transformers.json");
  const prompts = setup.prompts.slice(0, count).map(({text}) => text);
  writeFileSync(job, JSON.stringify({prompts, budget: setup.budget}));
  const found = [];
  for (let round = 0; round < Math.min(rounds, 2); round++) {
    const mine = await product(setup, {sequences: 8, flash: false});
    const script = fileURLToPath(new URL("transformers_loop.py", import.meta.url));
    const {stdout} = await runProcess(flags.transformers, [script, setup.path, job, String(threads)]);
    const theirs = JSON.parse(stdout.trim().split("\n").at(-1));
    found.push({mine: mine.documentsPerSecond, theirs: theirs.documents / theirs.seconds, versions: theirs.versions});
  }
  const row = {
    model: setup.model,
    product: median(found.map(({mine}) => mine)),
    transformers: median(found.map(({theirs}) => theirs)),
    ratio: median(found.map(({mine, theirs}) => mine / theirs)),
    versions: found[0].versions,
  };
  say(`${row.model}: transformers ${row.transformers.toFixed(3)} docs/s, ratio ${row.ratio.toFixed(1)}`);
  return {target: "at least 5 times the transformers loop", rows: [row]};
}

async function measureHelp() {
  const times = [];
  for (let i = 0; i < 11; i++) times.push((await runProcess(process.execPath, [CLI, "--help"])).seconds);
  const found = {target: "below 0.3 s", medianSeconds: median(times), worstSeconds: Math.max(...times)};
  say(`--help: ${found.medianSeconds.toFixed(3)} s`);
  return found;
}

if (!existsSync(CLI)) throw new Error("dist/cli.js is not there: npm run build");
const needsData = flags.only.some(section => ["speed", "capture", "memory", "transformers"].includes(section));
if (needsData && flags.data === undefined) {
  say("--data DIR is needed: GoEmotions, the simplified release (train.tsv, dev.tsv, test.tsv, emotions.txt)");
  process.exit(2);
}
const setups = needsData ? await Promise.all([]) : [];
if (needsData) for (const model of flags.model) setups.push(await prepare(model));

const stored = existsSync(`${flags.out}.json`) ? JSON.parse(readFileSync(`${flags.out}.json`, "utf8")) : {};
const {version} = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const measure = {
  speed: () => measureSpeed(setups),
  capture: () => measureCapture(setups),
  memory: () => measureMemory(setups),
  flat: () => measureFlat(),
  transformers: () => (flags.transformers === undefined ? undefined : measureTransformers(setups[0])),
  help: () => measureHelp(),
};
const words = process.argv.slice(2).map(word => (word.startsWith("/") ? "PATH" : word));
for (const section of flags.only) {
  if (measure[section] === undefined) throw new Error(`--only ${section}: expected one of ${SECTIONS.join(", ")}`);
  const found = await measure[section]();
  if (found === undefined) continue;
  // Rows of models that were measured another time stay.
  const before = stored[section];
  const kept = (before?.rows ?? []).filter(row => found.rows?.every(({model}) => model !== row.model));
  const command = ["npm run bench --", ...words].join(" ");
  stored[section] = {
    commands: [...new Set([...(kept.length > 0 ? before.commands : []), command])],
    date: new Date().toISOString().slice(0, 10),
    labelscope: version,
    machine: machine(),
    ...(flags.note === undefined ? {} : {note: flags.note}),
    ...(setups[0] === undefined ? {} : {engine: setups[0].facts, threads}),
    ...found,
    ...(found.rows === undefined ? {} : {rows: [...kept, ...found.rows]}),
  };
  const ordered = Object.fromEntries(
    SECTIONS.filter(name => stored[name] !== undefined).map(name => [name, stored[name]]),
  );
  writeFileSync(`${flags.out}.json`, `${JSON.stringify(ordered, null, 1)}\n`);
  writeFileSync(`${flags.out}.md`, markdown(ordered));
}
process.exit(0);
