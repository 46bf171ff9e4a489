import {LabelscopeError} from "../../errors.ts";
import {partPaths, readPartName} from "../gguf/part-name.ts";

/** A model that a place offers: the paths of its files there, in order, with forward slashes. */
export interface OfferedModel {
  /** The path without its ending, and without the number of a part. */
  readonly name: string;
  readonly files: readonly string[];
  /** Parts that the place does not have. */
  readonly missing: readonly string[];
}

/** Files beside models that are none, by the names that llama.cpp's programs give them. */
const beside = /(?:^|[-._/])(?:mmproj|imatrix)(?=[-._/]|$)/i;

/**
 * The models among the files of a repository or a folder: every GGUF file one, and the parts of a split one together.
 * Projectors and importance matrices are left out by their names; what else is no model, its header says when it is opened.
 *
 * @returns in the order of their names
 */
export function modelsAmong(paths: readonly string[]): OfferedModel[] {
  const there = new Set(paths);
  const found = new Map<string, OfferedModel>();
  for (const path of [...paths].sort()) {
    if (!/\.gguf$/i.test(path) || beside.test(path)) continue;
    const part = readPartName(path);
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const name = part === undefined ? path.replace(/\.gguf$/i, "") : `${folder}${part.stem}`;
    const key = part === undefined ? name : `${name} of ${part.count}`;
    if (found.has(key)) continue;
    const files = part === undefined ? [path] : partPaths(path, part).map(file => file.replaceAll("\\", "/"));
    found.set(key, {name, files, missing: files.filter(file => !there.has(file))});
  }
  return [...found.values()];
}

/** How a quantisation is written: `Q4_K_M`, `IQ2_XS`, `UD-Q4_K_XL`, `BF16`, `MXFP4_MOE`. */
const quantisation = /^(?:ud-)?(?:i?q\d|tq\d|b?f16|f32|mxfp4|nvfp4)/i;

/** Whether a name holds a quantisation as a whole word: `Q4_K` is not in `model-Q4_K_M`, nor `F16` in `model-BF16`. */
function holds(name: string, quant: string): boolean {
  const escaped = quant.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:^|[-._/])${escaped}(?=$|[-./])`, "i").test(name);
}

/**
 * The one model that is meant: by its quantisation, by the name of one of its files (with or without folder and ending), or
 * the only one. A quantisation changes every number, so none is taken for granted.
 *
 * @throws `model-choice` where none or several fit, with those that there are
 */
export function chooseModel(
  models: readonly OfferedModel[],
  {spec, choice}: {readonly spec: string; readonly choice: string | undefined},
): OfferedModel {
  const fitting =
    choice === undefined
      ? models
      : models.filter(model => isNamed(model, choice) || (quantisation.test(choice) && holds(model.name, choice)));
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const [stem = spec] = choice === undefined ? [spec] : [spec.slice(0, spec.length - choice.length - 1)];
  const shown = (fitting.length > 0 ? fitting : models).map(({name}) => `${name}.gguf`);
  throw new LabelscopeError({
    code: "model-choice",
    message:
      models.length === 0
        ? `${spec}: there is no GGUF model`
        : only === undefined
          ? `${stem} has no model "${choice}"`
          : `${spec} could be ${fitting.length} models`,
    details: [...shown.slice(0, 20), ...(shown.length > 20 ? [`… and ${shown.length - 20} more`] : [])],
    next:
      models.length === 0
        ? "name a place with GGUF files; those of other formats have to be converted first"
        : `say which: ${stem}:QUANT or ${stem}:FILE, e.g. ${stem}:${shown[0]}`,
    facts: {spec, models: shown},
  });
}

function isNamed({name, files}: OfferedModel, choice: string): boolean {
  return [name, ...files].some(path => {
    const bare = choice.replace(/\.gguf$/i, "");
    const own = path.replace(/\.gguf$/i, "");
    return own === bare || own.slice(own.lastIndexOf("/") + 1) === bare;
  });
}
