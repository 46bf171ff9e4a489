import {compare} from "../../src/compare/compare.ts";
import type {ComparedDocument, ComparedRun} from "../../src/compare/compared-run.ts";
import {COMPARE_DEFAULTS} from "../../src/compare/settings.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import {createRng, type Rng} from "../../src/math/rng.ts";
import {softmax} from "../../src/math/softmax.ts";
import type {Document} from "../../src/records/document.ts";
import type {Results} from "../../src/records/results/results.ts";
import type {LabelStep, Trace} from "../../src/records/trace.ts";
import {aManifest, aStep, aTrace} from "../store/records.ts";

export const LABELS = ["anger", "fear", "joy", "sadness", "none"];

export interface Model {
  readonly name: string;
  readonly parameters: number;
  readonly variant?: string;
  readonly family?: string;
  readonly parent?: string;
  /** How sharp its distributions are. */
  readonly sharpness: number;
}

/** Three sizes and a finetuned variant of the largest. */
export const LADDER: readonly Model[] = [
  {name: "small", parameters: 20_000, sharpness: 1},
  {name: "middle", parameters: 80_000, sharpness: 1.6},
  {name: "large", parameters: 400_000, sharpness: 2.2},
  {name: "large-sft", parameters: 400_000, sharpness: 4, variant: "sft", parent: "large"},
];

/** Invented documents, each with three annotators that mostly agree. */
export function someDocuments(count: number): Document[] {
  const rng = createRng("documents");
  return Array.from({length: count}, (_, i) => {
    const gold = LABELS.slice(0, -1).filter(() => rng() < 0.4);
    const annotations = [0, 1, 2].map(() => gold.filter(() => rng() < 0.8));
    return {id: `d${String(i).padStart(4, "0")}`, text: `text number ${i}`, annotations};
  });
}

/** A run whose model favours gold labels, the sharper the more; answers follow its own distributions. */
export function aRunOf(model: Model, documents: readonly Document[]): ComparedRun {
  const rng = createRng(model.parent ?? model.name);
  const base = aManifest();
  const manifest = aManifest({
    name: model.name,
    labels: LABELS,
    noneLabel: "none",
    model: {
      ...base.model,
      id: model.name,
      family: model.family ?? "invented",
      variant: model.variant ?? "base",
      ...(model.parent === undefined ? {} : {parent: model.parent}),
      totalParameters: model.parameters,
      embeddingParameters: model.parameters / 2,
      nonEmbeddingParameters: model.parameters / 2,
    },
  });
  const test = documents.map((document): ComparedDocument => {
    const trace = traceOf(model, document, rng);
    return {document, split: "test", trace};
  });
  return {name: model.name, manifest, documents: {test, calibration: [], train: []}};
}

function traceOf({sharpness}: Model, document: Document, rng: Rng): Trace {
  const gold = new Set(document.annotations?.flat());
  const noise = LABELS.map(label => (gold.has(label) ? 1 : 0) + rng());
  const wanted = Math.max(1, Math.min(3, gold.size));
  const steps: LabelStep[] = [];
  const said: string[] = [];
  for (let r = 1; r <= wanted; r++) {
    const scores = noise.map((score, i) => sharpness * (said.includes(LABELS[i] ?? "") ? -1 : score));
    const probabilities = softmax(scores);
    const ranked = LABELS.map((label, i) => ({label, p: probabilities[i] ?? 0})).sort((a, b) => b.p - a.p);
    const [top, second] = [ranked[0], ranked[1]];
    const label = top?.label ?? "";
    const none = label === "none";
    const last = r === wanted || none;
    steps.push(
      aStep({
        r,
        kind: last ? "last" : "intermediate",
        scores,
        probabilities,
        entropyBits: entropyBits(probabilities),
        vocabEntropyBits: entropyBits(probabilities) + 0.2,
        labelMass: 0.9 + 0.09 * rng(),
        top: label,
        second: second?.label ?? "",
        topToSecond: (top?.p ?? 1) / (second?.p ?? 1),
        emitted: {text: label, kind: none ? "none" : "label", label},
        branch: {close: last ? 0.7 : 0.1, goOn: last ? 0.1 : 0.7, stop: last ? 0.875 : 0.125},
        topTokens: [{token: 3, text: label, logit: 2}],
      }),
    );
    if (!none) said.push(label);
    if (last) break;
  }
  const text = `${(said.length === 0 ? ["none"] : said).join('", "')}"]}`;
  return aTrace(document.id, {
    document,
    answer: {tokens: [1], text, wellFormed: true, problems: [], labels: said},
    steps,
  });
}

/** The results of some runs, with few resamples. */
export function resultsOf(runs: readonly ComparedRun[], resamples = 100): Results {
  return compare({runs, labelscope: "0.0.0"}, {...COMPARE_DEFAULTS, resamples}).results;
}

/** The ladder on some documents, with its results. */
export function someResults(documents = 24): {readonly runs: ComparedRun[]; readonly results: Results} {
  const texts = someDocuments(documents);
  const runs = LADDER.map(model => aRunOf(model, texts));
  return {runs, results: resultsOf(runs)};
}

/** The results with a report of KL divergence for each variant, as if each were a quantisation: quantiles from 0.01 to 0.09. */
export function withKlReports(results: Results): Results {
  const kld = {n: 40, mean: {value: 0.05, n: 40}, p01: 0.01, p05: 0.02, p10: 0.03, median: 0.05, p90: 0.07, p99: 0.09};
  const deltaP = {n: 40, unknown: 0, mean: {value: 0, n: 40}, rms: {value: 0.1, n: 40}};
  const klReport = {
    direction: "base‖variant" as const,
    bound: "lower" as const,
    kld,
    deltaP,
    sameTop: {value: 1, n: 40},
  };
  return {...results, variants: results.variants.map(pair => ({...pair, step1: {...pair.step1, klReport}}))};
}
