import {compare} from "../../../src/compare/compare.ts";
import type {ComparedRun} from "../../../src/compare/compared-run.ts";
import {COMPARE_DEFAULTS} from "../../../src/compare/settings.ts";
import {createRng, type Rng} from "../../../src/math/rng.ts";
import type {Results} from "../../../src/records/results/results.ts";
import {aRun, LABELS, said} from "../runs.ts";

const NAMES = LABELS.slice(0, -1);
const SETS: readonly (readonly string[])[] = [[], ["fear"], ["joy"], ["fear", "joy"]];

/** How a run answers: with the gold set on this share of the documents, else with any set at random. */
export interface Reader {
  readonly name: string;
  readonly reads: number;
}

/** Gold sets that no constant answer does well on, the same for a seed: each of the four sets equally often. */
function goldSets(count: number): (readonly string[])[] {
  return Array.from({length: count}, (_, at) => SETS[at % SETS.length] ?? []);
}

/** A run that reads a share of the documents, which ones drawn by its name, and guesses on the others. */
export function reader({name, reads}: Reader, documents: number): ComparedRun {
  const rng = createRng(name);
  const records = goldSets(documents).map((gold, at) => {
    const answer = rng() < reads ? gold : guess(rng);
    const p = [...NAMES, "none"].map(label =>
      answer.includes(label) || (label === "none" && answer.length === 0) ? 0.45 : 0.05,
    );
    const total = p.reduce((sum, share) => sum + share, 0);
    return said(`d${at}`, {p: p.map(share => share / total), answer, annotations: [[...gold], [...gold]]});
  });
  return aRun(name, records);
}

function guess(rng: Rng): readonly string[] {
  return SETS[Math.floor(rng() * SETS.length)] ?? [];
}

/** Estimates made elsewhere, of a program that reads a share of the documents. */
export function elsewhere({name, reads}: Reader, documents: number) {
  const rng = createRng(`elsewhere ${name}`);
  const estimates = new Map(
    goldSets(documents).map((gold, at) => {
      const answer = rng() < reads ? gold : guess(rng);
      return [`d${at}`, NAMES.map(label => (answer.includes(label) ? 0.9 : 0.1))] as const;
    }),
  );
  return {name, file: `${name}.jsonl`, estimates};
}

/** Two unrelated models and one classifier's predictions on 60 rows, each reading the share that is given. */
export function comparison(readers: readonly [Reader, Reader, Reader], documents = 60): Results {
  const [one, two, classifier] = readers;
  const runs = [reader(one, documents), reader(two, documents)];
  const predictions = [elsewhere(classifier, documents)];
  return compare({runs, predictions, labelscope: "0"}, {...COMPARE_DEFAULTS, metrics: ["nll", "example-f1"]}).results;
}
