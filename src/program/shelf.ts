import {type Command, Option} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {positive} from "./flag-values.ts";

const SHELVES = ["runs", "comparisons", "studies", "experiments"] as const;

/** `ls`, `open` and `rm`: what there is in the working directory. */
export function addShelf(program: Command, dispatch: Dispatch): void {
  const ls = addCommand(program, "ls", "what there is: runs, comparisons, studies, experiments", "labelscope ls runs");
  ls.argument("[what]", "only these", (text: string) => {
    const found = SHELVES.find(name => name === text);
    if (found === undefined) ls.error(`error: expected one of ${SHELVES.join(", ")}, not "${text}"`);
    return found;
  }).action(async (shelf, flags) => {
    await dispatch(async io => (await import("../commands/ls.ts")).lsCommand({shelf}, io), flags.json);
  });
  addCommand(
    program,
    "open [name]",
    "a page in the browser: the newest, or the one of this name",
    "labelscope open",
  ).action(async (name, flags) => {
    await dispatch(async io => (await import("../commands/open.ts")).openCommand({name}, io), flags.json);
  });
  addCommand(
    program,
    "rm [names...]",
    "remove runs, comparisons, studies or experiments (asks first)",
    "labelscope rm ladder-s-base\nlabelscope rm --older-than 30",
  )
    .addOption(new Option("--older-than <days>", "only what was not written for so many days").argParser(positive))
    .option("--yes", "do not ask", false)
    .action(async (names, flags) => {
      const {olderThan, yes} = flags;
      await dispatch(
        async io => (await import("../commands/rm.ts")).rmCommand({names, olderThan, yes}, io),
        flags.json,
      );
    });
}
