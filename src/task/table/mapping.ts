import type {CsvQuotes} from "../csv-scan.ts";

/** Where a file of the user's own keeps what a document needs. Names are column headers or JSON fields. */
export interface TableMapping {
  readonly textColumn?: string;
  /** Absent: the id is made of the text. */
  readonly idColumn?: string;
  /** One column with all labels of the row; several are one annotator's each, named like the column. */
  readonly labelsColumn?: readonly string[];
  /** The same as several of those; one is enough to say that it is an annotator's. */
  readonly annotatorColumns?: readonly string[];
  /** Between the labels of such a cell; default a comma. */
  readonly separator?: string;
  /** Or one column of 0 and 1 a label, named like it. */
  readonly labelColumns?: readonly string[];
  /** Given: a row is one annotator's word, and the rows of an id make a document. */
  readonly annotatorColumn?: string;
  /** Who gave the entries of a list, in its order; default `annotators` where the file has it. */
  readonly annotatorsColumn?: string;
  /** What the entries of a flat list are: the labels of one set, or one annotator's word each; absent: told from the file. */
  readonly entries?: "labels" | "annotators";
  /** `one-label`: a row is one chosen label, and the rows of one annotator on one document make their set. */
  readonly rows?: "one-label";
  /** What an empty label cell says: that there is no label, or that nobody judged; absent: told from the file. */
  readonly blank?: "none" | "unjudged";
  /** The label set and its order; absent: the labels that occur, sorted. */
  readonly labels?: readonly string[];
  /** `VALUE=LABEL`: what a value of the file is called in the task. */
  readonly rename?: readonly string[];
  /** Words of the labels column that mean that there is no label. */
  readonly noneWords?: readonly string[];
  /** Between the cells of a CSV file; absent: told from the file. */
  readonly delimiter?: string;
  /** Whether `"` holds a cell together or is text; absent: text in a table with tabs. */
  readonly quotes?: CsvQuotes;
  /** A single file: all of it is the test split. */
  readonly split?: "test";
  /** A single file: these shares of its documents, by rank of their ids' hashes. */
  readonly testShare?: number;
  readonly calibrationShare?: number;
}

/** One row or line: what a column holds, `undefined` where it has no such field. */
export interface TableRow {
  /** The file that it stands in, as messages call it. */
  readonly file: string;
  /** Absent where the file is one JSON value: `name` says which entry it is. */
  readonly line?: number;
  readonly name?: string;
  readonly field: (column: string) => unknown;
  /** The names of its fields, where each row has its own. */
  readonly names?: readonly string[];
}

/** One annotator's word on one document, or the labels that the data ships. */
export interface Judgement {
  /** Absent: nobody is named. */
  readonly annotator?: string;
  /** Possibly none; `undefined` where there is no judgement. */
  readonly labels: readonly string[] | undefined;
}

/** What a row says about a document. */
export interface Entry {
  readonly line?: number;
  readonly name?: string;
  /** Absent: made of the text. */
  readonly id?: string;
  readonly text: string;
  /** `aggregated`: one judgement, of nobody; `annotators`: one each. */
  readonly form: "aggregated" | "annotators";
  readonly judgements: readonly Judgement[];
}
