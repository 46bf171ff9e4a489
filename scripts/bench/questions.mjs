// What asking a document's questions after its shared prefix saves, against a loop that keeps only the demonstrations'
// prefix. Both compute the same probabilities on the same engine; how far they differ is shown.
//
// usage: node scripts/bench/questions.mjs [--model smollm2-135m-instruct] [--task posts] [--documents 8] [--kind binary]
//        [--rounds 3] [--threads N] [--sequences 8] [--out docs/measurements/questions]
import {writeFileSync} from "node:fs";
import {parseArgs} from "node:util";
import {machine, median} from "./processes.mjs";

const load = path => import(new URL(`../../dist/${path}`, import.meta.url));
const {openLocalEngine} = await load("engine/local.js");
const {homeOf, planRun} = await load("run/plan.js");
const {RUN_DEFAULTS} = await load("run/options.js");
const {batchShape} = await load("engine/batched-lanes.js");
const {greedySetup} = await load("capture/prepare.js");
const {promptTokens, promptWriter} = await load("capture/prompt-text.js");
const {Lockstep} = await load("engine/lockstep.js");
const {answersOf, ask, lineEnds, naiveTokens, prepareAnswers} = await load("capture/ask.js");
const {binaryPrompts, unaryPrompts, REASONABLE, UNREASONABLE} = await load("prompt/questions.js");

const {values: flags} = parseArgs({
  options: {
    model: {type: "string", default: "smollm2-135m-instruct"},
    task: {type: "string", default: "posts"},
    data: {type: "string"},
    documents: {type: "string", default: "8"},
    kind: {type: "string", default: "binary"},
    rounds: {type: "string", default: "3"},
    threads: {type: "string", default: String(machine().cores)},
    sequences: {type: "string", default: "8"},
    out: {type: "string", default: new URL("../../docs/measurements/questions", import.meta.url).pathname},
  },
});
const place = {cwd: process.cwd(), env: process.env};
const engine = await openLocalEngine({home: homeOf(place)});
const options = {
  ...RUN_DEFAULTS,
  task: flags.task,
  models: [flags.model],
  ...(flags.data === undefined ? {} : {data: flags.data}),
  limit: Number(flags.documents),
  estimators: [flags.kind],
  threads: Number(flags.threads),
  sequences: Number(flags.sequences),
};
const plan = await planRun(engine, options, place);
const [model] = plan.models;
const planned = model.captures.find(({name}) => name === flags.kind);
const loaded = await model.source.load();
const setup = greedySetup(loaded, plan.prompts, model.labels, {
  scoring: plan.scoring,
  variants: "max",
  opening: "given",
  decode: "free",
  topTokens: 0,
  fullLogits: false,
});
const ready = planned.begin(loaded, setup);
const shape = batchShape(
  {
    prefix: planned.prefix,
    longestTokens: planned.longestTokens,
    documents: planned.documents.length,
    sequences: options.sequences,
    scratch: ready.scratch,
    wantedScratch: 24,
    hidden: false,
    strict: options.strict,
    local: {threads: plan.threads, flashAttention: options.flashAttention},
  },
  loaded.capabilities.sharedPrefix,
);

/** The loops' questions, made here from the prompts alone. */
const write = promptWriter(loaded);
const names = plan.task.definition.labels.map(({name}) => name);
const pool = plan.prompts.none === undefined ? names : [...names, plan.prompts.none];
const seed = plan.task.definition.demonstrations.seed ?? 0;
const prompts = (flags.kind === "binary" ? binaryPrompts : unaryPrompts)(plan.task, plan.prompts, seed);
const ends = lineEnds(loaded.vocabulary);
const answering = texts => {
  const {body, opening} = prompts.render({text: "…"}, pool[0], pool[1]);
  const tokens = prepareAnswers(
    loaded,
    body + opening,
    texts.map(text => prompts.lead + text),
  );
  return answersOf(tokens, ends);
};
const tokensOf = rendered => promptTokens(loaded, write(rendered, "given"));
const pairs = pool.flatMap((first, i) => pool.slice(i + 1).map(second => [first, second]));
const asked =
  flags.kind === "binary"
    ? pairs.map(([first, second]) => ({first, second, answers: answering([first, second])}))
    : names.map(label => ({label, answers: answering([REASONABLE, UNREASONABLE])}));
const questionsOf = document =>
  asked.flatMap(({first, second, label, answers}) =>
    (label === undefined
      ? [
          [first, second],
          [second, first],
        ]
      : [[label]]
    ).map(shown => ({
      prompt: tokensOf(prompts.render(document, ...shown)),
      answers,
    })),
  );
const list = planned.documents.map(({document}) => questionsOf(document));
const numbersIn = ({entry: {record}}) =>
  flags.kind === "binary"
    ? record.pairs.flatMap(pair => pair.asked.map(({first, second}) => [first, second]))
    : record.labels.map(({reasonable, unreasonable}) => [reasonable, unreasonable]);

