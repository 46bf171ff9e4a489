import {z} from "zod";
import {suggestion} from "../nearest.ts";
import {byName, recordOf} from "../records/record-of.ts";
import {describeIssue} from "./issue.ts";
import {readPredictionsTable} from "./predictions-csv.ts";
import {kindOfPredictions} from "./predictions-kind.ts";
import type {ProblemList} from "./problems.ts";
import {readLines} from "./read-lines.ts";

const predictionSchema = z.strictObject({
  id: z.union([z.string().min(1), z.number().transform(String)]),
  labels: recordOf(z.number()),
});
const FIELDS = ["id", "labels"];

/** What predictions may speak of. */
export interface PredictionScope {
  /** In the order of the numbers that are returned; without the null label. */
  readonly labels: readonly string[];
  readonly noneLabel: string | null;
  /** Ids that a line may have; absent where any id is taken. */
  readonly ids?: ReadonlySet<string>;
}

/** What a file of predictions can be, for messages. */
export const PREDICTIONS_FORMS =
  'JSONL, {"id": "…", "labels": {…}} a line, or CSV with the columns id and one a label, or id, label, q';

/**
 * Reads predictions made elsewhere, one number in [0, 1] for each label of a document: JSONL with
 * `{"id", "labels": {"joy": 0.8, …}}` a line, or a table, `id,joy,fear` or `id,label,q`. Ids are compared as text, so
 * that they may be numbers in the file.
 *
 * Every label of the task needs its number: missing is not 0. Blank lines are skipped; everything that is wrong goes to
 * `problems` with its line, and a file of another kind is one problem.
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
  const kind = await kindOfPredictions(path);
  if (kind.kind === "other") {
    problems.add({file, message: `it looks like ${kind.looks}; expected ${PREDICTIONS_FORMS}`});
    return new Map();
  }
  const estimates = new Map<string, number[]>();
  const lineOfId = new Map<string, number>();
  const take = ({id, labels}: Prediction, line: number): string[] => {
    const messages = problemsOf({id, labels}, scope);
    const earlier = lineOfId.get(id);
    if (earlier === undefined) lineOfId.set(id, line);
    else messages.push(`id "${id}" stands on line ${earlier} too; one prediction a document`);
    estimates.set(
      id,
      scope.labels.map(label => labels[label] ?? 0),
    );
    return messages;
  };
  if (kind.kind === "csv") {
    for (const {id, labels, line} of await readPredictionsTable(path, file, scope.labels, problems)) {
      for (const message of take({id, labels: byName(labels)}, line)) problems.add({file, line, message});
    }
    return estimates;
  }
  let lines = 0;
  for await (const {number, text, problem} of readLines(path)) {
    if (problems.full) break;
    if (text?.trim() === "") continue;
    lines += 1;
    const parsed = text === undefined ? {messages: [problem]} : parseLine(text);
    const messages = "messages" in parsed ? parsed.messages : take(parsed, number);
    for (const message of messages) problems.add({file, line: number, message});
  }
  if (lines === 0) problems.add({file, message: `no predictions in the file: expected ${PREDICTIONS_FORMS}`});
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
