import {hyperparameterDamage} from "./hyperparameter-damage.ts";
import type {ModelFiles} from "./model-files.ts";
import {vocabularyDamage} from "./vocabulary-damage.ts";

/**
 * What in a model's metadata contradicts the rest of the file, one line each with the key: values that end the engine's
 * process, and values with which it would load and compute something else than the model.
 *
 * Empty for a whole model. Of an adapter, a projector or another file without layers of its own there is nothing to hold
 * against each other. Weights are not read: the engine checks those when it loads them.
 */
export function damageIn(model: ModelFiles): string[] {
  const architecture = model.header.text("general.architecture");
  if (architecture === undefined || architecture === "") return ["general.architecture is not there"];
  if (!model.tensors.some(({name}) => name.startsWith("blk.") || name === "token_embd.weight")) return [];
  if (model.header.text("general.type") === "adapter") return [];
  return [...hyperparameterDamage(model, architecture), ...vocabularyDamage(model)];
}
