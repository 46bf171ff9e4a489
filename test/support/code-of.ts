import {LabelscopeError} from "../../src/errors.ts";

/** The code of the labelscope error that a step fails with; undefined where it succeeds, the error itself if it is another. */
export async function codeOf(step: () => unknown): Promise<unknown> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return error instanceof LabelscopeError ? error.code : error;
  }
}
