// The kinds of input that are mutated. A new one is a file beside this one and a line here; it exports
//   prepare({models, folder, dist, env})  what all cases share
//   truths({folder, ready})               cases that are not mutated, judged first (may be left out)
//   make({random, index, folder, ready})  one case: {name, expect, paths, calls}
//   judge(fuzzed, answers, ready)         what is wrong with answers, or nothing
import * as catalog from "./catalog.mjs";
import * as csv from "./csv.mjs";
import * as gguf from "./gguf.mjs";
import * as jsonl from "./jsonl.mjs";
import * as manifests from "./manifests.mjs";
import * as matrices from "./matrices.mjs";
import * as predictions from "./predictions.mjs";
import * as records from "./records.mjs";
import * as task from "./task.mjs";

export const kinds = {gguf, task, jsonl, csv, predictions, records, manifests, matrices, catalog};
