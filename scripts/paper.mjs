// The tables and figures of Ma et al. 2025 by labelscope's commands, on models that run here: docs/measurements/paper.md.
//
//   npm run build && node scripts/paper.mjs --data DIR [--work DIR] [--only posts|goemotions]
//
// DIR holds GoEmotions as published (simplified). Needs qwen2.5-coder-0.5b-instruct and all-minilm-l6-v2 (labelscope models
// pull …). Resumable: finished captures are kept in --work, where the whole comparisons and experiments lie as well.
import {spawnSync} from "node:child_process";
import {existsSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const CLI = join(ROOT, "dist/cli.js");
const PAGE = join(ROOT, "docs/measurements/paper.md");
const METRICS = ["nll", "l1", "example-f1"];
/** Rows of the paper's Table 2, in its order, and ours. The paper's GoEmotions values of 8B and 70B: NLL / L1 / example-F1. */
const ROWS = {
  "compare-to-none": ["33.58 / 5.42 / .21", "23.93 / 4.71 / .27"],
  hard: ["27.47 / 1.49 / .32", "24.11 / 1.31 / .39"],
  unary: ["4.99 / 3.21 / .29", "3.60 / 1.32 / .43"],
  binary: ["4.84 / 3.18 / .23", "7.62 / 2.64 / .41"],
  "binary-outcome": ["–", "–"],
  "max-over-generations": ["3.00 / 1.44 / .34", "4.04 / 1.27 / .39"],
  probe: ["2.57 / .70 / .57", "2.42 / .71 / .56"],
  encoder: ["2.72 / .63 / .64 (BERT, trained)", "same"],
  "first-step": ["–", "–"],
  "first-step+platt": ["–", "–"],
  marginal: ["–", "–"],
  truth: ["–", "–"],
  constant: ["–", "–"],
};
const {values} = parseArgs({
  options: {data: {type: "string"}, work: {type: "string", default: join(ROOT, "runs/paper")}, only: {type: "string"}},
});
const work = resolve(values.work);

/** What is run: the questions cost tens of prompts a document, so the real model gets a hundred documents, and 40 a setting of an experiment. */
const SUBJECTS = [
  {
    task: "posts",
    model: "ladder-sm-base",
    estimators: "first-step+platt,unary,binary,binary-outcome,probe,encoder,marginal",
    documents: ["--threads", "1", "--calibration-limit", "200", "--train-limit", "1000"],
    limit: ["--threads", "1"],
  },
  {
    task: "goemotions",
    model: "qwen2.5-coder-0.5b-instruct",
    estimators: "first-step+platt,unary,binary,binary-outcome,probe,encoder",
    documents: ["--limit", "100", "--calibration-limit", "60", "--train-limit", "300"],
    limit: ["--limit", "40"],
  },
];

/** @param {string[]} words */
function labelscope(...words) {
  console.error(`labelscope ${words.join(" ")}`);
  const {status} = spawnSync(process.execPath, [CLI, ...words], {stdio: ["ignore", "ignore", "inherit"]});
  if (status !== 0) process.exit(status ?? 1);
}

function capture({task, model, estimators, documents, limit}) {
  const data = task === "posts" ? [] : ["--data", values.data];
  const folder = join(work, task);
  const runs = join(folder, "runs");
  const of = [task, ...data, "--model", model];
  labelscope("run", ...of, ...documents, "--estimators", estimators, "--probe-predictions", "--out", runs);
  const run = readdirSync(runs).find(name => !readManifest(join(runs, name)).identity.labelOrder.includes(":"));
  labelscope(
    "compare",
    join(runs, run ?? ""),
    "--metrics",
    METRICS.join(","),
    "--no-report",
    "--out",
    join(folder, "comparison"),
  );
  for (const name of ["label-order", "multi-share"]) {
    labelscope(
      "experiment",
      name,
      ...of,
      ...limit,
      "--runs",
      join(folder, "experiments"),
      "--out",
      join(folder, name),
      "--yes",
    );
  }
  const read = file => JSON.parse(readFileSync(join(folder, file), "utf8"));
  return {
    model,
    results: read("comparison/results.json"),
    order: read("label-order/experiment.json"),
    share: read("multi-share/experiment.json"),
  };
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
}

const percent = value => (value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);
/** @param {{value?: number, lower?: number, upper?: number, n?: number}} measured */
const share = ({value, lower, upper, n} = {}) =>
  value === undefined
    ? "–"
    : `${percent(value)}${lower === undefined ? "" : ` [${percent(lower)}, ${percent(upper)}]`}${n === undefined ? "" : `, n ${n}`}`;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map(cells => `| ${cells.join(" | ")} |`).join("\n");

function estimatorTable(subjects) {
  const cell = (subject, name) => {
    const {results} = subject;
    const row = results.estimates[results.runs[0].run][name];
    if (row === undefined) return "–";
    const [nll, l1, f1] = METRICS.map(metric => row.metrics[metric]);
    const numbers = [nll?.value?.toFixed(2), l1?.value?.toFixed(2), f1?.value?.toFixed(2)?.replace(/^0/, "")];
    return numbers.map(text => text ?? "–").join(" / ");
  };
  const names = Object.keys(ROWS);
  return table(
    ["NLL / L1 / example-F1", ...subjects.map(({model}) => model), "paper, 8B, GoEmotions", "paper, 70B, GoEmotions"],
    names.map(name => [`\`${name}\``, ...subjects.map(subject => cell(subject, name)), ...ROWS[name]]),
  );
}

const dynamicsOf = ({results}) => results.dynamics[results.runs[0].run];

function fateTable(subjects) {
  return table(
    ["", ...subjects.map(({model}) => model), "paper"],
    [
      [
        "runner-up at step 1 is the argmax at step 2",
        ...subjects.map(one => share(dynamicsOf(one).secondFate["1"]?.isNextArgmax)),
        "–",
      ],
      [
        "where it is not, it is never emitted (Table 4)",
        ...subjects.map(one => share(dynamicsOf(one).secondFate["1"]?.neverEmittedOtherwise)),
        "GoEmotions 91–99 %, MFRC 90–100 %, SemEval 78–90 %",
      ],
      [
        "ranked second at step 1 is emitted second (Figure 11)",
        ...subjects.map(one => share(dynamicsOf(one).ranking.secondIsRankedSecond)),
        "70B 65 %, 8B about 50 %",
      ],
    ],
  );
}

function orderTable(subjects) {
  const paper = {
    alphabetical: "96.4 % (one and the same)",
    reversed: "15.9 % / 71.9 %",
    "random (mean of 3)": "35.2 % / 40.1 %",
  };
  const cell = ({order, model}, setting) => {
    const row = order.tables[0].rows.find(one => one.model === model && one.setting === setting);
    return row === undefined ? "–" : `${share(row.cells.alphabetical)} / ${percent(row.cells.prompt.value)}`;
  };
  return table(
    ["order of the labels in the prompt", ...subjects.map(({model}) => model), "paper"],
    Object.keys(paper).map(setting => [setting, ...subjects.map(one => cell(one, setting)), paper[setting]]),
  );
}

function shareTable(subjects) {
  const rows = subjects[0].share.tables[0].rows.map(({setting}) => setting);
  const settings = [...new Set(rows)];
  const cell = ({share: experiment, model}, setting) => {
    const row = experiment.tables[0].rows.find(one => one.model === model && one.setting === setting);
    return share(row?.cells["multi-label"]);
  };
  return table(
    [
      "share of demonstrations with several labels",
      ...subjects.map(({model}) => `several labels in the answers of ${model}`),
    ],
    settings.map(setting => [setting, ...subjects.map(one => cell(one, setting))]),
  );
}

function probeTable(subjects) {
  const shown = ["gold", "predictions"].flatMap(trainedOn =>
    ["gold", "predictions"].flatMap(scoredOn => ["all", "after-first"].map(labels => ({trainedOn, scoredOn, labels}))),
  );
  const words = {
    gold: "gold",
    predictions: "the model's answers",
    all: "all labels",
    "after-first": "labels after the first",
  };
  const cell = ({results}, wanted) => {
    const {scores = []} = results.probes[results.runs[0].run];
    const found = scores.find(one => Object.entries(wanted).every(([key, value]) => one[key] === value));
    if (found === undefined) return "–";
    const {value, lower, upper} = found.averagePrecision;
    const interval = lower === undefined ? "" : ` [${lower.toFixed(2)}, ${upper.toFixed(2)}]`;
    return `${value === undefined ? "–" : `${value.toFixed(2)}${interval}`}; ${(found.positives / found.pairs).toFixed(2)}`;
  };
  return table(
    ["probe trained on", "scored on", "labels", ...subjects.map(({model}) => `${model}: average precision; chance`)],
    shown.map(wanted => [
      words[wanted.trainedOn],
      words[wanted.scoredOn],
      words[wanted.labels],
      ...subjects.map(subject => cell(subject, wanted)),
    ]),
  );
}

function page(subjects) {
  const rows = subjects.map(({model, results}) => {
    const {task, settings, labelscope: version} = results;
    return `\`${model}\` on ${task.documents} documents of \`${task.id}\` (${task.annotations}; intervals ${100 * settings.level} %, ${settings.resamples} resamples; labelscope ${version})`;
  });
  return `# The paper's tables and figures

<!-- Made by scripts/paper.mjs; edit the script. -->

Which command gives which part of Ma et al., *Large Language Models Do Multi-Label Classification Differently* (EMNLP 2025), for any GGUF model:

${table(
  ["in the paper", "command", "where it stands"],
  [
    [
      "Tables 2 and 5: estimators against annotators",
      "`run TASK --estimators unary,binary,binary-outcome,probe,encoder`, then `compare`",
      "the tables; `metrics.csv`",
    ],
    [
      "their finetuned rows",
      "`scripts/finetune` (or any adapter or finetuned model), `run` on both, `compare`",
      "`sft-hard`, `sft-max`",
    ],
    ["Table 4: what becomes of the second label", "`run`, `compare`", "`dynamics.RUN.secondFate`; the page's dynamics"],
    ["Table 7: order of the labels", "`experiment label-order`", "`order.csv`"],
    ["Figure 6: rate of answers with several labels", "`experiment multi-share`", "`rates.csv`"],
    ["Figure 7: probes on predictions", "`run --probe-predictions`, `compare`", "`probes.csv`"],
    ["Figure 10: entropy of the steps", "`run`, `compare`", "`figures/entropy-by-step`; `steps.csv`"],
    ["Figure 11: the ranking against scale", "`run` on several sizes, `compare`", "`dynamics.RUN.ranking`"],
    [
      "how spiky the steps are, sorted probabilities",
      "`run`, `compare`",
      "`figures/top-probability`, `top-to-second`, `sorted-probabilities`",
    ],
  ],
)}

## On models that run here

All of it was run on ${rows.join(" and ")}:

\`\`\`
labelscope models pull qwen2.5-coder-0.5b-instruct all-minilm-l6-v2
npm run build && node scripts/paper.mjs --data DIR      # DIR: GoEmotions as published
\`\`\`

The paper's models have 8 and 70 billion parameters and its GoEmotions has raters; ours are tiny, and the release used here has one list of labels a comment. So the columns stand side by side for orientation: equal orders of magnitude where a row means the same, not equal numbers. \`posts\` has a law that is known (\`truth\`), and its model was trained to answer the questions of \`unary\` and \`binary\`; \`encoder\` is frozen all-MiniLM-L6-v2 where the paper trained BERT.

### Table 2

${estimatorTable(subjects)}

### Table 4 and Figure 11

Share [95 % interval over documents], n documents with two steps.

${fateTable(subjects)}

### Table 7

Answers with several labels: share in alphabetical order / in the prompt's order.

${orderTable(subjects)}

### Figure 6

${shareTable(subjects)}

### Figure 7

A linear probe of the hidden state at the first label step: average precision over document–label pairs, and what chance gives (the share of pairs in the target).

${probeTable(subjects)}
${remarks(subjects)}`;
}

/** What labelscope itself warns of in these runs: it concerns every number above. */
function remarks(subjects) {
  const lines = subjects.flatMap(({model, results}) =>
    results.warnings.filter(({run}) => run !== undefined).map(({text}) => `- ${model}: ${text}.`),
  );
  return lines.length === 0 ? "" : `\n### Warnings\n\n${lines.join("\n")}\n`;
}

if (!existsSync(CLI)) {
  console.error("dist/cli.js is missing: npm run build");
  process.exit(2);
}
const chosen = SUBJECTS.filter(({task}) => values.only === undefined || task === values.only);
if (values.data === undefined && chosen.some(({task}) => task !== "posts")) {
  console.error("--data DIR: where GoEmotions is (train.tsv, dev.tsv, test.tsv, emotions.txt)");
  process.exit(2);
}
const subjects = chosen.map(capture);
const text = page(subjects);
if (values.only === undefined) writeFileSync(PAGE, text);
else console.log(text);
