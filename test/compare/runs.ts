import fc from "fast-check";
import type {ComparedDocument, ComparedRun} from "../../src/compare/compared-run.ts";
import {entropyBits} from "../../src/math/entropy.ts";
import type {Document, Split} from "../../src/records/document.ts";
import type {Manifest} from "../../src/records/manifest.ts";
import type {Problem} from "../../src/records/trace.ts";
import {aManifest, aStep, aTrace, aTree, type FileManifest} from "../store/records.ts";

/** Labels of every run here, the null label last: distributions small enough for paper. */
export const LABELS = ["fear", "joy", "none"];

interface Said {
  /** The label distribution at the first label step: fear, joy, none. */
  readonly p: readonly number[];
  /** The greedy answer's labels. */
  readonly answer?: readonly string[];
  readonly annotations?: Document["annotations"];
  /** Aggregated labels instead of annotators. */
  readonly labels?: string[];
  readonly truth?: Readonly<Record<string, number>>;
  /** Bounds of the label tree, fear then joy. */
  readonly tree?: readonly (readonly [lower: number, upper: number])[];
  readonly problems?: readonly Problem[];
  readonly split?: Split;
  readonly text?: string;
}

/** One captured document. */
export function said(id: string, {p, answer = [], split = "test", problems = [], ...about}: Said): ComparedDocument {
  const {annotations = [["joy"], []], labels, truth, tree, text = `text of ${id}`} = about;
  const document: Document = {
    id,
    text,
    ...(labels === undefined ? {annotations} : {labels}),
    ...(truth === undefined ? {} : {truth: {marginal: {...truth}}}),
  };
  const trace = aTrace(id, {
    split,
    document,
    answer: {
      tokens: [1, 2],
      text: answer.join(),
      wellFormed: problems.length === 0,
      problems: [...problems],
      labels: [...answer],
    },
    steps: [
      aStep({
        scores: p.map(value => (value === 0 ? null : Math.log(value))),
        probabilities: [...p],
        entropyBits: entropyBits(p),
      }),
    ],
  });
  return {
    document,
    split,
    trace,
    ...(tree === undefined
      ? {}
      : {tree: {...aTree(id), split, labels: tree.map(([lower, upper]) => ({lower, upper}))}}),
  };
}

interface About {
  readonly calibration?: readonly ComparedDocument[];
  readonly manifest?: Partial<FileManifest>;
  readonly model?: Partial<FileManifest["model"]>;
  readonly identity?: Partial<Manifest["identity"]>;
  readonly prompt?: Partial<Manifest["prompt"]>;
}

export function aRun(name: string, test: readonly ComparedDocument[], about: About = {}): ComparedRun {
  const base = aManifest();
  const manifest = aManifest({
    name,
    labels: LABELS,
    noneLabel: "none",
    model: {...base.model, id: name, ...about.model},
    identity: {...base.identity, ...about.identity},
    prompt: {...base.prompt, ...about.prompt},
    ...about.manifest,
  });
  return {name, manifest, documents: {test, calibration: about.calibration ?? [], train: []}};
}

const distribution = fc
  .tuple(fc.integer({min: 1, max: 50}), fc.integer({min: 1, max: 50}), fc.integer({min: 1, max: 50}))
  .map(counts => counts.map(count => count / counts.reduce((sum, value) => sum + value, 0)));

const sets = fc.subarray(["fear", "joy"]);

/** Any captured document of the test split. */
export const anySaid = (id: string): fc.Arbitrary<ComparedDocument> =>
  fc
    .record({p: distribution, answer: sets, annotations: fc.array(sets, {minLength: 1, maxLength: 4})})
    .map(about => said(id, about));

/** Some captured documents, d0, d1 … */
export const anyDocuments = fc
  .integer({min: 1, max: 14})
  .chain(count => fc.tuple(...Array.from({length: count}, (_, index) => anySaid(`d${index}`))));
