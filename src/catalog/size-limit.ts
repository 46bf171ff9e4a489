import {LabelscopeError} from "../errors.ts";
import {availableBytes, type Statfs, spareBytes} from "./disk-space.ts";
import {formatBytes} from "./format-bytes.ts";

/**
 * What may be unpacked at most, in bytes: the declared size where the catalogue names it, the limit that was set, and never
 * more than the disk can hold. An archive that says or unpacks more is refused before it fills the disk.
 */
export async function unpackLimit(
  folder: string,
  known: {readonly sizeBytes?: number; readonly limitBytes?: number},
  ask?: Statfs,
): Promise<number> {
  const room = known.sizeBytes === undefined ? await availableBytes(folder, ask) : undefined;
  return Math.min(
    known.sizeBytes ?? Number.MAX_SAFE_INTEGER,
    known.limitBytes ?? Number.MAX_SAFE_INTEGER,
    room === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, room - spareBytes),
  );
}

/** The error for what is larger than `--max-size`. */
export function beyondMaxSize(source: string, limitBytes: number, sizeBytes?: number): LabelscopeError {
  const size = sizeBytes === undefined ? "more" : `${formatBytes(sizeBytes)} (${sizeBytes} bytes)`;
  return new LabelscopeError({
    code: "source-too-big",
    message: `${source} offers ${size}, and at most ${formatBytes(limitBytes)} (${limitBytes} bytes) may be fetched`,
    next: "a larger --max-size, if you want this model",
    facts: {source, limitBytes, ...(sizeBytes === undefined ? {} : {sizeBytes})},
  });
}
