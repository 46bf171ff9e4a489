import {z} from "zod";
import type {Interval} from "../../stats/interval.ts";

/** The fields of a measured number, for schemas that add some; hold those to `valueOrReason`, too. */
export const measuredShape = {
  value: z.number().optional(),
  /** Why there is no value: present exactly where it is absent. */
  reason: z.string().min(1).optional(),
  /** Documents behind it. */
  n: z.int().min(0),
  /** Between which numbers the value lies where it is bounded and not known; then there is no value. */
  between: z.tuple([z.number(), z.number()]).optional(),
  /** Ends of the bootstrap interval over documents, at the level of the settings; absent where there is none. */
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** How the interval was made; present exactly where it is. */
  method: z.enum(["percentile", "bca"]).optional(),
  /** Something a reader should know: why there is no interval, why its width is 0, what was left out. */
  note: z.string().min(1).optional(),
};

interface ValueOrReason {
  readonly value?: number | undefined;
  readonly reason?: string | undefined;
}

/** Missing is not zero: a number, or the reason why there is none. */
export function valueOrReason({value, reason}: ValueOrReason): boolean {
  return (value === undefined) !== (reason === undefined);
}

export const VALUE_OR_REASON = {error: 'needs a "value", or a "reason" why there is none'};

/** A number with its interval, or the reason why there is none. */
export const measuredSchema = z.strictObject(measuredShape).refine(valueOrReason, VALUE_OR_REASON);
export type Measured = z.infer<typeof measuredSchema>;

/**
 * A result with its bootstrap interval as it is stored.
 *
 * An interval that could not be given leaves its reason in `note`, where there is a value.
 *
 * @param interval absent where none was asked for
 */
export function measured(
  result: {readonly value: number | undefined; readonly reason?: string | undefined; readonly n: number},
  interval?: Interval,
): Measured {
  const {value, reason, n} = result;
  if (value === undefined) return {reason: reason ?? "no value", n};
  if (interval === undefined) return {value, n};
  if (!interval.given) return {value, n, note: `no interval: ${interval.reason}`};
  const {low, high, method, note} = interval;
  return {value, n, lower: low, upper: high, method, ...(note === undefined ? {} : {note})};
}

/** A missing number with its reason. */
export function missing(reason: string, n = 0): Measured {
  return {reason, n};
}

/** Something that occurred so often. */
export const countedSchema = z.strictObject({reason: z.string(), count: z.int().min(0)});
