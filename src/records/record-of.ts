import {z} from "zod";

/**
 * A record with names out of data as keys: labels, runs, families. It has no prototype, so that a label called
 * `__proto__`, `constructor` or `toString` is a key like any other, and one that is not there is `undefined`.
 */
export function byName<Value>(entries: Iterable<readonly [name: string, value: Value]>): Record<string, Value> {
  const record: Record<string, Value> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/**
 * The same as a schema; `z.record` drops a key `__proto__` without a word.
 *
 * @param key what a name must be
 */
export function recordOf<Value extends z.ZodType>(value: Value, key: z.ZodString = z.string()) {
  return z.unknown().transform((input, context): Record<string, z.output<Value>> => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      context.issues.push({code: "invalid_type", expected: "record", input});
      return z.NEVER;
    }
    return byName(
      Object.entries(input).flatMap(([name, item]) => {
        const [named, read] = [key.safeParse(name), value.safeParse(item)];
        if (named.success && read.success) return [[name, read.data] as const];
        for (const {path, ...issue} of [...(named.error?.issues ?? []), ...(read.error?.issues ?? [])]) {
          context.issues.push({...issue, input: item, path: [name, ...path]});
        }
        return [];
      }),
    );
  });
}
