import {spawn} from "node:child_process";

export interface QuietOutput {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
}

/**
 * Runs a program with its output kept back: the last 40 lines of both streams, without blank ones. No shell is involved,
 * unless it is asked for: Windows starts a script by a shell only, and then nothing that a user wrote may stand in `args`.
 *
 * @throws what `missing` makes of a program that cannot be started; the signal's reason, once the program has ended
 */
export function runQuietly(options: {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly shell?: boolean;
  readonly signal: AbortSignal;
  readonly missing: (cause: unknown) => Error;
}): Promise<QuietOutput> {
  return new Promise((done, fail) => {
    options.signal.throwIfAborted();
    const child = spawn(options.command, options.args, {
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      signal: options.signal,
      ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
      ...(options.shell === true ? {shell: true} : {}),
    });
    let text = "";
    const keep = (chunk: Buffer) => {
      text = (text + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", cause => {
      // After an abort the child is still ending: its close comes last.
      if (!options.signal.aborted) fail(options.missing(cause));
    });
    child.on("close", exitCode => {
      const lines = text.split(/\r?\n/).filter(line => line.trim() !== "");
      if (options.signal.aborted) fail(options.signal.reason);
      else done({exitCode, lines: lines.slice(-40)});
    });
  });
}
