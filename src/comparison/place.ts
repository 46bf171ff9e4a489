/** Work under way, as `commands` shows it. */
interface Step {
  readonly subject: string;
  readonly done: number;
  readonly total: number;
  readonly unit: "runs" | "files";
  readonly note?: string;
}

/** What a comparison may use of the outside. */
export interface ComparisonPlace {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** A line for a person: a remark. */
  readonly notice: (line: string) => void;
  readonly progress: (step: Step) => void;
}
