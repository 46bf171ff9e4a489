import type {TableMapping} from "../table/mapping.ts";

/** A record of an export as fields that a mapping names; or why it is no judgement; or what is not understood in it. */
export type ExportRow =
  | {readonly fields: Readonly<Record<string, unknown>>}
  | {readonly dropped: string}
  | {readonly problem: string};

/** What a reader of a record may use. */
export interface ExportContext {
  /** The record's key, where the file is one object by id. */
  readonly key: string | undefined;
  /** The user's own flags. */
  readonly mapping: TableMapping;
  /** Which of the format's `questions` is read. */
  readonly question?: string;
  /** Counts a part of the record that is left out. */
  readonly leaveOut: (reason: string) => void;
  /** Counts a part of the record that is read by a rule. */
  readonly remark: (reason: string) => void;
}

/**
 * What an annotation tool or a data set writes, as `tasks import NAME` reads it: one file and one line in `index.ts`. A
 * record becomes fields that `mapping` names, and from there on it is read like any table.
 */
export interface ExportFormat {
  readonly title: string;
  /** The page that describes the layout. */
  readonly source: string;
  /** How the command is written, for messages and docs. */
  readonly data: string;
  readonly mapping: TableMapping;
  /** The flags for columns that it takes; the others are refused. */
  readonly takes: readonly ("textColumn" | "idColumn" | "labelsColumn")[];
  /** What a record was asked, where there may be several such questions: one is read, over the whole data set. */
  readonly questions?: (value: Readonly<Record<string, unknown>>) => readonly string[];
  /** The one of `questions` that is read unless `--labels-column` names another. */
  readonly question?: string;
  /** Whether records of one id are joined, each annotator counting once. */
  readonly grouped: boolean;
  /** Whether a record has this layout, for whoever gives it to `jsonl`; false where any table may look like it. */
  readonly recognises: (value: Readonly<Record<string, unknown>>) => boolean;
  readonly row: (value: Readonly<Record<string, unknown>>, context: ExportContext) => ExportRow;
}
