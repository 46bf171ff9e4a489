/** What looking for a model may use of the outside, where it has to be fetched first. */
export interface Finding {
  /** Ends a download; what has arrived is kept. */
  readonly signal?: AbortSignal;
  /** A line for a person. */
  readonly notice?: (line: string) => void;
  /** How far a download is. */
  readonly progress?: (event: FindingProgress) => void;
}

export interface FindingProgress {
  readonly subject: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: "bytes";
  readonly note: string;
}
