import {type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit} from "yaml";
import type {z} from "zod";
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
  ["prompt.binary", ["answers", "instruction", "demonstration", "query"]],
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

/** Keys that stand twice in one map, in linear time. */
function repeatedKeys(document: Document.Parsed): {key: string; offset: number}[] {
  const repeated: {key: string; offset: number}[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const {key} of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) repeated.push({key: String(key.value), offset: key.range?.[0] ?? 0});
        seen.add(key.value);
      }
    },
  });
  return repeated;
}

/** What a YAML file must hold, for reading it and for messages. */
export interface YamlShape<T> {
  readonly schema: z.ZodType<T>;
  /** The fields of the object at a path, `labels[]` for an entry of a list; empty where they are not known. */
  readonly fieldsAt: (place: string) => readonly string[];
  /** What is expected of an empty file: `a task, starting with version: 1`. */
  readonly expected: string;
}

/**
 * A value in the text of a YAML file, checked; everything that is wrong goes to `problems` with its line.
 *
 * @param file the name in messages
 */
export function parseYaml<T>(text: string, file: string, shape: YamlShape<T>, problems: ProblemList): T | undefined {
  const lines = new LineCounter();
  // The library compares each key of a map with all before it, which takes minutes where there are a hundred thousand.
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, uniqueKeys: false});
  for (const error of [...document.errors, ...document.warnings]) {
    problems.add({file, line: lines.linePos(error.pos[0]).line, message: `YAML: ${error.message}`});
  }
  for (const {key, offset} of repeatedKeys(document)) {
    problems.add({
      file,
      line: lines.linePos(offset).line,
      message: `YAML: Map keys must be unique; "${key}" is repeated`,
    });
  }
  if (problems.count > 0) return undefined;
  if (document.contents === null) {
    problems.add({file, message: `the file is empty: expected ${shape.expected}`});
    return undefined;
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    problems.add({file, message: `YAML: ${error instanceof Error ? error.message : String(error)}`});
    return undefined;
  }
  const parsed = shape.schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    for (const {path, message} of describeIssue(issue, shape.fieldsAt)) {
      problems.add({file, line: lines.linePos(offsetOf(document, path)).line, message});
    }
  }
  return undefined;
}

const TASK: YamlShape<TaskDefinition> = {
  schema: taskDefinitionSchema,
  fieldsAt: place => knownFields.get(place) ?? [],
  expected: "a task, starting with version: 1",
};

/** The definition in a task file's text; everything that is wrong goes to `problems` with its line. */
export function parseTaskText(text: string, file: string, problems: ProblemList): TaskDefinition | undefined {
  return parseYaml(text, file, TASK, problems);
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
