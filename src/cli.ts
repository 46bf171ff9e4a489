#!/usr/bin/env node
import {text as readAll} from "node:stream/consumers";
import {CommanderError} from "commander";
import {asCalled, calledAs} from "./called-as.ts";
import {formatError, LabelscopeError} from "./errors.ts";
import {createProgram} from "./program/program.ts";
import {createTerminal} from "./terminal.ts";
import {version} from "./version.ts";

const INTERRUPTED = 130;

process.stdout.on("error", error => {
  // `labelscope … | head` closes the pipe: no reason to complain
  process.exit("code" in error && error.code === "EPIPE" ? 0 : 2);
});

process.stderr.on("error", () => {
  // Nobody reads the progress any more: the work goes on.
});

const name = calledAs({file: process.argv[1], cwd: process.cwd(), env: process.env});
const quiet = process.argv.includes("--quiet");
const terminal = createTerminal(process.stderr, quiet);
const controller = new AbortController();
let interruptions = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interruptions++;
    if (interruptions > 1) process.exit(INTERRUPTED);
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
    cwd: process.cwd(),
    columns: process.stdout.columns,
    program: name,
  });
  terminal.rest();
  const output = json ? `${JSON.stringify(result.data, null, 2)}\n` : result.text;
  await new Promise<void>(resolve => process.stdout.write(output, () => resolve()));
  for (const failure of result.failures ?? []) process.stderr.write(`${failure}\n`);
  process.exitCode = result.exitCode ?? 0;
});
const commandNames = program.commands.map(command => command.name());
for (const command of [program, ...program.commands, ...program.commands.flatMap(({commands}) => commands)]) {
  command.exitOverride().configureOutput({
    writeOut: text => process.stdout.write(named(text)),
    writeErr: text => process.stderr.write(named(text)),
  });
}

try {
  await program.parseAsync();
} catch (error) {
  terminal.rest();
  process.exitCode = report(error);
}
// The engine's own threads may outlive the work; everything that matters is closed and written by now.
process.exit();

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (controller.signal.aborted) return INTERRUPTED;
  if (error instanceof LabelscopeError) process.stderr.write(named(formatError(error)));
  else
    process.stderr.write(
      `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  Next: this is a bug in labelscope; please report it with the lines above\n`,
    );
  return 2;
}

/** Commands to type in a text for a person, as this program was called. */
function named(text: string): string {
  return asCalled(text, name, commandNames);
}
