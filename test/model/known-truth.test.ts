import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";
import {study} from "../../src/index.ts";
import {createRng, type Rng} from "../../src/math/rng.ts";
import {shuffle} from "../../src/math/shuffle.ts";

/** Tables of sixty invented rows, and predictions whose quality is known because they were made from the labels. */
const folder = await mkdtemp(join(tmpdir(), "labelscope-known-"));
afterAll(async () => await rm(folder, {recursive: true, force: true}));

const LABELS = ["joy", "fear", "anger", "sadness"];
const WORDS = "the train letter friend rain window broke arrived left again today never stone lamp river".split(" ");

function someLabels(rng: Rng): string[] {
  return shuffle(LABELS, rng).slice(0, [0, 1, 1, 2][Math.floor(4 * rng())]);
}

/** Each row's labels with a chance of `right`, else as many others drawn anew. */
function predictions(rows: readonly (readonly string[])[], right: number, rng: Rng): string {
  const lines = rows.map((labels, at) => {
    const said = rng() < right ? labels : someLabels(rng);
    return [`r${at}`, ...LABELS.map(label => (said.includes(label) ? 0.95 : 0.05))].join(",");
  });
  return `id,${LABELS.join(",")}\n${lines.join("\n")}\n`;
}

async function verdictOf(name: string, right: Readonly<Record<string, number>>) {
  const rng = createRng(`known truth/${name}`);
  const rows = Array.from({length: 60}, () => someLabels(rng));
  const text = (at: number) =>
    `${Array.from({length: 9}, () => WORDS[Math.floor(WORDS.length * rng())]).join(" ")} ${at}.`;
  const table = rows.map((labels, at) => `r${at},${text(at)},${labels.join(";")}`).join("\n");
  await writeFile(join(folder, `${name}.csv`), `id,text,labels\n${table}\n`);
  for (const [system, share] of Object.entries(right))
    await writeFile(join(folder, `${name}-${system}.csv`), predictions(rows, share, rng));
  const named = Object.keys(right).map(system => `${system}: ${name}-${system}.csv`);
  const yaml = `version: 1
task: {table: ${name}.csv, textColumn: text, labelsColumn: [labels], separator: ";", idColumn: id, split: test}
models: [ladder-s-base, ladder-xs-sft]
options: {threads: 1, shots: 0}
predictions: {${named.join(", ")}}
`;
  await writeFile(join(folder, `${name}.yaml`), yaml);
  const found = await study({file: `${name}.yaml`, cwd: folder, yes: true});
  if (!("result" in found)) throw new Error("the study did not finish");
  const results = JSON.parse(await readFile(join(found.result.folder, "results.json"), "utf8"));
  expect(results.verdict).toEqual(found.result.results.verdict);
  return found.result.results.verdict.sentences.slice(0, 3).map(({text: said}) => said);
}

test("of two models and a classifier that is right nine times in ten, the classifier is best, and that is sure", async () => {
  const [which = "", next = "", sure] = await verdictOf("one", {knows: 0.9});
  expect(which).toMatch(/^knows answers best, with an example-F1 of 0\.[89]/);
  expect(next).toMatch(/, the next, is 0\.\d+ behind\.$/);
  expect(sure).toMatch(/^That is sure/);
});

test("of two classifiers that are right equally often, neither is best for sure", async () => {
  const [which, , sure] = await verdictOf("none", {first: 0.6, second: 0.6});
  expect(which).toMatch(/^No run is best for sure/);
  expect(sure).toMatch(/^That is not sure/);
});

test("guesses on rows whose labels do not depend on the text are no better than a constant", async () => {
  const [which] = await verdictOf("constant", {guess: 0});
  expect(which).toBe("None of the 3 runs is shown to answer better than a constant.");
});
