import {type Hidden, hiddenSchema} from "../records/hidden.ts";
import {type Binary, binarySchema, type Unary, unarySchema} from "../records/questions.ts";
import {type Trace, traceSchema} from "../records/trace.ts";
import {type Tree, treeSchema} from "../records/tree.ts";
import type {RecordKind} from "./record-file.ts";

/** What each name of `recordKinds` stores. */
export interface Records {
  readonly trace: Trace;
  readonly tree: Tree;
  readonly unary: Unary;
  readonly binary: Binary;
  readonly hidden: Hidden;
}

/** Every record file of a run directory. A new one is a schema in `records/` and a line here. */
export const recordKinds: {readonly [Name in keyof Records]: RecordKind<Records[Name]>} = {
  trace: {name: "trace", file: "traces.jsonl", schema: traceSchema},
  tree: {name: "tree", file: "trees.jsonl", schema: treeSchema},
  unary: {name: "unary", file: "unary.jsonl", schema: unarySchema},
  binary: {name: "binary", file: "binary.jsonl", schema: binarySchema},
  hidden: {name: "hidden", file: "hidden.jsonl", schema: hiddenSchema},
};
export type RecordName = keyof Records;
