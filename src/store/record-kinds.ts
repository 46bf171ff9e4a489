import {embeddingSchema} from "../records/embedding.ts";
import {hiddenSchema} from "../records/hidden.ts";
import {binarySchema, unarySchema} from "../records/questions.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import {traceSchema} from "../records/trace.ts";
import {treeSchema} from "../records/tree.ts";
import {EMBEDDINGS, HIDDEN, LOGITS} from "./matrix-file.ts";
import type {RecordKind} from "./record-file.ts";

/** Every record file of a run directory. A new one is a schema in `records/` and a line here. */
export const recordKinds: {readonly [Name in RecordName]: RecordKind<Records[Name]>} = {
  trace: {name: "trace", file: "traces.jsonl", schema: traceSchema},
  tree: {name: "tree", file: "trees.jsonl", schema: treeSchema},
  unary: {name: "unary", file: "unary.jsonl", schema: unarySchema},
  binary: {name: "binary", file: "binary.jsonl", schema: binarySchema},
  hidden: {name: "hidden", file: "hidden.jsonl", schema: hiddenSchema},
  embedding: {name: "embedding", file: "embeddings.jsonl", schema: embeddingSchema},
};

export const recordNames: readonly RecordName[] = ["trace", "tree", "unary", "binary", "hidden", "embedding"];

/** The matrix beside a record file, for the records that have rows in one. */
export const matrixFiles: {readonly [Name in RecordName]?: string} = {
  trace: LOGITS,
  hidden: HIDDEN,
  embedding: EMBEDDINGS,
};
