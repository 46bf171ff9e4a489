import type {z} from "zod";
import {LabelscopeError} from "../../errors.ts";

/** Reads an answer by its schema. @throws `server-answer` for one that does not have that form */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrongAnswer(`${what}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
}

/** An answer that cannot be what was asked for: no number is made of it. */
export function wrongAnswer(why: string): LabelscopeError {
  return new LabelscopeError({
    code: "server-answer",
    message: `the server gave an answer that cannot be read: ${why}`,
    next: ["docs/engines.md names the servers and versions that were tested", "another version of the server"],
  });
}

/** @throws `nan-logits` for a log-probability that is none */
export function checkedLogProb(logProb: number | null): number {
  if (logProb !== null && !Number.isNaN(logProb) && logProb <= 1e-3) return logProb;
  throw notANumber(String(logProb));
}

/** What stands in a log-probability's place and is none. */
export function notANumber(given: string): LabelscopeError {
  return new LabelscopeError({
    code: "nan-logits",
    message: `the server gave ${given} as a log-probability`,
    next: ["the server's weights are corrupt, or its numbers overflow: serve it in float32 there", "another model"],
  });
}
