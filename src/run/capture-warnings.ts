import {join} from "node:path";
import type {Manifest} from "../records/manifest.ts";
import {readRecords} from "../store/record-file.ts";
import {recordKinds} from "../store/record-kinds.ts";
import type {CaptureOutcome} from "./capture-one.ts";

/** Below this share of the probability the two answers of a question, or well-formed answers, are not what a model says. */
const LITTLE = 0.5;

/** What should make a person think twice about a run's captures beside the greedy traces. */
export async function captureWarnings(
  {folder, manifest}: {readonly folder: string; readonly manifest: Manifest},
  captures: readonly CaptureOutcome[],
): Promise<string[]> {
  const has = (name: CaptureOutcome["name"]) => captures.some(capture => capture.name === name && capture.total > 0);
  const warnings: string[] = [];
  if (has("tree")) {
    const mass = mean(
      await collect(readRecords(path("tree"), recordKinds.tree, manifest), tree => [tree.wellFormedMass.lower]),
    );
    if (mass !== undefined && mass < LITTLE) {
      warnings.push(
        `well-formed answers hold ${mass.toFixed(2)} of the probability on average: marginal describes a model that rarely answers so`,
      );
    }
  }
  if (has("unary")) {
    for (const one of noise(
      "unary",
      await collect(readRecords(path("unary"), recordKinds.unary, manifest), ({labels}) =>
        labels.map(({reasonable, unreasonable}) => reasonable + unreasonable),
      ),
    ))
      warnings.push(one);
  }
  if (has("binary")) {
    for (const one of noise(
      "binary",
      await collect(readRecords(path("binary"), recordKinds.binary, manifest), ({pairs}) =>
        pairs.flatMap(({asked}) => asked.map(({first, second}) => first + second)),
      ),
    ))
      warnings.push(one);
  }
  return warnings;

  function path(name: "tree" | "unary" | "binary"): string {
    return join(folder, recordKinds[name].file);
  }
}

function noise(name: string, masses: readonly number[]): string[] {
  const mass = mean(masses);
  if (mass === undefined || mass >= LITTLE) return [];
  return [
    `the two answers of ${name} questions hold ${mass.toFixed(2)} of the probability on average: the model does not answer them, and the estimate is noise`,
  ];
}

async function collect<T>(records: AsyncIterable<T>, massesOf: (record: T) => readonly number[]): Promise<number[]> {
  const masses: number[] = [];
  for await (const record of records) for (const one of massesOf(record)) masses.push(one);
  return masses;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
