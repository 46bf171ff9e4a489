/** What every labelscope error must say: which kind it is, what happened, and what to do next. */
export interface ErrorReport {
  /** Stable, kebab-case; scripts may match on it. */
  readonly code: string;
  /** One sentence: what is wrong, with the name of the thing that is wrong. */
  readonly message: string;
  /** What to do next, one suggestion a line. */
  readonly next: string | readonly string[];
  /** Lines of detail between the message and the advice. */
  readonly details?: readonly string[];
  /** The same facts for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error family of labelscope. An error without advice does not compile.
 *
 * `code` is stable and meant for programs; `message`, `details` and `next` are for people. The command line prints
 * `code: message`, the details indented, then the advice, and exits with 2. Any other error is a bug: it keeps its stack.
 */
export class LabelscopeError extends Error {
  readonly code: string;
  readonly next: readonly string[];
  readonly details: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(report: ErrorReport) {
    super(report.message, report.cause === undefined ? undefined : {cause: report.cause});
    this.name = "LabelscopeError";
    this.code = report.code;
    this.next = typeof report.next === "string" ? [report.next] : report.next;
    this.details = report.details ?? [];
    this.facts = report.facts ?? {};
  }
}

/** The text that a person sees for an error, ending with a newline. */
export function formatError(error: LabelscopeError): string {
  const lines = [`${error.code}: ${error.message}`, ...error.details.map(line => `  ${line}`)];
  error.next.forEach((line, index) => {
    lines.push(`  ${index === 0 ? "Next: " : "      "}${line}`);
  });
  return `${lines.join("\n")}\n`;
}

/** A bad choice, with the good ones listed and the nearest one suggested first by the caller's order. */
export function unknownChoice(options: {
  code: string;
  what: string;
  given: string;
  known: readonly string[];
  next?: string;
}): LabelscopeError {
  return new LabelscopeError({
    code: options.code,
    message: `${options.what} "${options.given}" is not known`,
    details: [`known: ${options.known.join(", ")}`],
    next: options.next ?? "use one of these",
    facts: {given: options.given, known: options.known},
  });
}
