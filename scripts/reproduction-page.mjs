// What docs/REPRODUCTION.md says, from the stored results of the studies. Used by reproduce.mjs.

/** The paper's Table 2 on GoEmotions, NLL / L1 / example-F1, of its models of 8 and 70 billion parameters (arXiv 2505.17510). */
const PAPER = {
  "compare-to-none": ["33.58 / 5.42 / .21", "23.93 / 4.71 / .27"],
  hard: ["27.47 / 1.49 / .32", "24.11 / 1.31 / .39"],
  "max-over-generations": ["3.00 / 1.44 / .34", "4.04 / 1.27 / .39"],
  unary: ["4.99 / 3.21 / .29", "3.60 / 1.32 / .43"],
  binary: ["4.84 / 3.18 / .23", "7.62 / 2.64 / .41"],
};
const METRICS = ["nll", "l1", "example-f1"];

/** A number with its interval, or why there is none. */
function written(measured, digits = 2) {
  if (measured?.value === undefined) return "–";
  const {value, lower, upper} = measured;
  const interval = lower === undefined ? "" : ` [${lower.toFixed(digits)}, ${upper.toFixed(digits)}]`;
  return `${value.toFixed(digits)}${interval}`;
}

function percent(measured) {
  if (measured?.value === undefined) return `– (n ${measured?.n ?? 0})`;
  const {value, lower, upper, n} = measured;
  const interval = lower === undefined ? "" : ` [${(100 * lower).toFixed(0)}, ${(100 * upper).toFixed(0)}]`;
  return `${(100 * value).toFixed(0)} %${interval}, n ${n}`;
}

const row = cells => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

/** NLL, L1 and example-F1 of every estimator on every model, the paper's own reading under each. */
function estimators(results, withPaper) {
  const runs = results.runs.map(({run}) => run);
  // What another study has begun in the same runs is of fewer documents.
  const isWhole = name =>
    runs.every(run => (results.estimates[run][name]?.estimated ?? 0) > 0.9 * results.task.documents);
  const names = [...new Set(runs.flatMap(run => Object.keys(results.estimates[run])))].filter(isWhole);
  const cell = (run, name) =>
    METRICS.map(metric => written(results.estimates[run][name]?.metrics[metric])).join("<br>");
  return table(
    ["NLL<br>L1<br>example-F1", ...runs, ...(withPaper ? ["paper, 8B", "paper, 70B"] : [])],
    names.map(name => [
      `\`${name}\``,
      ...runs.map(run => cell(run, name)),
      ...(withPaper ? (PAPER[name] ?? ["–", "–"]).map(text => text.replaceAll(" / ", "<br>")) : []),
    ]),
  );
}

/** Table 4 and Figures 10 and 11: the steps of each model. */
function dynamics(results) {
  const runs = results.runs.map(({run}) => run).filter(run => results.dynamics[run] !== undefined);
  const of = read => runs.map(run => read(results.dynamics[run]));
  return table(
    ["", ...runs],
    [
      ["answers with several labels", ...of(({multiLabel}) => percent(multiLabel.answers))],
      ["entropy at step 1, bits", ...of(({steps}) => written(steps["1"]?.all.entropyBits.mean))],
      ["entropy at step 2, bits", ...of(({steps}) => written(steps["2"]?.all.entropyBits.mean))],
      ["top probability at step 1", ...of(({steps}) => written(steps["1"]?.all.topProbability.mean))],
      ["label mass at step 1", ...of(({steps}) => written(steps["1"]?.all.labelMass.mean))],
      [
        "Table 4, never emitted if not next: ours",
        ...of(({secondFate}) => percent(secondFate["1"]?.neverEmittedOtherwise)),
      ],
      [
        "the same, their definition (`neverPredicted@paper`)",
        ...of(({paper}) => percent(paper?.["neverPredicted@paper"].share)),
      ],
      ["Figure 11, second is second: ours", ...of(({ranking}) => percent(ranking?.secondIsRankedSecond))],
      [
        "the same, their definition (`secondIsSecond@paper`)",
        ...of(({paper}) => percent(paper?.["secondIsSecond@paper"].share)),
      ],
      ["emitted in the alphabetical order (Table 7)", ...of(({order}) => percent(order?.alphabetical))],
      ["documents with the commonest answer", ...of(({diversity}) => percent(diversity.answers.mostCommonShare))],
    ],
  );
}

