import {LabelscopeError} from "../errors.ts";
import {largest} from "../math/extremes.ts";
import type {ModelRecord} from "../records/model.ts";
import type {VariantKind} from "../records/results/variants.ts";
import type {ComparedRun} from "./compared-run.ts";

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
 * @param baseName the run that every other one is paired with instead, whatever the manifests know of their kinship; a pair
 *   that they know keeps its kind, one of other bits is a quantisation, and any other is `given`
 * @throws LabelscopeError `unknown-run` where `baseName` is none of the runs
 */
export function variantPairs(runs: readonly ComparedRun[], baseName?: string): RunPair[] {
  if (baseName === undefined) return runs.flatMap(run => [...withAncestors(run, runs), ...withMoreBits(run, runs)]);
  const base = runNamed(runs, baseName);
  return runs.filter(run => run !== base).map(run => pairWith(base, run));
}

function pairWith(base: ComparedRun, variant: ComparedRun): RunPair {
  const two = [base, variant];
  const known = [...withAncestors(variant, two), ...withMoreBits(variant, two)].find(one => one.base === base);
  if (known !== undefined) return known;
  const [one, other] = [base.manifest.model, variant.manifest.model];
  const isRounded = isSameShape(one, other) && one.quantisation !== other.quantisation;
  return isRounded
    ? pair(base, variant, "quantisation", bitsTitle(one, other))
    : pair(base, variant, "given", `${one.id} → ${other.id}`);
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
  const most = largest(siblings.map(run => bitsOf(run.manifest.model)));
  if (!(most > bitsOf(model))) return [];
  const base = mostAlike(
    variant,
    siblings.filter(run => bitsOf(run.manifest.model) === most),
  );
  if (base === undefined) return [];
  return [pair(base, variant, "quantisation", bitsTitle(base.manifest.model, model))];
}

function bitsTitle(base: ModelRecord, variant: ModelRecord): string {
  return `${base.quantisation ?? "?"} → ${variant.quantisation ?? "?"}`;
}

function isSameButForBits(one: ModelRecord, other: ModelRecord): boolean {
  const alike = (["family", "variant", "parent"] as const).every(field => one[field] === other[field]);
  // Files that no catalogue knows are of one model only where they say so themselves.
  const known = one.family !== undefined || (one.name !== undefined && one.name === other.name);
  return alike && known && isSameShape(one, other);
}

/** Whether two files could hold the same weights: architecture, tokeniser, adapter and number of parameters agree. */
function isSameShape(one: ModelRecord, other: ModelRecord): boolean {
  const alike = one.architecture === other.architecture && one.tokenizerHash === other.tokenizerHash;
  const adapted = one.adapter?.sha256 === other.adapter?.sha256 && one.adapter?.scale === other.adapter?.scale;
  // A tied embedding may be stored once or twice, so that the totals of two quantisations can differ by it.
  const sized =
    one.totalParameters === other.totalParameters || one.nonEmbeddingParameters === other.nonEmbeddingParameters;
  return alike && adapted && sized;
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
    message: `the base "${name}" is none of the compared runs`,
    details: [`compared: ${runs.map(run => run.name).join(", ")}`],
    next: "name one of them: --base RUN",
    facts: {given: name, known: runs.map(run => run.name)},
  });
}
