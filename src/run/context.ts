import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import type {Split} from "../records/document.ts";

/** A document that some model of a command cannot read with its answer. */
export interface TooLong {
  readonly split: Split;
  readonly id: string;
  /** The model that cannot, and how many tokens the document needs there. */
  readonly model: string;
  readonly tokens: number;
}

/** What does not fit into one model's context. */
export interface Overflow {
  readonly model: string;
  readonly contextTokens: number;
  readonly trainContextTokens: number;
  /** At least one, the longest first. */
  readonly tooLong: readonly TooLong[];
  /**
   * What is too long: some documents; every document, because of the demonstrations or by itself; or the instruction with
   * the labels and the answer, before any demonstration and document.
   */
  readonly cause: "documents" | "demonstrations" | "every document" | "labels";
  /** Tokens without demonstrations and document. */
  readonly frameTokens: number;
  /** Of the longest document. */
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly shots: number;
  readonly shotTokens: number;
  /** The most demonstrations with which all fits; absent where none does. */
  readonly fewerShots: number | undefined;
  /** The most demonstrations that leave room for a document at all; absent where none do. */
  readonly roomShots: number | undefined;
}

/** Documents that an error names; the others are counted, and stand in its facts. */
const NAMED = 20;

/** Prompts that do not fit, all of them, with what would make them fit: advice that was tried, not estimated. */
export function contextOverflow(overflows: readonly Overflow[]): LabelscopeError {
  const [first] = overflows;
  if (first === undefined) throw new RangeError("nothing is too long");
  const all = overflows.flatMap(({tooLong}) => tooLong);
  const documents = new Set(all.map(({split, id}) => JSON.stringify([split, id]))).size;
  const longest = first.tooLong.reduce((most, one) => (one.tokens > most.tokens ? one : most));
  const needs = `needs ${longest.tokens} tokens, the context of ${first.model} holds ${first.contextTokens}`;
  const named = overflows.length === 1 ? "" : " of a model";
  const several = documents > 1 || overflows.length > 1;
  return new LabelscopeError({
    code: "context-overflow",
    message: several
      ? `${counted(documents, "document")} ${documents === 1 ? "does" : "do"} not fit into the context${named}; the longest, "${longest.id}", ${needs}`
      : `document "${longest.id}" ${needs}`,
    details: [
      `prompt ${first.promptTokens} (of which ${first.shots} demonstrations ${first.shotTokens}) + answer ${first.answerTokens}`,
      `the model was trained for ${first.trainContextTokens}`,
      ...(first.cause === "labels"
        ? [`the instruction with its labels and the answer take ${first.frameTokens} tokens without any document`]
        : []),
      ...(several ? listed(all, overflows.length > 1) : []),
    ],
    next: advice(overflows, documents),
    facts: {
      model: first.model,
      documentId: longest.id,
      promptTokens: first.promptTokens,
      answerTokens: first.answerTokens,
      contextTokens: first.contextTokens,
      trainContextTokens: first.trainContextTokens,
      shots: first.shots,
      shotTokens: first.shotTokens,
      cause: first.cause,
      tooLong: all,
    },
  });
}

function listed(all: readonly TooLong[], severalModels: boolean): string[] {
  const lines = all
    .slice(0, NAMED)
    .map(({split, id, tokens, model}) => `${split} "${id}": ${tokens}${severalModels ? ` with ${model}` : ""}`);
  return all.length > NAMED ? [...lines, `and ${all.length - NAMED} more (--json lists all)`] : lines;
}

function advice(overflows: readonly Overflow[], documents: number): string[] {
  const needed = overflows.map(({tooLong}) => tooLong.reduce((most, {tokens}) => Math.max(most, tokens), 0));
  const most = needed.reduce((one, other) => Math.max(one, other), 0);
  const trained = overflows.every(({trainContextTokens}, at) => (needed[at] ?? 0) <= trainContextTokens);
  const least = overflows.reduce((one, {trainContextTokens}) => Math.min(one, trainContextTokens), most + 256);
  const shots = overflows.map(({fewerShots}) => fewerShots);
  const fewer = shots.reduce<number | undefined>(
    (one, other) => (one === undefined || other === undefined ? undefined : Math.min(one, other)),
    shots[0],
  );
  const room = overflows
    .map(({roomShots, shots: all}) => roomShots ?? all)
    .reduce((one, other) => Math.min(one, other));
  const labels = overflows.some(({cause}) => cause === "labels");
  const everything = overflows.some(({cause}) => cause !== "documents");
  const each = overflows.some(({cause}) => cause === "every document");
  const crowded = !labels && !each && everything ? room : undefined;
  const those = documents === 1 ? "it" : `the ${documents} documents`;
  return [
    ...(trained ? [`--context ${Math.min(least, Math.ceil(most / 256) * 256)}`] : []),
    ...(fewer === undefined ? [] : [`--shots ${fewer}`]),
    ...(fewer === undefined && crowded !== undefined
      ? [`--shots ${crowded} --too-long skip: the demonstrations leave no room for any document`]
      : []),
    ...(everything
      ? []
      : [
          `--too-long skip: leaves ${those} out, for every model of the command, and counts ${documents === 1 ? "it" : "them"}`,
        ]),
    ...(labels
      ? ["fewer or shorter labels, or a shorter instruction, in the task file: no document is short enough"]
      : []),
    ...(each && !labels ? ["shorter documents: even the shortest does not fit without a demonstration"] : []),
    ...(labels || !trained ? ["a model with a longer context (labelscope models info shows it)"] : []),
  ];
}

/** The largest number that fits, from `most` down: one by one below 20, in steps of a twentieth above. */
export function mostShots(most: number, fits: (shots: number) => boolean): number | undefined {
  for (let shots = most; shots >= 0; shots -= Math.max(1, Math.floor(shots / 20))) {
    if (fits(shots)) return shots;
  }
  return undefined;
}
