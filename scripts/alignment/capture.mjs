// Captures a few documents in strict mode and prints what another program needs to check them: prompt texts, token
// ids, label tokens, answers and label steps. `align.py` runs it; it can be run alone.
//
// usage: node scripts/alignment/capture.mjs --task ID|FILE [--data DIR] --model FILE.gguf [--documents 24]
//        [--scoring first-token|exact|auto] [--reader native|public]
import {availableParallelism} from "node:os";
import {parseArgs} from "node:util";

const dist = new URL("../../dist/", import.meta.url);
const load = path => import(new URL(path, dist));
const {openLocalEngine} = await load("engine/local.js");
const {labelscopeHome} = await load("catalog/home.js");
const {loadTask} = await load("task/load.js");
const {sampleDocuments} = await load("task/sample.js");
const {goldSet} = await load("task/gold.js");
const {buildPrompts} = await load("prompt/plan.js");
const {promptWriter} = await load("capture/prompt-text.js");
const prepare = await load("capture/prepare.js");
const {captureGreedy} = await load("capture/greedy.js");
const {Lockstep, sequencesNeeded} = await load("engine/lockstep.js");

const {values} = parseArgs({
  options: {
    task: {type: "string"},
    data: {type: "string"},
    model: {type: "string"},
    documents: {type: "string", default: "24"},
    scoring: {type: "string", default: "auto"},
    reader: {type: "string", default: "auto"},
  },
});

const task = await loadTask(values.task, {cwd: process.cwd(), ...(values.data ? {dataDir: values.data} : {})});
const plan = buildPrompts(task);
const chosen = sampleDocuments(task.splits.test.documents, {
  limit: Number(values.documents),
  seed: 0,
  multiShare: 0.5, // answers with several labels, so that later steps are checked too
  goldOf: document => goldSet(document, task),
});

const engine = await openLocalEngine({home: labelscopeHome(process.env), reader: values.reader});
const model = await engine.loadModel(values.model);
const write = promptWriter(model);
const documents = prepare.prepareDocuments(
  model,
  plan,
  write,
  "given",
  chosen.map(document => ({document, split: "test"})),
);
const texts = prepare.labelTexts(task.definition.labels, plan.none);
const labels = prepare.prepareLabels(model, plan, write, texts, chosen);
const scoring = values.scoring === "auto" ? (labels.collisions.length > 0 ? "exact" : "first-token") : values.scoring;
const setup = prepare.greedySetup(model, plan, labels, {
  scoring,
  variants: "max",
  opening: "given",
  decode: "free",
  topTokens: 10,
  fullLogits: false,
});

const strict = {prefix: [], lanes: 1, scratchPerLane: 0};
const session = await model.openSession({
  sequences: sequencesNeeded(strict),
  contextTokens: Math.max(...documents.map(({prompt}) => prompt.length)) + labels.answerBudget + 32,
  threads: availableParallelism(),
  flashAttention: false,
  cacheType: "f32",
});
const lockstep = new Lockstep(session, strict);
const prompts = [];
await lockstep.run(documents, async (prepared, lane) => {
  const {answer, steps} = await captureGreedy(setup, lane, prepared);
  const {text} = write(plan.render(prepared.document), "given");
  prompts.push({id: prepared.document.id, text, tokens: prepared.prompt, answer, steps});
});
const result = {
  task: task.definition.id,
  model: values.model,
  facts: {...model.facts, threads: availableParallelism(), flashAttention: false, cacheType: "f32", sequences: 1},
  format: plan.format,
  scoring,
  collisions: labels.collisions.map(collision => collision.labels),
  labels: labels.texts.map(label => label.name),
  firstLabelTokens: labels.first.paths.map(variants => variants[0]),
  laterLabelTokens: labels.later.paths.map(variants => variants[0]),
  prompts,
};
for (const open of [session, model, engine]) await open[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify(result));
