import type {GgufHeader} from "../catalog/gguf/header.ts";
import {type ModelRemark, modelRemarks} from "../catalog/gguf/remarks.ts";
import type {Model} from "./engine.ts";

/** Subjects of the engine's warnings that the file's own remarks speak of already, with a way out. */
const told: Readonly<Record<string, RegExp>> = {
  "no-pre-tokenizer": /pre-?tokenizer|generation quality will be degraded/i,
  "control-token-type": /control-looking token|overrid/i,
  "no-end-token": /special_eos_id|special_eog_ids/i,
};

/**
 * What about a model bears on its numbers: what its file says of itself, and what the engine warns of beside that.
 *
 * @param contextTokens the context that is asked for, where one is
 */
export function remarksOn(header: GgufHeader, {remarks = []}: Model, contextTokens?: number): ModelRemark[] {
  const own = modelRemarks(header, contextTokens === undefined ? {} : {contextTokens});
  const more = remarks.filter(text => !own.some(({code}) => told[code]?.test(text) === true));
  return [...own, ...more.map(text => ({code: "engine-warning", text: `the engine warns: ${text}`}))];
}
