// How long short commands take as whole processes, in pairs with another checkout's build if one is given.
//
// usage: node scripts/bench/start-up.mjs [--against CHECKOUT] [--rounds 7] [--data DIR]
//        (npm run build first, in both; SmolLM2-135M in the cache; DIR holds GoEmotions, else those rows are left out)
// Results go to docs/measurements/start-up.md and .json.
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {machine, runProcess} from "./processes.mjs";

const {values: flags} = parseArgs({
  options: {against: {type: "string"}, rounds: {type: "string", default: "7"}, data: {type: "string"}},
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const builds = {now: root, ...(flags.against === undefined ? {} : {before: flags.against})};
const scratch = mkdtempSync(join(tmpdir(), "labelscope-start-up-"));
process.on("exit", () => rmSync(scratch, {recursive: true, force: true}));
const prompt = join(scratch, "prompt.txt");
writeFileSync(prompt, 'Labels: anger, fear, joy, sadness.\n\nInput: My sister laughed and we danced.\n{"label": ["');

let fresh = 0;
const out = () => join(scratch, `out-${fresh++}`);
const model = ["--model", "smollm2-135m-instruct"];
const ladder = ["--model", "ladder-s-base", "--model", "ladder-s-sft"];
const run100 = out();
await runProcess(process.execPath, [
  join(root, "dist/cli.js"),
  "run",
  "posts",
  ...ladder,
  "--limit",
  "100",
  "--out",
  run100,
]);
const one = join(run100, readdirSync(run100)[0]);

const commands = {
  "--help": () => ["--help"],
  "score, one prompt, SmolLM2-135M": () => [
    "score",
    ...model,
    "--labels",
    "anger,fear,joy,none",
    "--prompt-file",
    prompt,
  ],
  "run, 24 documents, two embedded models": () => ["run", "posts", ...ladder, "--limit", "24", "--out", out()],
  ...(flags.data === undefined
    ? {}
    : {
        "run, 24 documents of GoEmotions, SmolLM2-135M": () => [
          ...["run", "goemotions", "--data", flags.data, ...model, "--limit", "24", "--out", out()],
        ],
      }),
  "compare, one run of 100 documents": () => ["compare", one, "--out", out()],
  "compare --no-report, the same": () => ["compare", one, "--no-report", "--out", out()],
};

const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
for (const [name, parameters] of Object.entries(commands)) {
  const seconds = Object.fromEntries(Object.keys(builds).map(build => [build, []]));
  for (let round = -1; round < Number(flags.rounds); round++) {
    const order = round % 2 === 0 ? Object.keys(builds) : Object.keys(builds).toReversed();
    for (const build of order) {
      const {seconds: took} = await runProcess(process.execPath, [join(builds[build], "dist/cli.js"), ...parameters()]);
      if (round >= 0) seconds[build].push(took); // the first round warms
    }
  }
  rows.push({
    name,
    ...Object.fromEntries(Object.entries(seconds).map(([build, all]) => [build, median(all)])),
    ...(seconds.before === undefined ? {} : {ratio: median(seconds.now.map((took, at) => took / seconds.before[at]))}),
    seconds,
  });
  process.stderr.write(`${name}: ${JSON.stringify(rows.at(-1))}\n`);
}
const about = {date: new Date().toISOString().slice(0, 10), rounds: Number(flags.rounds), machine: machine(), rows};
writeFileSync(join(root, "docs/measurements/start-up.json"), `${JSON.stringify(about, null, 1)}\n`);
const {cpu, cores, node} = about.machine;
const both = flags.against !== undefined;
const table = [
  `| command | seconds |${both ? " before | ratio |" : ""}`,
  `|---|---|${both ? "---|---|" : ""}`,
  ...rows.map(
    ({name, now, before, ratio}) =>
      `| ${name} | ${now.toFixed(2)} |${both ? ` ${before.toFixed(2)} | ${ratio.toFixed(2)} |` : ""}`,
  ),
];
writeFileSync(
  join(root, "docs/measurements/start-up.md"),
  `# How long short commands take

Whole processes, wall time, medians of ${flags.rounds} rounds${both ? "; *before* is another checkout's build, run in turn with this one, and the ratio is the median of the pairs'" : ""}.

${table.join("\n")}

\`node scripts/bench/start-up.mjs${both ? " --against CHECKOUT" : ""}${flags.data === undefined ? "" : " --data DIR"}\`, ${about.date}; ${cpu}, ${cores} cores, Node ${node}.
`,
);