/** Entropy against size, with and without the smallest model. */
function slopes(results) {
  const rows = Object.entries(results.curves).flatMap(([family, variants]) =>
    Object.entries(variants).flatMap(([variant, {step1, laterMatched}]) =>
      [step1, laterMatched].map(curve => [
        `${family} ${variant}`,
        curve.title,
        curve.points
          .map(point => `${(point.total / 1e6).toFixed(point.total < 1e7 ? 3 : 0)} M: ${written(point)}`)
          .join("<br>"),
        written(curve.slope, 3),
        written(curve.slopeWithoutSmallest, 3),
        written(curve.difference, 3),
      ]),
    ),
  );
  return table(
    ["line", "curve", "bits at each size", "slope per doubling", "without the smallest", "larger − smaller"],
    rows,
  );
}

/** Whether each model puts the three estimators in the paper's order. */
function ordering(results) {
  return results.runs
    .map(({run}) => {
      const nll = name => results.estimates[run][name]?.metrics.nll.value;
      const [none, hard, most, constant] = ["compare-to-none", "hard", "max-over-generations", "constant"].map(nll);
      const order = none > hard && hard > most ? "holds" : "does not hold";
      return `${run} ${order} (${[none, hard, most].map(value => value.toFixed(1)).join(", ")}; \`constant\` ${constant.toFixed(1)})`;
    })
    .join("; ");
}

function verdict(results) {
  return results.verdict.sentences
    .map(({text, detail}) => `- ${text}${detail === undefined ? "" : ` (${detail})`}`)
    .join("\n");
}

const subject = ({runs, task}) => `${runs.length} models, ${task.documents} documents`;

