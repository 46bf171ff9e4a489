import {drawSamples, type SampleOptions} from "../dynamics/measure.ts";
import {compareIds} from "../dynamics/run-view.ts";
import type {Rng} from "../math/rng.ts";
import type {StepDelta, VariantPair} from "../records/results/variants.ts";
import type {Trace} from "../records/trace.ts";
import type {ComparedRun} from "./compared-run.ts";
import {matchPrompts} from "./matched-prompt.ts";
import type {PairedStep} from "./paired-step.ts";
import {stepDelta} from "./step-delta.ts";
import {type RunPair, variantPairs} from "./variant-pairs.ts";
import {type LogitsReader, vocabularyView} from "./vocabulary-view.ts";

export interface VariantOptions extends Omit<SampleOptions, "rng"> {
  /** A generator for each pair by its name, so that a further run changes no other pair's intervals. */
  readonly rngFor: (name: string) => Rng;
  /** The run that all others are paired with; absent: the pairs that the manifests know. */
  readonly base?: string | undefined;
  /** The full logits of runs that stored them, by run. */
  readonly logits?: Readonly<Record<string, LogitsReader>>;
}

/** Later places that are looked at one by one; beyond them there is `all`. */
const MOST_PLACES = 8;

interface PairedTrace {
  readonly row: number;
  readonly id: string;
  readonly base: Trace;
  readonly variant: Trace;
}

/**
 * What finetuning, reinforcement learning, an adapter, merging or fewer bits did to the label distribution: every pair
 * among the runs in which one model was made from the other, paired by document.
 *
 * Step 1 always; later steps only where both runs were read on the same forced answers: else they stand after different
 * texts, and a difference would be of the contexts as much as of the models.
 *
 * @throws LabelscopeError `unknown-run` where `base` is none of the runs
 * Source: METHODS §5
 */
export function variantsOf(runs: readonly ComparedRun[], options: VariantOptions): VariantPair[] {
  return variantPairs(runs, options.base).map(pair => describePair(pair, options));
}

function describePair(pair: RunPair, options: VariantOptions): VariantPair {
  const {base, variant, kind, title} = pair;
  const traces = pairTraces(base, variant);
  const samples = drawSamples(traces.length, {
    ...options,
    rng: options.rngFor(`${base.manifest.name}/${variant.manifest.name}`),
  });
  const context = sharedContext(base, variant);
  const tokenizers = {base: base.manifest.model.tokenizerHash, variant: variant.manifest.model.tokenizerHash};
  const readers = {base: options.logits?.[base.name], variant: options.logits?.[variant.name]};
  const delta = (wanted: (r: number) => boolean, why: string): StepDelta => {
    const steps = traces.flatMap(trace => stepsOf(trace, wanted));
    return stepDelta(steps, samples, vocabularyView(steps, tokenizers, readers), {
      leftOut: traces.length - new Set(steps.map(({row}) => row)).size,
      forced: context.anyForced,
      quantisation: kind === "quantisation",
      why: traces.length === 0 ? "the two runs have no traced document in common" : why,
    });
  };
  const places = Array.from({length: MOST_PLACES - 1}, (_, index) => index + 2);
  const reached = places.filter(r => traces.some(trace => stepsOf(trace, place => place === r).length > 0));
  return {
    base: base.name,
    variant: variant.name,
    kind,
    title,
    ...matchPrompts(pair, traces),
    step1: delta(r => r === 1, "no document has a first label step in both runs"),
    ...(context.reason === undefined
      ? {
          later: Object.fromEntries([
            ...reached.map(r => [String(r), delta(place => place === r, `no document has a label step ${r} in both`)]),
            ["all", delta(r => r >= 2, "no document has a later label step in both runs")],
          ]),
        }
      : {laterReason: context.reason}),
  };
}

/** The documents that both runs have a trace of, by id. */
function pairTraces(base: ComparedRun, variant: ComparedRun): PairedTrace[] {
  const byId = new Map(variant.documents.test.map(({document, trace}) => [document.id, trace]));
  return base.documents.test
    .flatMap(({document: {id}, trace}) => {
      const other = byId.get(id);
      return trace === undefined || other === undefined ? [] : [{id, base: trace, variant: other}];
    })
    .sort((one, other) => compareIds(one.id, other.id))
    .map((one, row) => ({...one, row}));
}

function stepsOf({row, id, base, variant}: PairedTrace, wanted: (r: number) => boolean): PairedStep[] {
  const own = new Map(variant.steps.map(step => [step.r, step]));
  return base.steps.flatMap(step => {
    const other = own.get(step.r);
    if (other === undefined || !wanted(step.r)) return [];
    const token = step.forced === true ? undefined : base.answer.tokens[step.answerTokens];
    return [{row, id, base: step, variant: other, token}];
  });
}

/** Whether later steps of the two runs stand after the same text: forced through the same answers, or one by the other's. */
function sharedContext(base: ComparedRun, variant: ComparedRun): {anyForced: boolean; reason?: string} {
  const [one, other] = [base, variant].map(({manifest}) => manifest.identity.forceAnswers);
  const anyForced = one !== undefined || other !== undefined;
  const isOf = (forced: string | undefined, run: ComparedRun) =>
    forced?.startsWith(`${run.manifest.name}@`) === true && run.manifest.identity.forceAnswers === undefined;
  if (anyForced && (one === other || isOf(one, variant) || isOf(other, base))) return {anyForced};
  const reason = anyForced
    ? "the two runs were read on different answers: force both through the same ones"
    : "later label steps stand after each model's own answer: capture both runs with --force-answers to compare them";
  return {anyForced, reason};
}
