import {createHash} from "node:crypto";
import {hostname} from "node:os";
import {endOf, ownMark} from "./process-mark.ts";

/** The computer, the process and its start, as they stand in the name of what a process makes for itself alone. */
const MARK = /^(?:(?<host>[0-9a-f]{8})-)?(?<pid>\d+)(?:-(?<start>\w+))?$/;

/** This process, in a name. */
export async function ownerMark(): Promise<string> {
  const {pid, start} = await ownMark();
  return `${hostMark()}-${pid}${start === undefined ? "" : `-${start}`}`;
}

/** Whether a mark is of a process that is gone; false for those of other computers, and for what is no mark. */
export async function isOfTheDead(mark: string): Promise<boolean> {
  const {host, pid, start} = MARK.exec(mark)?.groups ?? {};
  if (pid === undefined || (host !== undefined && host !== hostMark())) return false;
  return (await endOf({pid: Number(pid), start})) !== undefined;
}

function hostMark(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}