/** @param {Record<string, any>} results by the name of the study */
export function pageOf({goemotions, convabuse, ladder}) {
  const {lawEntropyBits: law} = ladder;
  return `# Ma et al. 2025, on models that run here

<!-- Made by scripts/reproduce.mjs; edit scripts/reproduction-page.mjs. -->

*Large Language Models Do Multi-Label Classification Differently* (EMNLP 2025, [arXiv 2505.17510](https://arxiv.org/abs/2505.17510)) asks models of 8 and 70 billion parameters. This page asks the same of models of 10 thousand to 1.5 billion, on two CPU cores, with the paper's own documents where their ids are published. Its numbers come from three study files and what they stored (\`docs/reproduction\`); brackets are 95 % intervals over documents.

\`\`\`
labelscope models pull smollm2-135m-instruct gemma-3-270m qwen2.5-coder-0.5b-instruct qwen2.5-coder-1.5b-instruct
npm run build && node scripts/reproduce.mjs --data DIR            # all of it; DIR/goemotions and DIR/convabuse as published
node scripts/reproduce.mjs --data DIR --check                     # eight documents in strict mode against what is stored
labelscope study models/studies/ma2025-goemotions.yaml --data DIR/goemotions    # one part, with its page and figures
\`\`\`

**Is it the paper's set-up?** The documents are: the authors' 231 ids of GoEmotions' development split. Ten demonstrations, half of them with several labels, none without a label: as theirs. The demonstrations themselves are a seeded draw of ours, since theirs are not fixed. The instruction is our own, in their form. GoEmotions is the simplified release, with one list of labels per comment: **NLL and L1 there are not those of a task with annotators**, which the paper has. The models are different. Where a definition differs, theirs stands beside ours under the same name with \`@paper\`; [deviations.md](deviations.md) lists every difference. So equal orders of magnitude are to be expected where a row means the same, not equal numbers.

## In ten minutes

${verdict(goemotions)}

What holds of the paper's statements at these sizes:

| the paper says | here |
| --- | --- |
| in NLL \`compare-to-none\` is worse than \`hard\`, and \`hard\` than \`max-over-generations\` (Table 2) | ${ordering(goemotions)} |
| label distributions at a step are spiky: one label takes most of the probability (Figure 2) | holds: mean top probability ${goemotions.runs.map(({run}) => written(goemotions.dynamics[run].steps["1"].all.topProbability.mean)).join(", ")} |
| a second label that is not emitted next is never emitted (Table 4) | in the definition of the paper ${goemotions.runs.map(({run}) => percent(goemotions.dynamics[run].paper["neverPredicted@paper"].share)).join("; ")} |
| entropy falls with size (Figures 10 and 12) | two sizes of one family here: ${written(goemotions.curves["Qwen2.5-Coder"]?.dpo?.step1?.difference, 3)} bits from 0.5 B to 1.5 B; on the embedded models see below |
| finetuned models are better than any reading of a base model | on the embedded models only: see the ladder below |
| 8 B against 70 B | cannot be tested on this machine |

**What to take from it.** For these models a constant answer is hard to beat: look at \`constant\` and at the share of documents with the commonest answer before anything else. \`hard\` and \`compare-to-none\` are answers, not probabilities; their NLL is the price of being sure. \`max-over-generations\` and \`first-step\` cost nothing beyond the greedy answer; \`first-step+bc\` subtracts what a model says of every document and is the best probability here at the same cost. \`unary\` and \`binary\` cost a prompt per label and two per pair of labels. \`marginal\` is exact and costs tens of label steps; it is worth that where the answer has several labels and the first step is not all there is.

## GoEmotions, the authors' documents (Tables 2 and 5)

${subject(goemotions)}. One command: \`labelscope study models/studies/ma2025-goemotions.yaml --data DIR/goemotions\`.

${estimators(goemotions, true)}

### One question per label, one per pair

\`unary\` and \`binary\` ask 64 prompts per document. On 100 documents of the test split and Qwen2.5-Coder 0.5B they are in [measurements/paper.md](measurements/paper.md), with \`probe\` and \`encoder\`; \`labelscope study models/studies/ma2025-goemotions-questions.yaml --data DIR/goemotions\` asks them on the first of the authors' documents. Not part of this page: an hour on this machine.

### What the models do while they answer (Tables 4 and 7, Figures 2, 10 and 11)

${dynamics(goemotions)}

Figures 2 to 6 and 10 to 12 are drawn by the same command, in \`studies/ma2025-goemotions/figures\`: \`top-probability\`, \`top-to-second\`, \`sorted-probabilities\`, \`second-label-fate\`, \`entropy-by-step\`, \`entropy-by-size\`, \`ranking\`, \`order-of-labels\`, \`multi-label-rate\`. Tables 6 (attention) and 7 (orders of the prompt) and Figure 7 (probes): Table 6 cannot be made yet, since no engine here reads attention; the others are in [measurements/paper.md](measurements/paper.md), one command each.

## ConvAbuse, with its annotators

${subject(convabuse)}; the annotators are named one by one, so the human distribution is theirs. \`labelscope study models/studies/ma2025-convabuse.yaml --data DIR/convabuse\`.

${estimators(convabuse, false)}

${dynamics(convabuse)}

${verdict(convabuse)}

## The embedded models, whose truth is known

${subject(ladder)} of \`posts\`. \`labelscope study models/studies/ladder.yaml --limit 300\`. The law behind these posts is known: it leaves **${written(law)} bits** open at the first label. A base model comes down *to* that line as it learns; a model below it is surer than there is reason to be. Learning and overconfidence both lower entropy, and only the law tells them apart.

${slopes(ladder)}

${estimators(ladder, false)}

## Cost

Captured on two cores of an AMD EPYC beside other work; on the quiet machine the plan of the GoEmotions study measured 53, 39, 88 and 180 s for the four models (231 documents each, 26,219 tokens in all, prefixes and answers included) and 3 MB on disk (\`labelscope study … --dry-run\`). A comparison with its page takes some ten seconds. The study's process took 2.2 GB at most (\`/usr/bin/time -v\`).

Eight billion parameters at four bits would take five times the 1.5 B model here, a quarter of an hour for the 231 documents, if time goes with parameters; seventy billion do not fit this machine's memory. On a server ([engines.md](engines.md)) a document costs the evaluation of its own text and its answer, fewer than 30 tokens: 2 · 8·10⁹ · 30 ≈ 0.5 TFLOP at 8 B and 4.2 at 70 B. On a GPU that sustains 100 TFLOP/s that is 5 and 42 ms per document. These are assumptions, not measurements.
`;
}
