import type {BuiltInTask} from "./built-in.ts";
import {convabuse} from "./convabuse.ts";
import {goemotions} from "./goemotions.ts";
import {goemotionsRaw} from "./goemotions-raw.ts";
import {mfrc} from "./mfrc.ts";
import {posts} from "./posts.ts";
import {semeval} from "./semeval.ts";

/** The built-in tasks: a new one is one file and one line here. */
export const builtInTasks = {
  goemotions,
  "goemotions-raw": goemotionsRaw,
  mfrc,
  semeval,
  convabuse,
  posts,
} as const satisfies Record<string, BuiltInTask>;

/** Built-in tasks by id, in the order of the registry. */
export const builtInTaskMap: ReadonlyMap<string, BuiltInTask> = new Map(Object.entries(builtInTasks));
