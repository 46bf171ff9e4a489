import type {z} from "zod";
import {suggestion} from "../nearest.ts";
import {problemLimit} from "./problems.ts";

type Issue = z.core.$ZodIssue;

/** `labels[2].name`, or nothing for the whole value. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** A problem with a value: where in the value, and what was expected. */
export interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The branch of a union that the value was probably meant for: the one that fails deepest inside. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(issues => !issues.some(issue => issue.code === "invalid_type" && issue.path.length === 0));
}

/**
 * A zod issue in the words of someone who writes the file: one entry a problem, unknown fields named with the known ones.
 *
 * @param knownFields the fields of the object at a path; empty where they are not known
 */
export function describeIssue(issue: Issue, knownFields: (path: string) => readonly string[]): DescribedIssue[] {
  const place = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = knownFields(place.replace(/\[\d+\]/g, "[]"));
    const list = known.length === 0 ? "" : `; known: ${known.join(", ")}`;
    // No list of problems is longer than this, and each one is looked up in the file.
    return issue.keys.slice(0, problemLimit).map(key => ({
      path: [...issue.path, key],
      message: `unknown field "${formatPath([...issue.path, key])}"${suggestion(key, known)}${list}`,
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap(inner => describeIssue({...inner, path: [...issue.path, ...inner.path]}, knownFields));
    }
  }
  const empty = issue.code === "too_small" && issue.minimum === 1;
  const message = empty
    ? "is empty"
    : issue.message
        .replace(/^Invalid input: /, "")
        .replace(/^expected (.*), received undefined$/, "is missing: expected $1")
        .replace(/, received /, ", found ");
  return [{path: issue.path, message: place === "" ? message : `"${place}": ${message}`}];
}
