import {asText, isRecord} from "../table/label-cell.ts";
import {onlyText} from "./fields.ts";
import type {ExportFormat} from "./format.ts";

function annotatorOf(annotation: Readonly<Record<string, unknown>>, index: number): string {
  const by = annotation.completed_by;
  const name = isRecord(by) ? (asText(by.email) ?? asText(by.id)) : asText(by);
  return name ?? `annotation ${asText(annotation.id) ?? index + 1}`;
}

/** The choices of an annotation about the whole text by the control that they were made with; those of a part have a place. */
function choicesOf(annotation: Readonly<Record<string, unknown>>): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const results = Array.isArray(annotation.result) ? annotation.result : [];
  for (const result of results) {
    const value: unknown = isRecord(result) ? result.value : undefined;
    if (!isRecord(result) || !isRecord(value) || !Array.isArray(value.choices)) continue;
    if (Object.keys(value).length > 1) continue;
    const control = asText(result.from_name) ?? "choices";
    found.set(control, [...(found.get(control) ?? []), ...value.choices]);
  }
  return found;
}

function annotationsOf({annotations}: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  return Array.isArray(annotations) ? annotations.filter(isRecord) : [];
}

/**
 * What Label Studio exports as JSON: an array of tasks with `data` and `annotations`, each with `completed_by` and
 * `result`, where a classification is `{"type": "choices", "value": {"choices": […]}}`. Cancelled annotations are skipped
 * tasks, not judgements; an annotation without a choice says that no label fits. Predictions are a model's.
 * Source: https://labelstud.io/guide/task_format
 */
export const labelStudio: ExportFormat = {
  title: "Label Studio, Choices (JSON)",
  source: "https://labelstud.io/guide/task_format",
  data: "project.json",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["annotations"]},
  takes: ["textColumn", "labelsColumn"],
  questions: value => annotationsOf(value).flatMap(annotation => [...choicesOf(annotation).keys()]),
  grouped: true,
  recognises: value => isRecord(value.data) && Array.isArray(value.annotations),
  row: (value, {mapping, question = "", leaveOut, remark}) => {
    const data = value.data;
    if (!isRecord(data) || !Array.isArray(value.annotations)) {
      return {
        problem:
          'expected "data" and "annotations": export the project as JSON, not JSON-MIN, which does not tell what was skipped',
      };
    }
    const text = onlyText(data, mapping.textColumn);
    if ("problem" in text) return {problem: `"data" ${text.problem}`};
    const done = annotationsOf(value).filter(annotation => {
      if (annotation.was_cancelled === true) leaveOut("annotations that were cancelled");
      return annotation.was_cancelled !== true;
    });
    const annotations = done.map(annotation => {
      const choices = choicesOf(annotation).get(question);
      if (choices === undefined) remark("annotations without a choice: read as no label");
      return choices ?? [];
    });
    const id = asText(value.id) ?? text.text;
    return {fields: {id, text: text.text, annotations, annotators: done.map(annotatorOf)}};
  },
};
