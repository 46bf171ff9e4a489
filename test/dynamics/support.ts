import fc from "fast-check";
import type {ComparedDocument, ComparedRun} from "../../src/compare/compared-run.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import {createRng} from "../../src/math/rng.ts";
import type {Document} from "../../src/records/document.ts";
import type {Manifest} from "../../src/records/manifest.ts";
import type {LabelStep, Problem, Trace} from "../../src/records/trace.ts";
import {aManifest, aStep, aTrace, type FileManifest} from "../store/records.ts";

export const LABELS = ["anger", "fear", "joy", "none"];

/** A generator in the same state each time. */
export const rng = () => createRng("dynamics");

type Emitted = LabelStep["emitted"];

/** What is written at a step: a label, `none`, `other`, or a label again as `joy!`. */
export function emitted(word: string): Emitted {
  if (word === "other") return {text: "zzz", kind: "other"};
  if (word.endsWith("!")) return {text: word.slice(0, -1), kind: "repeat", label: word.slice(0, -1)};
  return {text: word, kind: word === "none" ? "none" : "label", label: word};
}

/** A label step with a distribution over anger, fear, joy, none, and everything that follows from it. */
export function labelStep(r: number, p: readonly number[], word: string, changes: Partial<LabelStep> = {}): LabelStep {
  const ranked = p.map((value, index) => ({value, index})).sort((a, b) => b.value - a.value || a.index - b.index);
  const [best, next] = ranked;
  return aStep({
    r,
    answerTokens: 2 * (r - 1),
    scores: p.map(value => (value === 0 ? null : Math.log(value))),
    probabilities: [...p],
    entropyBits: entropyBits(p),
    top: LABELS[best?.index ?? 0] ?? "",
    second: LABELS[next?.index ?? 0] ?? "",
    topToSecond: next === undefined || next.value === 0 ? null : (best?.value ?? 0) / next.value,
    emitted: emitted(word),
    ...changes,
  });
}

interface Written {
  readonly steps?: readonly LabelStep[];
  readonly labels?: readonly string[];
  readonly problems?: readonly Problem[];
  readonly text?: string;
  readonly tokens?: readonly number[];
  readonly gold?: readonly string[] | "none";
  readonly promptHash?: string;
}

/** A captured document. The last of its steps is `last`, the others are `intermediate`, unless they say otherwise. */
export function captured(id: string, about: Written): ComparedDocument {
  const {steps = [], labels = [], problems = [], text = labels.join(), tokens = [7, 8, 9], gold = []} = about;
  const document: Document = {
    id,
    text: `text of ${id}`,
    ...(gold === "none" ? {} : {labels: [...gold]}),
  };
  const trace: Trace = aTrace(id, {
    document: {id, text: `text of ${id}`, labels: []},
    ...(about.promptHash === undefined ? {} : {promptHash: about.promptHash}),
    answer: {
      tokens: [...tokens],
      text,
      wellFormed: problems.length === 0,
      problems: [...problems],
      labels: [...labels],
    },
    steps: steps.map((step, index) => ({...step, kind: index === steps.length - 1 ? step.kind : "intermediate"})),
  });
  return {document, split: "test", trace};
}

interface RunAbout {
  readonly name?: string;
  readonly model?: Partial<FileManifest["model"]>;
  readonly identity?: Partial<Manifest["identity"]>;
  readonly prompt?: Partial<Manifest["prompt"]>;
}

export function run(documents: readonly ComparedDocument[], about: RunAbout = {}): ComparedRun {
  const base = aManifest();
  const {name = "run"} = about;
  const manifest = aManifest({
    name,
    labels: LABELS,
    noneLabel: "none",
    model: {...base.model, family: "ladder", variant: "base", ...about.model},
    identity: {...base.identity, ...about.identity},
    prompt: {...base.prompt, labelOrder: ["anger", "fear", "joy"], ...about.prompt},
  });
  return {name, manifest, documents: {test: documents, calibration: [], train: []}};
}

const distribution = fc
  .array(fc.integer({min: 1, max: 1000}), {minLength: LABELS.length, maxLength: LABELS.length})
  .map(counts => counts.map(count => count / counts.reduce((sum, value) => sum + value, 0)));

const word = fc.constantFrom(...LABELS, "other", "joy!");

/** Any captured document: up to four steps, any answer, gold labels or none. */
export const anyCaptured = (id: string): fc.Arbitrary<ComparedDocument> =>
  fc
    .record({
      steps: fc.array(fc.tuple(distribution, word), {maxLength: 4}),
      labels: fc.shuffledSubarray(["anger", "fear", "joy"]),
      gold: fc.subarray(["anger", "fear", "joy"]),
      malformed: fc.boolean(),
    })
    .map(({steps, labels, gold, malformed}) =>
      captured(id, {
        steps: steps.map(([p, said], index) => labelStep(index + 1, p, said)),
        labels,
        gold,
        problems: malformed ? ["not-closed"] : [],
      }),
    );

/** Between one and fourteen captured documents with ids of their own. */
export const anyDocuments = fc
  .integer({min: 1, max: 14})
  .chain(count => fc.tuple(...Array.from({length: count}, (_, index) => anyCaptured(`d${index}`))));
