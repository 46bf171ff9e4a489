import {z} from "zod";
import {suggestion} from "../nearest.ts";
import {recordOf} from "../records/record-of.ts";
import {describeIssue} from "./issue.ts";
import type {ProblemList} from "./problems.ts";
import {readLines} from "./read-lines.ts";

const predictionSchema = z.strictObject({id: z.string().min(1), labels: recordOf(z.number())});
const FIELDS = ["id", "labels"];

/** What predictions may speak of. */
export interface PredictionScope {
  /** In the order of the numbers that are returned; without the null label. */
  readonly labels: readonly string[];
  readonly noneLabel: string | null;
  /** Ids that a line may have; absent where any id is taken. */
  readonly ids?: ReadonlySet<string>;
}

/**
 * Reads predictions made elsewhere: JSONL with `{"id", "labels": {"joy": 0.8, …}}`, one number in [0, 1] for each label.
 *
 * Every label of the task needs its number: missing is not 0. Blank lines are skipped; everything that is wrong goes to
 * `problems` with its line.
 *
 * @param path to open; @param file the name in messages
 * @returns numbers by document, in the order of the labels; do not use them where `problems` grew
 * @throws the system's error where the file cannot be read
 */
export async function readPredictions(
  path: string,
  file: string,
  scope: PredictionScope,
  problems: ProblemList,
): Promise<Map<string, number[]>> {
  const estimates = new Map<string, number[]>();
  const lineOfId = new Map<string, number>();
  let lines = 0;
  for await (const {number, text, problem} of readLines(path)) {
    if (problems.full) break;
    if (text?.trim() === "") continue;
    lines += 1;
    const parsed = text === undefined ? {messages: [problem]} : parseLine(text);
    const messages = "messages" in parsed ? parsed.messages : problemsOf(parsed, scope);
    if (!("messages" in parsed)) {
      const earlier = lineOfId.get(parsed.id);
      if (earlier === undefined) lineOfId.set(parsed.id, number);
      else messages.push(`id "${parsed.id}" stands on line ${earlier} too; one prediction a document`);
      estimates.set(
        parsed.id,
        scope.labels.map(label => parsed.labels[label] ?? 0),
      );
    }
    for (const message of messages) problems.add({file, line: number, message});
  }
  if (lines === 0) problems.add({file, message: "no predictions in the file: expected one JSON object a line"});
  return estimates;
}

type Prediction = z.infer<typeof predictionSchema>;

function parseLine(text: string): Prediction | {messages: string[]} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {messages: [`not valid JSON: ${error instanceof Error ? error.message : String(error)}`]};
  }
  const parsed = predictionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const known = (path: string) => (path === "" ? FIELDS : []);
  return {messages: parsed.error.issues.flatMap(issue => describeIssue(issue, known)).map(({message}) => message)};
}

function problemsOf({id, labels}: Prediction, scope: PredictionScope): string[] {
  const messages: string[] = [];
  if (scope.ids !== undefined && !scope.ids.has(id)) {
    messages.push(`id "${id}" is no document of the test split${suggestion(id, [...scope.ids])}`);
  }
  for (const [label, value] of Object.entries(labels)) {
    if (label === scope.noneLabel) messages.push(`"${label}" is the null label and takes no number: leave it out`);
    else if (!scope.labels.includes(label)) {
      const known = `known: ${scope.labels.join(", ")}`;
      messages.push(`label "${label}" is not in the set${suggestion(label, scope.labels)}; ${known}`);
    } else if (!(value >= 0 && value <= 1)) messages.push(`"${label}" is ${value}: expected a number from 0 to 1`);
  }
  const absent = scope.labels.filter(label => !Object.hasOwn(labels, label));
  if (absent.length > 0) messages.push(`lacks a number for ${absent.join(", ")}: missing is not 0`);
  return messages;
}
