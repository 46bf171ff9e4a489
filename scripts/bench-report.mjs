// Time and memory of a whole comparison with its report: synthetic runs of ten models on 500 documents.
//   npm run build && node scripts/bench-report.mjs [RUNS] [DOCUMENTS]
// Ten runs of 500 documents on two quiet cores of an AMD EPYC: 18.2 s (18.4, 18.2, 16.7), at most 0.61 GB. Measured in turn
// on a busy machine, processor time fell from 21.9 to 17.6 s when resamples were scored in blocks and average precision once.
import {mkdtemp, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {compare} from "../dist/compare/compare.js";
import {COMPARE_DEFAULTS} from "../dist/compare/settings.js";
import {entropyBits} from "../dist/math/entropy.js";
import {createRng} from "../dist/math/rng.js";
import {softmax} from "../dist/math/softmax.js";
import {resultsSchema} from "../dist/records/results/results.js";
import {writeReport} from "../dist/report/write-report.js";

const [count = 10, size = 500] = process.argv.slice(2).map(Number);
const LABELS = ["admiration", "anger", "fear", "joy", "optimism", "sadness", "surprise", "none"];
const HASH = "0".repeat(64);
const WORDS =
  "the a quick slow happy sad train letter friend rain window broke arrived left again today never so".split(" ");

const rng = createRng("documents");
const documents = Array.from({length: size}, (_, i) => {
  const gold = LABELS.slice(0, -1).filter(() => rng() < 0.25);
  const text = Array.from({length: 18}, () => WORDS[Math.floor(rng() * WORDS.length)]).join(" ");
  return {
    id: `test-${String(i).padStart(4, "0")}`,
    text,
    annotations: [0, 1, 2, 3].map(() => gold.filter(() => rng() < 0.8)),
  };
});

function stepOf(r, scores, last) {
  const probabilities = softmax(scores);
  const ranked = LABELS.map((label, i) => ({label, p: probabilities[i]})).sort((a, b) => b.p - a.p);
  const [top, second] = ranked;
  return {
    r,
    answerTokens: r - 1,
    kind: last ? "last" : "intermediate",
    scores,
    probabilities,
    entropyBits: entropyBits(probabilities),
    vocabEntropyBits: entropyBits(probabilities) + 0.1,
    logSumExp: 10,
    labelMass: 0.95,
    argmaxIsLabel: true,
    top: top.label,
    second: second.label,
    topToSecond: top.p / second.p,
    emitted: {text: top.label, kind: top.label === "none" ? "none" : "label", label: top.label},
    branch: {close: 0.6, goOn: 0.3, stop: 2 / 3},
    topTokens: ranked.map(({label, p}, token) => ({token, text: label, logit: 10 + Math.log(p)})),
  };
}

function runOf(place) {
  const noise = createRng(`run ${place}`);
  const sharpness = 1 + 0.3 * place;
  const variant = place % 2 === 0 ? "base" : "sft";
  const total = 10_000 * 4 ** Math.floor(place / 2);
  const id = `synthetic-${Math.floor(place / 2)}-${variant}`;
  const traces = documents.map((document, i) => {
    const gold = new Set(document.annotations.flat());
    const base = LABELS.map(label => (gold.has(label) ? 2 : 0) + 2 * noise());
    const wanted = Math.max(1, Math.min(3, gold.size));
    const steps = [];
    const said = [];
    for (let r = 1; r <= wanted; r++) {
      const scores = base.map((score, j) => sharpness * (said.includes(LABELS[j]) ? -2 : score));
      const step = stepOf(r, scores, r === wanted);
      steps.push(step);
      if (step.top === "none") break;
      said.push(step.top);
    }
    const answer = {
      tokens: [1],
      text: `${said.join('", "') || "none"}"]}`,
      wellFormed: true,
      problems: [],
      labels: said,
    };
    return {
      schema: 1,
      key: `${i}`,
      split: "test",
      document,
      promptTokens: 400,
      promptHash: HASH,
      answer,
      steps,
      elapsedMs: 1,
    };
  });
  const identity = {
    task: "synthetic",
    model: id,
    shots: 10,
    multiShare: 0.5,
    noneShare: 0.1,
    seed: 0,
    labelOrder: "alphabetical",
    format: "json",
    chat: "raw",
    opening: "given",
    decode: "free",
    labelScoring: "first-token",
    variants: "max",
    flashAttention: false,
    strict: false,
    fullLogits: false,
  };
  const manifest = {
    schema: 1,
    labelscope: "0.0.0",
    name: id,
    created: "2026-01-01T00:00:00.000Z",
    identity,
    task: {
      id: "synthetic",
      title: "Synthetic runs",
      source: "-",
      hash: HASH,
      gold: "majority",
      annotations: "annotators",
      dataHashes: {test: HASH},
    },
    model: {
      id,
      file: "-",
      sha256: HASH,
      fileSizeBytes: 1,
      architecture: "llama",
      totalParameters: total,
      embeddingParameters: total / 2,
      nonEmbeddingParameters: total / 2,
      family: "synthetic",
      variant,
      tokenizerHash: HASH,
      bosToken: null,
      ...(variant === "sft" ? {parent: id.replace("sft", "base")} : {}),
    },
    engine: {engine: "none"},
    cacheType: "f16",
    labels: LABELS,
    noneLabel: "none",
    labelTokens: {first: LABELS.map((_, i) => [[i]]), collisions: [], merged: [], seamChecks: 0, seamDiffering: 0},
    prompt: {
      hash: HASH,
      labelOrder: LABELS.slice(0, -1),
      templated: false,
      demonstrations: [],
      composition: {count: 10, multi: 5, single: 4, none: 1},
      leaks: 0,
    },
    answerBudget: 40,
    numerics: "-",
    sessions: [],
  };
  const stored = traces.map(trace => ({document: trace.document, split: "test", trace}));
  const calibration = stored
    .slice(0, 100)
    .map(item => ({...item, split: "calibration", trace: {...item.trace, split: "calibration"}}));
  return {name: id, manifest, documents: {test: stored, calibration, train: []}};
}

const seconds = (from, cpu) => {
  const used = process.cpuUsage(cpu);
  return `${((performance.now() - from) / 1000).toFixed(1)} s (${((used.user + used.system) / 1e6).toFixed(1)} s of processor time)`;
};
const runs = Array.from({length: count}, (_, place) => runOf(place));
const out = await mkdtemp(join(tmpdir(), "labelscope-bench-"));
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);
const [all, allCpu] = [performance.now(), process.cpuUsage()];
const {results} = compare({runs, labelscope: "bench"}, COMPARE_DEFAULTS);
console.log(`compare  ${seconds(all, allCpu)}`);
peak = Math.max(peak, process.memoryUsage.rss());
const [began, cpu] = [performance.now(), process.cpuUsage()];
await writeFile(join(out, "results.json"), JSON.stringify(resultsSchema.parse(results)));
const written = await writeReport({results, runs, out});
console.log(`report   ${seconds(began, cpu)}`);
console.log(`whole    ${seconds(all, allCpu)}, ${count} runs, ${size} documents`);
clearInterval(watch);
const megabytes = bytes => `${(bytes / 1e6).toFixed(2)} MB`;
console.log(
  `page     ${megabytes(written.pageBytes)}, ${written.figures.length} figures, results.json ${megabytes((await stat(join(out, "results.json"))).size)}`,
);
console.log(`memory   ${megabytes(Math.max(peak, process.memoryUsage.rss()))} resident at most`);
if (process.env.KEEP === undefined) await rm(out, {recursive: true});
else console.log(out);
