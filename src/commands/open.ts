import {spawn} from "node:child_process";
import {existsSync} from "node:fs";
import {join, relative} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {REPORT} from "../report/write-report.ts";
import {findItem} from "../shelf/find.ts";
import {type Item, itemsIn, type Shelf} from "../shelf/shelf.ts";
import type {CommandIo, CommandResult} from "./command.ts";

const PAGED = ["comparisons", "studies", "experiments"] as const satisfies readonly Shelf[];

/** `open`: a page in the browser; without a name the newest one. */
export async function openCommand({name}: {readonly name?: string | undefined}, io: CommandIo): Promise<CommandResult> {
  const item = name === undefined ? await newest(io.cwd) : await findItem(name, io.cwd, PAGED);
  const page = join(item.folder, REPORT);
  if (!existsSync(page)) throw noPage(relative(io.cwd, item.folder));
  const opened = await show(page, io.env);
  if (!opened) io.notice("no browser could be started here: open the page by hand (BROWSER names one)");
  return {data: {page, opened}, text: `${relative(io.cwd, page)}\n`};
}

async function newest(cwd: string): Promise<Item> {
  const items = await itemsIn(cwd, PAGED);
  const found = items.find(({folder}) => existsSync(join(folder, REPORT)));
  if (found !== undefined) return found;
  throw new LabelscopeError({
    code: "no-page",
    message: "there is no page in this folder yet",
    next: "labelscope study FILE and labelscope compare runs/* write one",
  });
}

function noPage(folder: string): LabelscopeError {
  return new LabelscopeError({
    code: "no-page",
    message: `${folder} has no ${REPORT}`,
    next: "the command that made it writes one unless it is given --no-report",
  });
}

/** Whether a program that shows pages could be started: `$BROWSER`, else the platform's own. */
async function show(page: string, env: CommandIo["env"]): Promise<boolean> {
  const [program = "", ...before] = env.BROWSER === undefined ? opener() : [env.BROWSER];
  return await new Promise(resolve => {
    const child = spawn(program, [...before, page], {detached: true, stdio: "ignore"});
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

function opener(): string[] {
  if (process.platform === "darwin") return ["open"];
  return process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
}
