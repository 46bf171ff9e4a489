import {type Document, documentSchema, truthSchema} from "../records/document.ts";
import {documentProblems, type LabelSet} from "./check-document.ts";
import {describeIssue} from "./issue.ts";
import type {ProblemList} from "./problems.ts";
import {readLines} from "./read-lines.ts";

const fields = {
  "": ["id", "text", "annotations", "annotators", "labels", "truth"],
  truth: Object.keys(truthSchema.shape),
};

const knownFields = new Map<string, readonly string[]>(Object.entries(fields));

/** A line as a document, or what is wrong with it. */
function parseLine(text: string): {document: Document} | {messages: string[]} {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {messages: [`not valid JSON: ${reason}`]};
  }
  const parsed = documentSchema.safeParse(value);
  if (parsed.success) return {document: parsed.data};
  const issues = parsed.error.issues.flatMap(issue => describeIssue(issue, path => knownFields.get(path) ?? []));
  return {messages: issues.map(issue => issue.message)};
}

/**
 * Reads documents from a JSONL file, line by line. Blank lines are skipped; everything that is wrong goes to `problems`
 * with its line, and reading stops where that list is full.
 *
 * @param path to open; @param file the name in messages
 * @returns the good documents in order; do not use them where `problems` grew
 * @throws the system's error where the file cannot be read
 */
export async function readDocuments(
  path: string,
  file: string,
  options: {known: LabelSet; gold: "majority" | "labels"; problems: ProblemList},
): Promise<Document[]> {
  const {known, gold, problems} = options;
  const documents: Document[] = [];
  const lineOfId = new Map<string, number>();
  let lines = 0;
  let form: {name: string; line: number} | undefined;
  for await (const {number, text, problem} of readLines(path)) {
    const add = (message: string): void => problems.add({file, line: number, message});
    if (problems.full) break;
    if (text === undefined) {
      lines += 1;
      add(problem);
      continue;
    }
    if (text.trim() === "") continue;
    lines += 1;
    const parsed = parseLine(text);
    if ("messages" in parsed) {
      parsed.messages.forEach(add);
      continue;
    }
    const {document} = parsed;
    documentProblems(document, known, gold).forEach(add);
    const earlier = lineOfId.get(document.id);
    if (earlier !== undefined) add(`id "${document.id}" stands on line ${earlier} too; ids are unique within a file`);
    else lineOfId.set(document.id, number);
    const name = document.annotations === undefined ? "labels" : "annotations";
    form ??= {name, line: number};
    if (form.name !== name)
      add(`has "${name}", line ${form.line} has "${form.name}": a file uses one of them throughout`);
    documents.push(document);
  }
  if (lines === 0) problems.add({file, message: "no documents in the file: expected one JSON object a line"});
  return documents;
}

/** A document as one line of JSONL, without the line end; fields in the order of the file format's description. */
export function formatDocument(document: Document): string {
  const {id, text, annotations, annotators, labels, truth} = document;
  return JSON.stringify({id, text, annotations, annotators, labels, truth});
}
