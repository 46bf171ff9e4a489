import {LabelscopeError} from "../errors.ts";
import type {ModelRecord} from "../records/manifest.ts";
import type {VariantKind} from "../records/results/variants.ts";
import type {ComparedRun} from "./compared-run.ts";

/** Two runs to hold against each other, by name. */
export interface GivenPair {
  readonly base: string;
  readonly variant: string;
}

export interface RunPair {
  readonly base: ComparedRun;
  readonly variant: ComparedRun;
  readonly kind: VariantKind;
  /** `base → sft`, `F16 → Q4_K_M`, or the runs' models. */
  readonly title: string;
}

/**
 * The pairs among some runs in which one model was made from the other.
 *
 * - A variant with each of its ancestors among the runs, by the parents that the manifests name: rl with sft and with base.
 * - The quantisations of one model (same family, variant, parent and adapter, the same number of parameters) with the one
 *   that has the most bits.
 *
 * Where a base was captured several times (other prompts, forced answers), the run that was asked most alike is taken.
 *
 * @param given pairs that a caller names; they come first, and are not looked for again
 * @throws LabelscopeError `unknown-run` where a given name is none of the runs
 */
export function variantPairs(runs: readonly ComparedRun[], given: readonly GivenPair[] = []): RunPair[] {
  const named = given.map(({base, variant}) => {
    const [one, other] = [runNamed(runs, base), runNamed(runs, variant)];
    return pair(one, other, "given", `${one.manifest.model.id} → ${other.manifest.model.id}`);
  });
  const isNamed = ({base, variant}: RunPair) =>
    named.some(one => one.base.name === base.name && one.variant.name === variant.name);
  const found = runs.flatMap(run => [...withAncestors(run, runs), ...withMoreBits(run, runs)]);
  return [...named, ...found.filter(one => !isNamed(one))];
}

function withAncestors(variant: ComparedRun, runs: readonly ComparedRun[]): RunPair[] {
  const pairs: RunPair[] = [];
  const seen = new Set<string>();
  let {parent} = variant.manifest.model;
  while (parent !== undefined && !seen.has(parent)) {
    seen.add(parent);
    const id = parent;
    const base = mostAlike(
      variant,
      runs.filter(run => run.manifest.model.id === id),
    );
    if (base === undefined) break;
    const [from, to] = [base.manifest.model.variant ?? "unknown", variant.manifest.model.variant];
    if (isKind(to) && from !== to) pairs.push(pair(base, variant, to, `${from} → ${to}`));
    parent = base.manifest.model.parent;
  }
  return pairs;
}

function isKind(variant: string | undefined): variant is "sft" | "dpo" | "rl" | "lora" | "merged" {
  return ["sft", "dpo", "rl", "lora", "merged"].includes(variant ?? "");
}

function withMoreBits(variant: ComparedRun, runs: readonly ComparedRun[]): RunPair[] {
  const {model} = variant.manifest;
  const siblings = runs.filter(run => isSameButForBits(run.manifest.model, model));
  const most = Math.max(...siblings.map(run => bitsOf(run.manifest.model)));
  if (!(most > bitsOf(model))) return [];
  const base = mostAlike(
    variant,
    siblings.filter(run => bitsOf(run.manifest.model) === most),
  );
  if (base === undefined) return [];
  const [from, to] = [base.manifest.model.quantisation ?? "?", model.quantisation ?? "?"];
  return [pair(base, variant, "quantisation", `${from} → ${to}`)];
}

function isSameButForBits(one: ModelRecord, other: ModelRecord): boolean {
  const alike = (["architecture", "family", "variant", "parent", "tokenizerHash"] as const).every(
    field => one[field] === other[field],
  );
  const adapted = one.adapter?.sha256 === other.adapter?.sha256 && one.adapter?.scale === other.adapter?.scale;
  // Files that no catalogue knows are of one model only where they say so themselves.
  const known = one.family !== undefined || (one.name !== undefined && one.name === other.name);
  // A tied embedding may be stored once or twice, so that the totals of two quantisations can differ by it.
  const sized =
    one.totalParameters === other.totalParameters || one.nonEmbeddingParameters === other.nonEmbeddingParameters;
  return alike && adapted && known && sized;
}

/** Bits of a weight as the quantisation's name says (`Q4_K_M`: 4); −1 where it says nothing. */
function bitsOf({quantisation}: ModelRecord): number {
  const digits = /\d+/.exec(quantisation ?? "")?.[0];
  return digits === undefined ? -1 : Number(digits);
}

/** Of some runs the one whose options agree with a run's in the most fields, the first of several. */
function mostAlike(run: ComparedRun, candidates: readonly ComparedRun[]): ComparedRun | undefined {
  const own = Object.entries(run.manifest.identity).map(([field, value]) => `${field}=${String(value)}`);
  const agreement = (other: ComparedRun) => {
    const theirs = new Set(
      Object.entries(other.manifest.identity).map(([field, value]) => `${field}=${String(value)}`),
    );
    const samePrompt = other.manifest.prompt.hash === run.manifest.prompt.hash ? 1000 : 0;
    return samePrompt + own.filter(entry => theirs.has(entry)).length;
  };
  return [...candidates].sort((one, other) => agreement(other) - agreement(one))[0];
}

function pair(base: ComparedRun, variant: ComparedRun, kind: VariantKind, title: string): RunPair {
  return {base, variant, kind, title};
}

function runNamed(runs: readonly ComparedRun[], name: string): ComparedRun {
  const found = runs.find(run => run.name === name);
  if (found !== undefined) return found;
  throw new LabelscopeError({
    code: "unknown-run",
    message: `no compared run is called "${name}"`,
    details: [`compared: ${runs.map(run => run.name).join(", ")}`],
    next: "name two of the compared runs",
    facts: {given: name, known: runs.map(run => run.name)},
  });
}
