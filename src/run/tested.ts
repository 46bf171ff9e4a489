import {basename, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Split} from "../records/document.ts";
import {sha256} from "../task/hash.ts";
import {ProblemList} from "../task/problems.ts";
import {readText} from "../task/read-lines.ts";
import type {RunOptions} from "./options.ts";

/** Which documents a run is tested on. */
export interface Tested {
  /** The split that they come from; their records say `test`, whatever it is. */
  readonly split: Split;
  /** The documents by id, in order, if somebody lists them. */
  readonly list: IdList | undefined;
}

/** A file of ids that was read. */
export interface IdList {
  readonly ids: readonly string[];
  /** The file as it was named. */
  readonly file: string;
  /** `NAME@HASH`: for the run's identity, since another list makes another run. */
  readonly identity: string;
}

/**
 * Reads what `--split` and `--ids` say.
 *
 * @param cwd relative paths start here
 * @throws `usage` for rules that cannot be had together; `ids-unreadable`; `ids-invalid`, with the lines
 */
export async function testedOf(
  {split = "test", ids, strata, testMultiShare}: Pick<RunOptions, "split" | "ids" | "strata" | "testMultiShare">,
  cwd: string,
): Promise<Tested> {
  const rules = [
    ...(ids === undefined ? [] : ["--ids"]),
    ...(strata === undefined ? [] : ["--strata"]),
    ...(testMultiShare === undefined ? [] : ["--test-multi-share"]),
  ];
  if (rules.length > 1)
    throw new LabelscopeError({
      code: "usage",
      message: `${rules.join(" and ")} both say which documents are tested`,
      next: "give one of them",
    });
  return {
    split: split === "dev" ? "calibration" : split,
    list: ids === undefined ? undefined : await readIds(ids, cwd),
  };
}

/** One id a line; empty lines are skipped. */
async function readIds(file: string, cwd: string): Promise<IdList> {
  const problems = new ProblemList();
  const text = await readText(resolve(cwd, file), file, problems).catch(cause => {
    throw new LabelscopeError({
      code: "ids-unreadable",
      message: `the ids in ${file} cannot be read`,
      next: "--ids FILE, with one id of a document per line",
      cause,
    });
  });
  const ids: string[] = [];
  const lineOf = new Map<string, number>();
  for (const [at, written] of (text ?? "").split("\n").entries()) {
    const id = written.trim();
    if (id === "") continue;
    const earlier = lineOf.get(id);
    if (earlier !== undefined) problems.add({file, line: at + 1, message: `id "${id}" is on line ${earlier} already`});
    lineOf.set(id, at + 1);
    ids.push(id);
  }
  if (problems.count === 0 && ids.length === 0) problems.add({file, message: "holds no id"});
  problems.throwIfAny("ids-invalid", `list of ids ${file}`, "one id of a document per line, none twice");
  return {ids, file, identity: `${basename(file)}@${sha256(ids.join("\n")).slice(0, 8)}`};
}
