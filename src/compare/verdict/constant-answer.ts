import {clipped} from "../../math/clipped.ts";
import type {ComparedTask} from "../compared-task.ts";
import {type System, targetsOf} from "../system.ts";

/** A system that gives every document the same answer. */
const CONSTANT_ANSWER = "constant-answer";

/**
 * The answer that does best if it is given to every document: what an answer must beat to show that the model read the
 * document.
 *
 * Candidates are no label, each label alone, the k most frequent labels together, and every gold set that occurs; the one
 * with the highest mean example-F1 is taken, the earliest of equals. It is chosen knowing the gold sets, so that it flatters
 * the constant: who beats it has beaten every constant among the candidates.
 *
 * @returns undefined without a document that has a gold set
 */
export function constantAnswer(task: ComparedTask): {readonly labels: string[]; readonly system: System} | undefined {
  const golds = targetsOf(task).flatMap(({gold}) => (gold === undefined ? [] : [gold.map(Boolean)]));
  if (golds.length === 0) return undefined;
  const counts = task.labels.map((_, label) => golds.filter(gold => gold[label]).length);
  const byCount = [...task.labels.keys()].sort((one, two) => (counts[two] ?? 0) - (counts[one] ?? 0) || one - two);
  const flags = (chosen: readonly number[]) => task.labels.map((_, label) => chosen.includes(label));
  const candidates = [
    flags([]),
    ...task.labels.map((_, label) => flags([label])),
    ...byCount.map((_, at) => flags(byCount.slice(0, at + 1))),
    ...golds,
  ];
  const distinct = [...new Map(candidates.map(answer => [answer.join(), answer])).values()];
  let [best, most] = [distinct[0] ?? [], -1];
  for (const answer of distinct) {
    const sum = golds.reduce((total, gold) => total + f1(answer, gold), 0);
    if (sum > most + 1e-9) [best, most] = [answer, sum];
  }
  const values = best.map(isIn => clipped(Number(isIn)));
  const documents = task.documents.map(({id}) => ({id, estimate: {values}}));
  const estimates = {learned: [], documents, estimated: documents.length, missing: [], remarks: []};
  const row = {name: CONSTANT_ANSWER, title: "The best constant answer", estimates};
  return {labels: task.labels.filter((_, label) => best[label]), system: {name: CONSTANT_ANSWER, rows: [row]}};
}

function f1(answer: readonly boolean[], gold: readonly boolean[]): number {
  const size = (set: readonly boolean[]) => set.filter(Boolean).length;
  const both = answer.filter((isIn, label) => isIn && gold[label]).length;
  const all = size(answer) + size(gold);
  return all === 0 ? 1 : (2 * both) / all;
}
