import {embeddingSchema} from "../records/embedding.ts";
import {hiddenSchema} from "../records/hidden.ts";
import {binarySchema, unarySchema} from "../records/questions.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import {traceSchema} from "../records/trace.ts";
import {treeSchema} from "../records/tree.ts";
import {EMBEDDINGS, HIDDEN, LOGITS} from "./matrix-file.ts";
import {binaryMeaning, treeMeaning, unaryMeaning, vectorMeaning} from "./meaning/captures.ts";
import {traceMeaning} from "./meaning/trace.ts";
import {type RecordKind, recordKind} from "./record-kind.ts";

/** Every record file of a run directory. A new one is a schema in `records/` and a line here. */
export const recordKinds: {readonly [Name in RecordName]: RecordKind<Records[Name]>} = {
  trace: recordKind("traces.jsonl", traceSchema, traceMeaning),
  tree: recordKind("trees.jsonl", treeSchema, treeMeaning),
  unary: recordKind("unary.jsonl", unarySchema, unaryMeaning),
  binary: recordKind("binary.jsonl", binarySchema, binaryMeaning),
  hidden: recordKind("hidden.jsonl", hiddenSchema, vectorMeaning),
  embedding: recordKind("embeddings.jsonl", embeddingSchema, vectorMeaning),
};

export const recordNames: readonly RecordName[] = ["trace", "tree", "unary", "binary", "hidden", "embedding"];

/** The matrix beside a record file, for the records that have rows in one. */
export const matrixFiles: {readonly [Name in RecordName]?: string} = {
  trace: LOGITS,
  hidden: HIDDEN,
  embedding: EMBEDDINGS,
};
