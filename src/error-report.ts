import {CommanderError} from "commander";
import {type ErrorReport, formatError, LabelscopeError} from "./errors.ts";

const BUG = "this is a bug in labelscope; please report it with the lines above";

/** An error as `--json` prints it, under `error`. */
export type ToldError = Required<Omit<ErrorReport, "next" | "cause">> & {readonly next: readonly string[]};

/**
 * What a program is told of an error: the same code, message and advice that a person reads.
 *
 * Mistakes in the flags are `usage`, an abort is `interrupted`, everything that nobody foresaw is `unexpected`, with its
 * stack as details.
 */
export function errorReport(error: unknown, aborted: boolean): ToldError {
  if (aborted)
    return told("interrupted", "the command was interrupted; what is finished is kept", ["the same command continues"]);
  if (error instanceof LabelscopeError) {
    const {code, message, details, next, facts} = error;
    return {code, message, details, next, facts};
  }
  if (error instanceof CommanderError) {
    const [message = "", ...more] = error.message.replace(/^error: /, "").split("\n");
    const said = message === "(outputHelp)" ? "no command was given" : message;
    return {...told("usage", said, ["labelscope COMMAND --help shows the flags and an example"]), details: more};
  }
  const [message, ...stack] = stackOf(error).split("\n");
  return {...told("unexpected", message ?? "", [BUG]), details: stack.map(line => line.trim())};
}

/** What a person is told of an error that is no mistake in the flags. */
export function errorText(error: unknown): string {
  return error instanceof LabelscopeError ? formatError(error) : `unexpected: ${stackOf(error)}\n  Next: ${BUG}\n`;
}

function told(code: string, message: string, next: readonly string[]): ToldError {
  return {code, message, details: [], next, facts: {}};
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
