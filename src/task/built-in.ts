import type {Document, Split} from "../records/document.ts";
import type {TaskDefinition} from "../records/task.ts";
import type {ProblemList} from "./problems.ts";
import type {Counted} from "./task.ts";

/** What a reader found in one split's file. */
export interface ReadSplit {
  readonly documents: readonly Document[];
  /** The file it came from. */
  readonly source: string;
  readonly dropped: readonly Counted[];
  readonly remarks: readonly Counted[];
}

/**
 * A task whose data the user has and labelscope can read: one file and one line in `index.ts`.
 *
 * `read` is only called once every name of `files` is known to be in the directory; what is wrong in them goes to
 * `problems` with file and line.
 */
export interface DatasetTask {
  readonly kind: "dataset";
  readonly definition: TaskDefinition;
  /** The files that the data's directory must hold. */
  readonly files: readonly string[];
  /** Where they are had from. */
  readonly from: string;
  /** Source, licence and how the data is read, one sentence or two an entry. */
  readonly notes: readonly string[];
  readonly read: (options: {
    directory: string;
    /** The name of a file in messages. */
    display: (path: string) => string;
    problems: ProblemList;
  }) => Promise<Readonly<Record<Split, ReadSplit>>>;
}

/** A task that ships with the package, data included: no `--data` is needed. */
export interface ShippedTask {
  readonly kind: "shipped";
  readonly id: string;
  readonly title: string;
  /** The task file, relative to the package's root. */
  readonly taskFile: string;
  readonly notes: readonly string[];
}

export type BuiltInTask = DatasetTask | ShippedTask;