/** labelscope's capture, as `run` makes it. */
async function capture() {
  const session = await loaded.openSession(shape.session);
  const lockstep = new Lockstep(session, shape.lockstep);
  const found = new Map();
  const began = performance.now();
  await lockstep.prepare();
  await lockstep.run(planned.documents, async (document, lane) => {
    found.set(document, await ready.capture(document, lane));
  });
  const seconds = (performance.now() - began) / 1000;
  await session[Symbol.asyncDispose]();
  const records = planned.documents.map(document => found.get(document));
  const tokens = records.reduce((sum, {entry}) => sum + entry.record.evaluatedTokens, 0);
  return {seconds, tokens, numbers: records.map(numbersIn)};
}

/** One question after another, on one sequence that goes back to the demonstrations' prefix. */
async function loop() {
  return await lanes({prefix: planned.prefix, lanes: 1, scratchPerLane: 2});
}

/** The same, as many questions side by side as the capture evaluates: without a document's prefix, but in batches. */
async function batched() {
  return await lanes({prefix: planned.prefix, lanes: 60, scratchPerLane: 3});
}

async function lanes(lockstepOptions) {
  const session = await loaded.openSession({
    ...shape.session,
    sequences: 1 + lockstepOptions.lanes * (1 + lockstepOptions.scratchPerLane),
    cells: 256 * Math.ceil((planned.prefix.length + lockstepOptions.lanes * 4 * planned.longestTokens) / 256),
  });
  const lockstep = new Lockstep(session, lockstepOptions);
  const numbers = list.map(() => []);
  const jobs = list.flatMap((questions, document) => questions.map((question, place) => ({document, place, question})));
  const began = performance.now();
  let tokens = 0;
  await lockstep.prepare();
  await lockstep.run(jobs, async ({document, place, question}, lane) => {
    const [probabilities] = await ask(lane, [question], 1);
    tokens += lane.evaluatedTokens();
    numbers[document][place] = probabilities;
  });
  const seconds = (performance.now() - began) / 1000;
  await session[Symbol.asyncDispose]();
  return {seconds, tokens, numbers};
}

const ways = {capture, loop, batched};
const rounds = Object.fromEntries(Object.keys(ways).map(name => [name, []]));
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const [name, way] of Object.entries(ways)) {
    rounds[name].push(await way());
    process.stderr.write(`${round + 1}/${flags.rounds} ${name} ${rounds[name].at(-1).seconds.toFixed(2)} s\n`);
  }
}
const apart = (one, other) => Math.max(...one.flat(2).map((p, i) => Math.abs(p - other.flat(2)[i])));
const summary = name => ({
  seconds: median(rounds[name].map(({seconds}) => seconds)),
  allSeconds: rounds[name].map(({seconds}) => seconds),
  tokens: rounds[name][0].tokens,
  largestDifference: apart(rounds[name][0].numbers, rounds.capture[0].numbers),
});
const result = {
  command: `node scripts/bench/questions.mjs --model ${flags.model} --task ${flags.task} --documents ${flags.documents} --kind ${flags.kind} --rounds ${flags.rounds} --threads ${flags.threads} --sequences ${flags.sequences}`,
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  engine: loaded.facts,
  documents: list.length,
  labels: names.length,
  questionsPerDocument: list[0].length,
  demonstrationTokens: planned.prefix.length,
  naiveTokens: list.reduce((sum, questions) => sum + naiveTokens(questions, planned.prefix.length), 0),
  ...Object.fromEntries(Object.keys(ways).map(name => [name, summary(name)])),
};
const ratio = (name, key) => (result[name][key] / result.capture[key]).toFixed(2);
const row = (title, name) =>
  `| ${title} | ${result[name].tokens} | ${result[name].seconds.toFixed(2)} | ${ratio(name, "tokens")} | ${ratio(name, "seconds")} | ${result[name].largestDifference.toExponential(1)} |`;
const table = `# Questions after a document's shared prefix

\`${result.command}\`

${result.date}, ${result.machine.cpu}, ${result.machine.cores} cores; ${result.documents} documents of \`${flags.task}\`, ${result.labels} labels and the null label, ${result.questionsPerDocument} \`${flags.kind}\` questions each; \`${flags.model}\`, ${result.engine.engine}, ${result.engine.reader} reader. Median of ${flags.rounds} rounds, the ways in turn; loading left out. The demonstrations' prefix (${result.demonstrationTokens} tokens) is evaluated once in each and not counted.

| way | tokens evaluated | seconds | tokens, times labelscope's | seconds, times labelscope's | largest difference of a probability |
|---|---|---|---|---|---|
${row(`\`run --estimators ${flags.kind}\``, "capture")}
${row("loop: one question after another, keeping the demonstrations' prefix", "loop")}
${row("60 questions side by side, keeping the demonstrations' prefix", "batched")}
`;
writeFileSync(`${flags.out}.json`, `${JSON.stringify(result, null, 1)}\n`);
writeFileSync(`${flags.out}.md`, table);
process.stdout.write(table);
for (const open of [loaded, engine]) await open[Symbol.asyncDispose]();
