import {basename} from "node:path";
import {wrongAnswer} from "./answer.ts";
import type {ServedModel} from "./dialect.ts";

/** An answer that names another model than the one that was asked. @throws `server-answer` */
export function sameModel(answered: string | undefined, {name}: Pick<ServedModel, "name">): void {
  if (answered === undefined || answered === name) return;
  throw wrongAnswer(`it is of the model ${basename(answered)}, not of ${basename(name)}`);
}
