import {LabelscopeError} from "../errors.ts";
import type {Experiment} from "./experiment.ts";

/** A value of `--values` that an experiment cannot set. */
export function unusable({name, values}: Pick<Experiment, "name" | "values">, given: string): LabelscopeError {
  return new LabelscopeError({
    code: "usage",
    message: `experiment ${name} cannot take the value "${given}"`,
    next: `--values with commas between ${values?.expected ?? "its values"}, e.g. ${values?.defaults.join(",") ?? ""}`,
    facts: {experiment: name, given},
  });
}
