#!/usr/bin/env node
import {createInterface} from "node:readline/promises";
import {text as readAll} from "node:stream/consumers";
import {CommanderError} from "commander";
import {asCalled, calledAs} from "./called-as.ts";
import {errorReport, errorText} from "./error-report.ts";
import {LabelscopeError} from "./errors.ts";
import {createProgram} from "./program/program.ts";
import {explainSystemError} from "./system-error.ts";
import {createTerminal, writeText} from "./terminal.ts";
import {version} from "./version.ts";
import {visible, visibleJson} from "./visible.ts";

const INTERRUPTED = 130;

/** Why stdout takes no more; a reader that closed the pipe (`labelscope … | head`) is no reason to complain. */
let unwritten: Error | undefined;
process.stdout.on("error", error => {
  if (!("code" in error && error.code === "EPIPE")) unwritten ??= error;
});

process.stderr.on("error", () => {
  // Nobody reads the progress any more: the work goes on.
});

const name = programName();
const quiet = process.argv.includes("--quiet");
const asJson = process.argv.includes("--json");
const terminal = createTerminal(process.stderr, quiet);
const controller = new AbortController();
let interruptions = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interruptions++;
    if (interruptions > 1) endBy(signal);
    terminal.rest();
    terminal.notice("stopping; what is finished is kept (again to stop at once)");
    controller.abort(new DOMException("interrupted", "AbortError"));
  });
}

const readInput = async () => {
  if (process.stdin.isTTY)
    terminal.notice("reading the prompt from this terminal; Ctrl-D ends it (--prompt-file reads a file)");
  return await readAll(process.stdin);
};
const program = createProgram(version, {read: readInput}, async (call, json) => {
  const result = await call({
    progress: terminal.progress,
    notice: line => terminal.notice(named(line)),
    signal: controller.signal,
    env: process.env,
    cwd: currentFolder(),
    columns: process.stdout.columns,
    program: name,
    ...(process.stdin.isTTY && process.stderr.isTTY ? {ask} : {}),
  });
  terminal.rest();
  const output = json ? visibleJson(`${JSON.stringify(result.data, null, 2)}\n`) : result.text;
  await writeText(process.stdout, output);
  for (const failure of result.failures ?? []) await writeText(process.stderr, `${failure}\n`);
  process.exitCode = result.exitCode ?? 0;
});
const commandNames = program.commands.map(command => command.name());
for (const command of [program, ...program.commands, ...program.commands.flatMap(({commands}) => commands)]) {
  command.exitOverride().configureOutput({
    writeOut: text => void writeText(process.stdout, named(text)),
    writeErr: text => void writeText(process.stderr, named(text)),
  });
}

try {
  await program.parseAsync();
  await written();
} catch (error) {
  terminal.rest();
  process.exitCode = await report(error);
}
// The engine's own threads may outlive the work; everything that matters is closed and written by now.
process.exit();

async function ask(question: string): Promise<boolean> {
  terminal.rest();
  const asking = createInterface({input: process.stdin, output: process.stderr});
  try {
    const answer = await asking.question(`${visible(question)} [y/N] `, {signal: controller.signal});
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

/** Ends the process by a signal: leaving in order would wait for threads that read what never comes (a pipe nobody writes). */
function endBy(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
  terminal.rest();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** An error that nothing nearer explained; where closing failed as well, what failed before it. */
function explained(error: unknown): unknown {
  if (error instanceof Error && error.name === "SuppressedError" && "suppressed" in error) {
    return explained(error.suppressed);
  }
  return error instanceof LabelscopeError ? error : (explainSystemError(error) ?? error);
}

/** Says why it could not run: to a person on stderr, under `--json` to a program on stdout, too. @returns the exit code */
async function report(thrown: unknown): Promise<number> {
  const error = explained(thrown);
  if (error instanceof CommanderError && error.exitCode === 0) return await written().then(() => 0, report);
  const told = errorReport(error, controller.signal.aborted);
  if (asJson) await writeText(process.stdout, visibleJson(`${JSON.stringify({error: told}, null, 2)}\n`));
  if (controller.signal.aborted) return INTERRUPTED;
  // A mistake in the flags was told while they were read.
  if (error instanceof CommanderError) return 2;
  await writeText(process.stderr, named(errorText(error)));
  return 2;
}

/** Waits until stdout has said whether it took everything. @throws `output-failed` where it did not */
async function written(): Promise<void> {
  await writeText(process.stdout, "");
  await new Promise(resolve => setImmediate(resolve));
  if (unwritten === undefined) return;
  const full = "code" in unwritten && unwritten.code === "ENOSPC";
  throw new LabelscopeError({
    code: "output-failed",
    message: `stdout did not take the output${full ? ": no space is left where it goes" : ` (${unwritten.message})`}`,
    next: `${full ? "free some space, or send" : "send"} the output elsewhere; files and runs that the command made are kept`,
    cause: unwritten,
  });
}

/** @throws `folder-gone` */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new LabelscopeError({
      code: "folder-gone",
      message: "the folder that this command was called in is not there any more",
      next: "cd to a folder that is there, and call it again",
      cause,
    });
  }
}

/** How this program is called; its plain name where the folder it was called in is gone. */
function programName(): string {
  try {
    return calledAs({file: process.argv[1], cwd: process.cwd(), env: process.env});
  } catch {
    return "labelscope";
  }
}

/** Commands to type in a text for a person, as this program was called. */
function named(text: string): string {
  return asCalled(text, name, commandNames);
}
