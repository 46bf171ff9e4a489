import type {Document, Split} from "../records/document.ts";
import type {TaskDefinition} from "../records/task.ts";

/** Something that was left out or read in a particular way, and how often. */
export interface Counted {
  readonly reason: string;
  readonly count: number;
}

/** The documents of one split, in the order of their file. */
export interface TaskSplit {
  readonly documents: readonly Document[];
  /** SHA-256 of the documents' content (not of the file's bytes: line ends and spacing do not matter). */
  readonly hash: string;
  /** The file's path. */
  readonly source: string;
  /** Rows or annotations that were not taken, by reason. Empty where all were. */
  readonly dropped: readonly Counted[];
  /** Rows that were taken, but read by a rule that a reader of the numbers should know. */
  readonly remarks: readonly Counted[];
}

/** Demonstrations that a task fixes in a file, in order. */
export interface FixedDemonstrations {
  readonly documents: readonly Document[];
  readonly hash: string;
  readonly source: string;
}

/** A task with its data, checked: every label is in the set, ids are unique within a split, no text is empty. */
export interface Task {
  readonly definition: TaskDefinition;
  /** The task file's path, or `built-in`. */
  readonly source: string;
  /** SHA-256 of the definition as canonical JSON. */
  readonly hash: string;
  /**
   * `annotators`: the test documents say who gave what; `aggregated`: they ship one label set, so the human distribution
   * is its 0/1 (METHODS §1).
   */
  readonly annotations: "annotators" | "aggregated";
  readonly splits: {readonly train?: TaskSplit; readonly calibration?: TaskSplit; readonly test?: TaskSplit};
  /** Present where the task names a file of demonstrations instead of a rule. */
  readonly fixedDemonstrations?: FixedDemonstrations;
  /** Where the data comes from and under which licence, how it was read. */
  readonly notes: readonly string[];
}

/** The splits in the order in which tables show them. */
export const splitNames = ["train", "calibration", "test"] as const satisfies readonly Split[];
