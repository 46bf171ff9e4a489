import {LabelscopeError} from "../errors.ts";

/** One thing that is wrong in a file. */
export interface Problem {
  readonly file: string;
  /** Counted from 1; absent where it concerns the whole file. */
  readonly line?: number;
  readonly message: string;
}

/** How many problems are listed at once; reading stops there. */
export const problemLimit = 20;

/** `file:line: message`, as editors and terminals link it. */
function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}`;
}

/** The problems found so far in a task and its data, so that all of them are shown at once. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  /** Adds one, unless the list is full. */
  add(problem: Problem): void {
    if (!this.full) this.#problems.push(problem);
  }

  get full(): boolean {
    return this.#problems.length >= problemLimit;
  }

  get count(): number {
    return this.#problems.length;
  }

  /**
   * @param code of the error; @param subject what was read, e.g. `task "goemotions"`
   * @throws LabelscopeError listing every problem, if there is one
   */
  throwIfAny(code: string, subject: string, next: string): void {
    if (this.#problems.length === 0) return;
    const count = this.#problems.length;
    const many = this.full ? `${count} or more problems` : count === 1 ? "1 problem" : `${count} problems`;
    throw new LabelscopeError({
      code,
      message: `${subject}: ${many}`,
      details: this.#problems.map(formatProblem),
      next,
      facts: {problems: [...this.#problems]},
    });
  }
}
