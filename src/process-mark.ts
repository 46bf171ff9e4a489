import {execFile} from "node:child_process";
import {readFile} from "node:fs/promises";
import {platform} from "node:os";
import {promisify} from "node:util";

/**
 * Which process this is, also after its number was given to another one: the operating system reuses numbers, and a
 * container that is started again counts from the same ones.
 */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the operating system's words; absent where that cannot be had. */
  readonly start?: string | undefined;
  /** The start of the computer that it ran in; absent where that cannot be had. */
  readonly boot?: string | undefined;
}

let own: Promise<ProcessMark> | undefined;

/** The mark of this process. */
export function ownMark(): Promise<ProcessMark> {
  own ??= Promise.all([startOf(process.pid), bootId()]).then(([start, boot]) => ({pid: process.pid, start, boot}));
  return own;
}

/** How a process of this computer is known to be gone; undefined where it lives, or where nothing else can be told. */
export async function endOf(mark: ProcessMark): Promise<string | undefined> {
  const self = await ownMark();
  if (mark.boot !== undefined && self.boot !== undefined && mark.boot !== self.boot)
    return "the computer was started anew since";
  if (!isAlive(mark.pid)) return "that process has ended";
  const now = mark.pid === self.pid ? self.start : await startOf(mark.pid);
  // A mark of this process's number and without a start is not of this process, which would have said its own.
  if (mark.start === undefined && mark.pid !== self.pid) return undefined;
  return now === undefined || now === mark.start ? undefined : "that process has ended, and another has its number now";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Linux counts clock ticks since the computer's start. Source: proc_pid_stat(5), field 22; the second field, the
 * program's name, may hold spaces and brackets.
 */
async function startOf(pid: number): Promise<string | undefined> {
  if (platform() === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .at(22 - 3);
  }
  if (platform() === "win32") return undefined;
  // POSIX's ps, as macOS and the BSDs have it; one time zone, since the time is told as a clock shows it.
  const env = {...process.env, LC_ALL: "C", TZ: "UTC"};
  return await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)], {env}).then(
    ({stdout}) => stdout.trim().replaceAll(/\W+/g, "_") || undefined,
    () => undefined,
  );
}

async function bootId(): Promise<string | undefined> {
  if (platform() !== "linux") return undefined;
  return await readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
    text => text.trim(),
    () => undefined,
  );
}
