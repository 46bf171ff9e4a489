import type {Finding} from "../catalog/finding.ts";

/** Where a run's files, models and settings are found. */
export interface RunPlace extends Finding {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time, for chat templates that show the date; default: the machine's. */
  readonly now?: () => Date;
}
