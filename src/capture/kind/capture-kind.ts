import type {Model} from "../../engine/engine.ts";
import type {Lane} from "../../engine/lanes.ts";
import type {PromptPlan} from "../../prompt/plan.ts";
import type {Captures} from "../../records/captures.ts";
import type {Split} from "../../records/document.ts";
import type {NamedRecord, RecordName} from "../../records/run-records.ts";
import type {Task} from "../../task/task.ts";
import type {GreedySetup} from "../greedy.ts";
import type {TreeOptions} from "../label-tree.ts";
import type {PreparedDocument} from "../prepare.ts";
import type {PromptWriter} from "../prompt-text.ts";

/** What can be captured of a document; an estimator's need of the same name is met by it. */
export type CaptureName = "greedy" | "tree" | "unary" | "binary" | "hidden";

/** What captures are planned with: a model's tokeniser, without its weights. */
export interface CaptureMaterial {
  readonly model: Model;
  readonly task: Task;
  readonly prompts: PromptPlan;
  readonly write: PromptWriter;
  /** Of all splits that the run captures. */
  readonly documents: readonly PreparedDocument[];
  /** The most tokens that follow a prompt while an answer is captured. */
  readonly answerTokens: number;
  readonly seed: number;
  readonly tree: TreeOptions;
  /** Width of the model's hidden state, where its file tells. */
  readonly hiddenColumns: number | undefined;
}

/** What is stored of one document. */
export interface Captured {
  readonly entry: NamedRecord;
  /** Full logits of the label steps, or the hidden state. */
  readonly rows?: readonly Float32Array[];
}

/** A capture that can start: the model is loaded. */
export interface ReadyCapture {
  /** The most sequences that a document's paths use side by side, and the most tokens on each. */
  readonly scratch: {readonly sequences: number; readonly tokens: number};
  readonly capture: (document: PreparedDocument, lane: Lane) => Promise<Captured>;
}

/** What one kind will capture with one model; made without loading its weights. */
export interface PlannedCapture {
  readonly name: CaptureName;
  readonly record: RecordName;
  /** For a progress line, e.g. `label trees`. */
  readonly title: string;
  readonly documents: readonly PreparedDocument[];
  /** Tokens that all its prompts share. */
  readonly prefix: readonly number[];
  /** Tokens of the longest prompt with what follows it, and the document it is of. */
  readonly longestTokens: number;
  readonly longestId: string | undefined;
  /** Tokens of a document's longest prompt with what follows it. */
  readonly size: (document: PreparedDocument) => number;
  /** Whether hidden states are read. */
  readonly hidden: boolean;
  /** How it is made, for the manifest. */
  readonly about: Captures;
  readonly begin: (model: Model, setup: GreedySetup) => ReadyCapture;
}

/** A kind of capture. A new one is a file, a line in `index.ts`, and a record schema. */
export interface CaptureKind {
  readonly name: CaptureName;
  readonly plan: (material: CaptureMaterial, splits: readonly Split[]) => PlannedCapture;
}

/** The documents of some splits, in their order. */
export function ofSplits(documents: readonly PreparedDocument[], splits: readonly Split[]): PreparedDocument[] {
  return documents.filter(({split}) => splits.includes(split));
}

/** The document with the most tokens. */
export function longestBy(
  documents: readonly PreparedDocument[],
  size: (document: PreparedDocument) => number,
): {readonly id: string | undefined; readonly tokens: number} {
  const sizes = documents.map(document => ({id: document.document.id, tokens: size(document)}));
  return sizes.reduce<{id: string | undefined; tokens: number}>(
    (most, one) => (one.tokens > most.tokens ? one : most),
    {id: undefined, tokens: 0},
  );
}

/** What every record says of its document. */
export function identityOf({key, split, document}: PreparedDocument) {
  return {key, split, id: document.id};
}

/** Milliseconds since `began`, to a tenth. */
export function elapsedMs(began: number): number {
  return Math.round((performance.now() - began) * 10) / 10;
}
