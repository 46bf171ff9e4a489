import {dirname, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {displayFrom} from "../task/load.ts";
import {ProblemList} from "../task/problems.ts";
import {readText} from "../task/read-lines.ts";
import {parseYaml} from "../task/task-file.ts";
import {type Study, studyFieldsAt, studySchema} from "./study-file.ts";

/** A study file that was read. */
export interface ReadStudy {
  readonly study: Study;
  readonly path: string;
  /** The path in messages. */
  readonly shown: string;
  /** The file's name without its ending. */
  readonly name: string;
  readonly text: string;
  /** The folder that its paths are relative to. */
  readonly folder: string;
}

/**
 * Reads a study file.
 *
 * @throws `study-not-found`; `study-invalid`, which lists every mistake with its line
 */
export async function readStudy(file: string, cwd: string): Promise<ReadStudy> {
  const path = resolve(cwd, file);
  const shown = displayFrom(cwd)(path);
  const problems = new ProblemList();
  const text = await readText(path, shown, problems).catch(cause => {
    throw new LabelscopeError({
      code: "study-not-found",
      message: `there is no study file ${file}`,
      next: ["labelscope init TABLE MODEL… writes one", "labelscope study --help shows an example"],
      cause,
    });
  });
  const shape = {
    schema: studySchema,
    fieldsAt: studyFieldsAt,
    expected: "a study, starting with version: 1",
  };
  const study = text === undefined ? undefined : parseYaml<Study>(text, shown, shape, problems);
  problems.throwIfAny(
    "study-invalid",
    `study file ${shown}`,
    "correct the lines above; docs/studies.md has every field",
  );
  if (study === undefined || text === undefined) throw new Error(`${path}: no study and no problem`);
  const name = shown.replace(/^.*[\\/]/, "").replace(/\.ya?ml$/i, "");
  return {study, path, shown, name, text, folder: dirname(path)};
}
