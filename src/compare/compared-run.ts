import type {DocumentRecords} from "../estimate/estimator.ts";
import type {Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Binary, Unary} from "../records/questions.ts";
import type {Trace} from "../records/trace.ts";
import type {Tree} from "../records/tree.ts";

/** One document of a run with the whole of its records: what estimators need, and what the capture cost. */
export interface ComparedDocument extends DocumentRecords {
  readonly trace?: Trace | undefined;
  readonly tree?: Tree | undefined;
  readonly unary?: Unary | undefined;
  readonly binary?: Binary | undefined;
}

/** A run as everything after the store takes it: plain data, no file behind it. */
export interface ComparedRun {
  /** Unique among the compared runs; the key in results.json. */
  readonly name: string;
  readonly manifest: Manifest;
  readonly documents: Readonly<Record<Split, readonly ComparedDocument[]>>;
  /** A checksum of all its records; absent where it was not read whole. */
  readonly sum?: string;
}
