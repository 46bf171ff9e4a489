import {asText, isRecord} from "../table/label-cell.ts";
import {onlyText} from "./fields.ts";
import type {ExportFormat} from "./format.ts";

interface Response {
  readonly user: string;
  readonly value: unknown;
  readonly status: string | undefined;
}

function responses(value: unknown): Response[] | undefined {
  if (!Array.isArray(value) || !value.every(entry => isRecord(entry) && "user_id" in entry)) return undefined;
  return value
    .filter(isRecord)
    .map(entry => ({user: asText(entry.user_id) ?? "", value: entry.value, status: asText(entry.status)}));
}

/** The responses by question, in each of Argilla's three layouts. */
function questionsOf(record: Readonly<Record<string, unknown>>): Map<string, Response[]> {
  const found = new Map<string, Response[]>();
  const nested = record.responses;
  for (const [name, value] of Object.entries(isRecord(nested) ? nested : record)) {
    const list = responses(value);
    if (list !== undefined && list.length > 0) found.set(name, list);
  }
  for (const [name, value] of Object.entries(record)) {
    const users = record[`${name}.users`];
    const status = record[`${name}.status`];
    if (!name.endsWith(".responses") || !Array.isArray(value) || !Array.isArray(users)) continue;
    const list = value.map((entry: unknown, index) => ({
      user: asText(users[index]) ?? "",
      value: entry,
      status: Array.isArray(status) ? asText(status[index]) : undefined,
    }));
    found.set(name.slice(0, -".responses".length), list);
  }
  return found;
}

/**
 * What Argilla exports: `records.to_json()` of Argilla 2 (`fields`, `responses: {question: [{value, user_id}]}`), the flat
 * form of `to_datasets()` (`question.responses`, `.users`, `.status`), and Argilla 1's feedback records (`question:
 * [{user_id, value, status}]`). A record has one judgement a user; discarded, draft and pending responses are none, and
 * suggestions are a model's.
 * Source: https://docs.argilla.io (records, `to_dict`) and argilla/src/argilla/records/_io/_generic.py
 */
export const argilla: ExportFormat = {
  title: "Argilla, label and multi-label questions (JSON, JSONL)",
  source: "https://docs.argilla.io/latest/reference/argilla/records/records/",
  data: "records.json",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["annotations"]},
  takes: ["textColumn", "labelsColumn"],
  questions: value => [...questionsOf(value).keys()],
  grouped: true,
  recognises: value => questionsOf(value).size > 0 || isRecord(value.responses),
  row: (value, {mapping, question = "", leaveOut}) => {
    const answers = questionsOf(value).get(question) ?? [];
    const fields = isRecord(value.fields) ? value.fields : value;
    const text = onlyText(fields, mapping.textColumn ?? ("text" in fields ? "text" : undefined));
    if ("problem" in text) return text;
    const kept = answers.filter(({status, value: given}) => {
      const counts = (status === undefined || status === "submitted") && given !== null && given !== undefined;
      if (!counts) leaveOut(`responses with the status ${status ?? "of none"}`);
      return counts;
    });
    if (kept.some(({value: given}) => typeof given !== "string" && !Array.isArray(given))) {
      return {problem: "a response is neither a label nor a list of labels; --labels-column names the question"};
    }
    const annotations = kept.map(({value: given}) => (Array.isArray(given) ? given : [given]));
    const id = asText(value.id) ?? asText(value.external_id) ?? text.text;
    return {fields: {id, text: text.text, annotations, annotators: kept.map(({user}) => user)}};
  },
};
