import {readdir, readFile, stat} from "node:fs/promises";
import {dirname, join, resolve} from "node:path";
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
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) throw await isFolder(file, path);
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

/** The files of a folder that may be studies, as a person would type them; the task files among them are none. */
async function isFolder(given: string, folder: string): Promise<LabelscopeError> {
  const names = (await readdir(folder)).filter(name => /\.ya?ml$/i.test(name)).sort();
  const studies: string[] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name), "utf8").catch(() => "");
    if (/^models:/m.test(text)) studies.push(join(given, name));
  }
  return new LabelscopeError({
    code: "study-not-found",
    message: `${given} is a folder, not a study file`,
    details: studies.slice(0, 10),
    next:
      studies.length === 0
        ? "labelscope init TABLE MODEL… writes a study"
        : `labelscope study ${studies[0]}${studies.length === 1 ? "" : ", or another one of these"}`,
  });
}
