import {availableBytes, spareBytes} from "../catalog/disk-space.ts";
import {formatBytes} from "../catalog/format-bytes.ts";
import {LabelscopeError} from "../errors.ts";
import type {Price} from "./price.ts";

/** How long somebody will wait. */
export interface Patience {
  readonly maxMinutes?: number | undefined;
  /** Begin a longer plan all the same, to go on with another time. */
  readonly yes: boolean;
  /** What would make the plan smaller, for advice. */
  readonly smaller: readonly string[];
}

/**
 * Declines a plan that is longer than the patience shown, or larger than the disk.
 *
 * What a calibration captured is kept; the same command with another limit goes on from there.
 *
 * @param minutesUsed what calibration took of `maxMinutes`
 * @param folder where runs are made, or the nearest folder above it that exists
 * @throws `plan-too-long`, which `yes` overrides; `plan-too-large`, which nothing does
 */
export async function declineOversized(
  {cost, runs}: Price,
  {maxMinutes, yes, smaller}: Patience,
  {folder, minutesUsed}: {readonly folder: string; readonly minutesUsed: number},
  available: (folder: string) => Promise<number | undefined> = availableBytes,
): Promise<void> {
  const minutes = (cost.seconds ?? 0) / 60;
  if (maxMinutes !== undefined && !yes && minutes + minutesUsed > maxMinutes) {
    throw new LabelscopeError({
      code: "plan-too-long",
      message: `the plan takes about ${formatMinutes(minutes)}, and --max-minutes is ${maxMinutes}`,
      details: [
        `${cost.documents} documents to capture in ${runs.filter(run => !run.finished).length} runs, ${cost.tokens} tokens`,
      ],
      next: [
        ...smaller,
        `--max-minutes ${Math.ceil(1.2 * (minutes + minutesUsed))}`,
        "--yes begins all the same and stops in time; the same command continues it",
      ],
      facts: {minutes, maxMinutes, documents: cost.documents, tokens: cost.tokens},
    });
  }
  const free = await available(folder);
  if (free === undefined || cost.bytes === undefined || cost.bytes + spareBytes <= free) return;
  throw new LabelscopeError({
    code: "plan-too-large",
    message: `the plan writes about ${formatBytes(cost.bytes)} to ${folder}, where ${formatBytes(free)} are free`,
    details: [`${formatBytes(spareBytes)} are left over in any case`],
    next: ["--runs DIR on a larger disk, or free some space", ...smaller],
    facts: {folder, neededBytes: cost.bytes + spareBytes, availableBytes: free},
  });
}

/** @example formatMinutes(0.25) // "15 s" */
export function formatMinutes(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  if (seconds < 90) return `${seconds} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return `${(minutes / 60).toFixed(1)} h`;
}
