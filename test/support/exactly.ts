import {isExact, type Value} from "../../src/math/bounded.ts";

/** A number of an engine that knows it; a bounded or missing one fails the test. */
export function exactly(value: Value | undefined): number {
  if (value !== undefined && isExact(value)) return value;
  throw new Error(`not exact: ${String(value)}`);
}
