/** Where a run's files, models and settings are found. */
export interface RunPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time, for chat templates that show the date; default: the machine's. */
  readonly now?: () => Date;
}
