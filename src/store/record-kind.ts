import type {z} from "zod";
import type {Manifest} from "../records/manifest.ts";
import type {Damage, Meaning} from "./meaning/meaning.ts";

/** A value from a record file: what it is, or why it is nothing that can be believed. */
export type ReadValue<T> =
  | {readonly record: T; readonly damage?: never}
  | {readonly record?: never; readonly damage: Damage};

/** A kind of record that is stored a line a document. */
export interface RecordKind<T> {
  /** The file's name in a run directory. */
  readonly file: string;
  /**
   * A parsed line as a record, where its fields are right and contradict neither the manifest nor each other.
   *
   * @param manifest absent: only the fields are looked at
   */
  readonly read: (value: unknown, manifest?: Manifest) => ReadValue<T>;
}

/** @param meaning what the schema cannot say */
export function recordKind<T>(file: string, schema: z.ZodType<T>, meaning: Meaning<T>): RecordKind<T> {
  return {
    file,
    read: (value, manifest) => {
      const {data: record, error} = schema.safeParse(value);
      if (record === undefined) {
        const [issue] = error?.issues ?? [];
        return {damage: {field: pathOf(issue?.path ?? []), problem: issue?.message ?? "it is no record"}};
      }
      const damage = manifest === undefined ? undefined : meaning(record, manifest);
      return damage === undefined ? {record} : {damage};
    },
  };
}

/** `["steps", 0, "scores"]` as `steps[0].scores`. */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map(part => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "") || "line";
}
