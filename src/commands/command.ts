import type {OpenEngine} from "../engine/index.ts";

/** A step of long work, for a progress line. `total` is absent where it is not known. */
export interface Progress {
  /** What is being done, e.g. `smollm2-135m-instruct · test`. Lines with the same subject replace one another. */
  readonly subject: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: "documents" | "runs" | "files" | "bytes" | "tokens";
  /** Units a second, for the remaining time; absent where it is to be told from the progress itself. */
  readonly ratePerSecond?: number;
  /** Facts beside the bar, e.g. `5.2 docs/s`. */
  readonly note?: string;
}

/** What a command may use of the outside: it never prints and never exits (see cli.ts). */
export interface CommandIo {
  readonly progress: (event: Progress) => void;
  /** A line for a person on stderr: a warning or a remark. */
  readonly notice: (line: string) => void;
  /** Aborted on SIGINT and SIGTERM: finish the step under way, store it, and return or throw. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Characters of a line of stdout; absent where it is no terminal. */
  readonly columns?: number | undefined;
  /** How this program is called, for commands that a person may type next; absent: `labelscope`. */
  readonly program?: string;
  /** Asks a person a question that is answered with yes or no; absent where there is no terminal. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** How engines are opened; absent: whatever engine a model's spec names. */
  readonly openEngine?: OpenEngine;
}

/** What a command hands over: `data` is printed under `--json`, `text` (may be empty) otherwise. */
export interface CommandResult<Data = unknown> {
  readonly data: Data;
  readonly text: string;
  /** 1 where a gate that the user set was not met, 130 where it was interrupted and can be resumed. */
  readonly exitCode?: 0 | 1 | 130;
  /** Why the exit code is 1, a line a gate: for stderr, under `--quiet` and `--json`, too. */
  readonly failures?: readonly string[];
}
