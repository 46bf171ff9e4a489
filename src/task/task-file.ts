import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument} from "yaml";
import {demonstrationsSchema, type TaskDefinition, taskDefinitionSchema} from "../records/task.ts";
import {describeIssue} from "./issue.ts";
import type {ProblemList} from "./problems.ts";
import {readText} from "./read-lines.ts";

const promptFields = taskDefinitionSchema.shape.prompt.shape;

/** The fields of each object in a task file, for messages about a field that is not known. */
const knownFields = new Map<string, readonly string[]>([
  ["", Object.keys(taskDefinitionSchema.shape)],
  ["labels[]", ["name", "variants"]],
  ["prompt", Object.keys(promptFields)],
  ["prompt.unary", ["instruction", "demonstration", "query"]],
  ["prompt.binary", ["instruction", "demonstration", "query"]],
  ["demonstrations", Object.keys(demonstrationsSchema.shape)],
  ["data", Object.keys(taskDefinitionSchema.shape.data.shape)],
]);

/** The offset of the key itself where the path ends in a map that has it, else of the deepest value that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(item => isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/**
 * The definition in a task file's text; everything that is wrong goes to `problems` with its line.
 *
 * @param file the name in messages
 */
export function parseTaskText(text: string, file: string, problems: ProblemList): TaskDefinition | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  for (const error of [...document.errors, ...document.warnings]) {
    problems.add({file, line: lines.linePos(error.pos[0]).line, message: `YAML: ${error.message}`});
  }
  if (problems.count > 0) return undefined;
  if (document.contents === null) {
    problems.add({file, message: "the file is empty: expected a task, starting with version: 1"});
    return undefined;
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    problems.add({file, message: `YAML: ${error instanceof Error ? error.message : String(error)}`});
    return undefined;
  }
  const parsed = taskDefinitionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    for (const {path, message} of describeIssue(issue, place => knownFields.get(place) ?? [])) {
      problems.add({file, line: lines.linePos(offsetOf(document, path)).line, message});
    }
  }
  return undefined;
}

/** The same from a file. @throws the system's error where it cannot be read */
export async function readTaskFile(
  path: string,
  file: string,
  problems: ProblemList,
): Promise<TaskDefinition | undefined> {
  const text = await readText(path, file, problems);
  return text === undefined ? undefined : parseTaskText(text, file, problems);
}
