import {extname} from "node:path";
import {type ProblemList, problemLimit} from "../problems.ts";
import {readLines, readText} from "../read-lines.ts";
import {isRecord} from "./label-cell.ts";

/** One object of a JSON or JSONL file. */
export interface JsonRecord {
  /** Absent where the whole file is one JSON value. */
  readonly line?: number;
  /** Which entry of that value it is. */
  readonly name?: string;
  /** Its key, where the file is one object with an object a document. */
  readonly key?: string;
  readonly value: Readonly<Record<string, unknown>>;
}

async function fromLines(path: string, file: string, problems: ProblemList): Promise<JsonRecord[]> {
  const records: JsonRecord[] = [];
  for await (const {number: line, text, problem} of readLines(path)) {
    if (problems.count >= problemLimit) break;
    if (text === undefined) problems.add({file, line, message: problem});
    if (text === undefined || text.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(text);
      if (!isRecord(value)) throw new Error("expected an object");
      records.push({line, value});
    } catch (error) {
      problems.add({file, line, message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}`});
    }
  }
  return records;
}

/** An array's objects, or an object's objects by their keys; undefined where the value is neither. */
function fromValue(value: unknown): JsonRecord[] | undefined {
  if (Array.isArray(value)) {
    const records = value.map((entry: unknown, index) =>
      isRecord(entry) ? {name: `entry ${index + 1}`, value: entry} : undefined,
    );
    return records.includes(undefined) ? undefined : records.filter(record => record !== undefined);
  }
  if (!isRecord(value)) return undefined;
  const records = Object.entries(value).map(([key, entry]) =>
    isRecord(entry) ? {name: `"${key}"`, key, value: entry} : undefined,
  );
  return records.includes(undefined) ? undefined : records.filter(record => record !== undefined);
}

/** Whether a file begins with a bracket: an array, which some tools call JSONL. */
async function opensArray(path: string): Promise<boolean> {
  for await (const {text} of readLines(path))
    if (text?.trim() !== "") return text?.trimStart().startsWith("[") === true;
  return false;
}

/**
 * The objects of a file: one a line (JSONL), an array of them, or, in a file called `.json`, an object of them by key. A
 * `.json` file that holds a line an object is read as JSONL.
 */
export async function readJsonRecords(path: string, file: string, problems: ProblemList): Promise<JsonRecord[]> {
  const before = problems.count;
  let records: JsonRecord[] | undefined;
  if (extname(path).toLowerCase() === ".json" || (await opensArray(path))) {
    const text = await readText(path, file, problems);
    if (text === undefined) return [];
    try {
      records = fromValue(JSON.parse(text));
      if (records === undefined)
        problems.add({file, message: "expected an array of objects, or an object of objects by id"});
    } catch (error) {
      if (!/^\s*\{.*\}\s*[\r\n]/.test(text)) {
        problems.add({file, message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}`});
        return [];
      }
      records = await fromLines(path, file, problems);
    }
  } else records = await fromLines(path, file, problems);
  if (records?.length === 0 && problems.count === before)
    problems.add({file, message: "no documents in the file: expected one JSON object a line"});
  return records ?? [];
}
