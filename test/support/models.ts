import {readdirSync, statSync} from "node:fs";
import {join} from "node:path";

const FOLDER = join(import.meta.dirname, "../../models");

/**
 * The smallest model file of the repository, adapters left out.
 *
 * @throws where there is none: the real-model suite must not pass without a model
 */
export function smallestModel(folder = FOLDER): string {
  const [smallest] = readdirSync(folder, {recursive: true, encoding: "utf8"})
    .filter(name => name.endsWith(".gguf") && !/lora|adapter/i.test(name))
    .map(name => join(folder, name))
    .sort((one, other) => statSync(one).size - statSync(other).size || (one < other ? -1 : 1));
  if (smallest === undefined) {
    throw new Error(`there is no .gguf model under ${folder}: the real-model suite needs the embedded ladder`);
  }
  return smallest;
}
