import type {ScheduleProgress} from "../schedule/carry-out.ts";
import type {CommandResult, Progress} from "./command.ts";

/** What a plan of several runs says when it stopped before its end. */
export function unfinished<Plan extends object>({
  done,
  total,
  plan,
}: {
  readonly done: number;
  readonly total: number;
  readonly plan: Plan;
}) {
  return {
    data: {...plan, finished: false as const, captured: done, of: total},
    text: `${done} of ${total} captured.\nNot finished: the same command continues.\n`,
    exitCode: 130 as const,
  } satisfies CommandResult;
}

/** How far several runs have come, as a progress line; `parts` tell the run under way. */
export function planProgress(
  subject: string,
  {done, total, recordsPerSecond, slowBecause}: ScheduleProgress,
  parts: readonly string[],
): Progress {
  return {
    subject,
    done,
    total,
    unit: "documents",
    ...(recordsPerSecond === undefined ? {} : {ratePerSecond: recordsPerSecond}),
    note: [...parts, ...(slowBecause === undefined ? [] : [slowBecause])].join(", "),
  };
}
