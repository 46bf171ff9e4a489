import {isUtf8} from "node:buffer";
import {createReadStream} from "node:fs";
import {z} from "zod";
import type {Manifest} from "../records/manifest.ts";
import {TRACE_SCHEMA} from "../records/schema-version.ts";
import {canonicalJson} from "../task/hash.ts";
import {completeLength, wholeLines} from "./complete-lines.ts";
import {newerSchema} from "./manifest-file.ts";
import type {Damage} from "./meaning/meaning.ts";
import type {RecordKind} from "./record-kind.ts";
import {bindingOf, checksum, openLine} from "./seal.ts";

/** One whole line of a record file. */
export interface ScannedLine<T> {
  /** 1, 2, … */
  readonly line: number;
  readonly bytes: Buffer;
  /** The line's checksum, as it says or (schema 1) as it is. */
  readonly sum: string;
  /** What it holds; absent where it is damaged. */
  readonly record?: T;
  /** Why it cannot be believed. */
  readonly damage?: Damage;
  /** The line that holds the same document with the same numbers: this one adds nothing. */
  readonly repeats?: number;
  /** The line that holds the same document with other numbers: neither can be believed. */
  readonly contradicts?: number;
}

interface Keyed {
  readonly key: string;
}

/**
 * Reads a record file line by line and says of each what it is worth. A torn last line (no line end) is left out; a missing
 * file has no lines.
 *
 * @param manifest what the records are checked against; absent: only that they are whole
 * @throws `newer-schema`
 */
export async function* scanRecords<T extends Keyed>(
  path: string,
  kind: RecordKind<T>,
  manifest?: Manifest,
): AsyncGenerator<ScannedLine<T>> {
  const end = await completeLength(path);
  if (end === 0) return;
  const lines = new Map<string, number>();
  // Made when a key stands twice for the first time, which a file that labelscope wrote never has.
  let numbers: Map<string, string> | undefined;
  let line = 0;
  for await (const found of readLines(path, end, kind, manifest)) {
    line++;
    const {record} = found;
    if (record === undefined) {
      yield {...found, line};
      continue;
    }
    const earlier = lines.get(record.key);
    if (earlier === undefined) {
      lines.set(record.key, line);
      numbers?.set(record.key, numbersOf(record));
      yield {...found, line};
      continue;
    }
    numbers ??= await numbersBefore(line, readLines(path, end, kind, manifest));
    if (numbers.get(record.key) === numbersOf(record)) yield {...found, line, repeats: earlier};
    else {
      const damage = {field: "key", problem: `line ${earlier} holds the same document with other numbers`};
      const {record: _record, ...rest} = found;
      yield {...rest, line, damage, contradicts: earlier};
    }
  }
}

type Line<T> = Omit<ScannedLine<T>, "line">;

async function* readLines<T>(
  path: string,
  end: number,
  kind: RecordKind<T>,
  manifest: Manifest | undefined,
): AsyncGenerator<Line<T>> {
  const binding = manifest === undefined ? "" : bindingOf(manifest);
  for await (const bytes of wholeLines(createReadStream(path, {end: end - 1})))
    yield readLine(bytes, {path, kind, binding, manifest});
}

interface Reading<T> {
  readonly path: string;
  readonly kind: RecordKind<T>;
  readonly binding: string;
  readonly manifest: Manifest | undefined;
}

function readLine<T>(bytes: Buffer, {path, kind, binding, manifest}: Reading<T>): Line<T> {
  const {text, sum, holds} = openLine(bytes, binding);
  const about = {bytes, sum: sum ?? checksum(bytes)};
  const damaged = (problem: string, field = "line") => ({...about, damage: {field, problem}});
  if (!isUtf8(bytes)) return damaged("it is no UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damaged("it is not JSON");
  }
  const version = z.object({schema: z.number()}).safeParse(value).data?.schema;
  if (version !== undefined && version > TRACE_SCHEMA && holds !== false) throw newerSchema(path, version);
  const {record, damage} = kind.read(value, manifest);
  if (damage !== undefined) return {...about, damage};
  if (holds === undefined && version !== 1) return damaged("it is missing", "sum");
  // Without a manifest nobody can tell what the line was sealed for.
  if (holds === false && manifest !== undefined)
    return damaged("it is not the line's, or the line is of a run with another manifest", "sum");
  return {...about, record};
}

/** Everything that a record says of its document but how long it took and where its vector lies. */
function numbersOf(record: Keyed): string {
  const omitted = new Set(["elapsedMs", "row", "logitsRow"]);
  const numbers: unknown = JSON.parse(JSON.stringify(record, (key, value) => (omitted.has(key) ? undefined : value)));
  return checksum(canonicalJson(numbers));
}

async function numbersBefore<T extends Keyed>(
  line: number,
  lines: AsyncIterable<Line<T>>,
): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  let at = 0;
  for await (const {record} of lines) {
    if (++at >= line) break;
    if (record !== undefined && !numbers.has(record.key)) numbers.set(record.key, numbersOf(record));
  }
  return numbers;
}
