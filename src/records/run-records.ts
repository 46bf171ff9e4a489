import type {Embedding} from "./embedding.ts";
import type {Hidden} from "./hidden.ts";
import type {Binary, Unary} from "./questions.ts";
import type {Trace} from "./trace.ts";
import type {Tree} from "./tree.ts";

/** Everything that a run stores about documents, by the name of the record. */
export interface Records {
  readonly trace: Trace;
  readonly tree: Tree;
  readonly unary: Unary;
  readonly binary: Binary;
  readonly hidden: Hidden;
  readonly embedding: Embedding;
}
export type RecordName = keyof Records;

/** A record with its name. */
export type NamedRecord = {[Name in RecordName]: {readonly name: Name; readonly record: Records[Name]}}[RecordName];
