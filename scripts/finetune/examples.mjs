#!/usr/bin/env node
/**
 * Writes what train.py learns from, as token ids, with labelscope's own prompts and tokeniser, so that nothing is built twice:
 *
 *   node scripts/finetune/examples.mjs TASK --model SPEC --out examples.json [--data DIR] [--shots 0] [--limit 300] [--seed 0]
 *
 * The documents are a seeded sample of the train split without the demonstrations; the answer is the gold set (the majority
 * of the annotators) as a demonstration would write it, from after the opening to the end of the demonstration.
 * Needs `npm run build`.
 */
import {writeFile} from "node:fs/promises";
import {parseArgs} from "node:util";
import {promptTokens, promptWriter} from "../../dist/capture/prompt-text.js";
import {sha256File} from "../../dist/catalog/hash.js";
import {labelscopeHome} from "../../dist/catalog/home.js";
import {buildPrompts, loadCatalog, loadTask, openLocalEngine, resolveModel} from "../../dist/index.js";
import {goldSet} from "../../dist/task/gold.js";
import {sampleDocuments} from "../../dist/task/sample.js";

const PROBES = 8;

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    model: {type: "string"},
    out: {type: "string"},
    data: {type: "string"},
    shots: {type: "string", default: "0"},
    limit: {type: "string", default: "300"},
    seed: {type: "string", default: "0"},
  },
});
const [taskId] = positionals;
if (taskId === undefined || values.model === undefined || values.out === undefined) {
  console.error("usage: examples.mjs TASK --model SPEC --out FILE [--data DIR] [--shots N] [--limit N] [--seed N]");
  process.exit(2);
}
const cwd = process.cwd();
const seed = Number(values.seed);
const task = await loadTask(taskId, values.data === undefined ? {cwd} : {cwd, dataDir: values.data});
const plan = buildPrompts(task, {count: Number(values.shots)});
if (plan.demonstrations.length !== Number(values.shots))
  throw new Error(`${plan.demonstrations.length} demonstrations`);
const resolved = await resolveModel(values.model, {cwd, env: process.env, catalog: await loadCatalog()});
const engine = await openLocalEngine({home: labelscopeHome(process.env), reader: "public"});
const model = await engine.loadModel(resolved.path, {vocabularyOnly: true});
const write = promptWriter(model);
const tokensOf = document => promptTokens(model, write(plan.render(document), "given"));

const shown = new Set(plan.demonstrations.map(demonstration => demonstration.id));
const pool = (task.splits.train?.documents ?? []).filter(document => !shown.has(document.id));
const chosen = sampleDocuments(pool, {limit: Number(values.limit), seed, goldOf: document => goldSet(document, task)});
let merged = 0;
const examples = chosen.map(document => {
  const labels = plan.labelOrder.filter(label => goldSet(document, task).includes(label));
  const {body, opening} = plan.render(document);
  const whole = plan.renderDemonstration({text: document.text, labels});
  const head = body.slice(plan.prefix.length) + opening;
  if (!whole.startsWith(head)) throw new Error(`document ${document.id}: a demonstration is no query with an answer`);
  const rest = whole.slice(head.length);
  const prompt = tokensOf(document);
  const all = [
    ...prompt.slice(0, prompt.length - model.tokenize(body + opening).length),
    ...model.tokenize(body + opening + rest),
  ];
  const seamless = prompt.every((token, index) => all[index] === token);
  if (!seamless) merged += 1;
  return {id: document.id, labels, prompt, answer: seamless ? all.slice(prompt.length) : model.tokenize(rest)};
});
const probes = (task.splits.test?.documents ?? []).slice(0, PROBES).map(document => ({
  id: document.id,
  prompt: tokensOf(document),
}));
const content = {
  task: task.definition.id,
  taskHash: task.hash,
  trainHash: task.splits.train?.hash,
  promptHash: plan.hash,
  shots: plan.demonstrations.length,
  seed,
  model: {id: resolved.id, path: resolved.path, sha256: await sha256File(resolved.path)},
  endTokens: [...model.vocabulary.endTokens],
  examples,
  probes,
};
await writeFile(values.out, `${JSON.stringify(content)}\n`);
const counts = examples.map(({prompt, answer}) => prompt.length + answer.length);
console.log(
  `${examples.length} of ${pool.length} train documents, ${counts.reduce((a, b) => a + b, 0)} tokens, longest ${Math.max(...counts)}; ` +
    `${examples.filter(({labels}) => labels.length === 0).length} without a label, ${examples.filter(({labels}) => labels.length > 1).length} with several; ` +
    `${merged} answers tokenised apart`,
);
await model[Symbol.asyncDispose]();
await engine[Symbol.asyncDispose]();
