import {asText, isRecord} from "../table/label-cell.ts";
import {onlyText} from "./fields.ts";
import type {ExportFormat} from "./format.ts";

function annotatorOf(annotation: Readonly<Record<string, unknown>>, index: number): string {
  const by = annotation.completed_by;
  const name = isRecord(by) ? (asText(by.email) ?? asText(by.id)) : asText(by);
  return name ?? `annotation ${asText(annotation.id) ?? index + 1}`;
}

/** The choices of an annotation by the control that they were made with. */
function choicesOf(annotation: Readonly<Record<string, unknown>>): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  const results = Array.isArray(annotation.result) ? annotation.result : [];
  for (const result of results) {
    const value: unknown = isRecord(result) ? result.value : undefined;
    if (!isRecord(result) || !isRecord(value) || !Array.isArray(value.choices)) continue;
    const control = asText(result.from_name) ?? "choices";
    found.set(control, [...(found.get(control) ?? []), ...value.choices]);
  }
  return found;
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
  grouped: true,
  recognises: value => isRecord(value.data) && Array.isArray(value.annotations),
  row: (value, {mapping, leaveOut}) => {
    const data = value.data;
    if (!isRecord(data) || !Array.isArray(value.annotations)) {
      return {problem: 'expected "data" and "annotations": export the project as JSON, not JSON-MIN'};
    }
    const text = onlyText(data, mapping.textColumn);
    if ("problem" in text) return {problem: `"data" ${text.problem}`};
    const done = value.annotations.filter(isRecord).filter(annotation => {
      if (annotation.was_cancelled === true) leaveOut("annotations that were cancelled");
      return annotation.was_cancelled !== true;
    });
    const chosen = done.map(choicesOf);
    const wanted = mapping.labelsColumn?.[0];
    const controls = new Set(chosen.flatMap(choices => [...choices.keys()]));
    if (wanted === undefined && controls.size > 1) {
      return {problem: `choices of several controls: --labels-column ${[...controls].join(" or ")}`};
    }
    const annotations = chosen.map(choices =>
      wanted === undefined ? [...choices.values()].flat() : (choices.get(wanted) ?? []),
    );
    const id = asText(value.id) ?? text.text;
    return {fields: {id, text: text.text, annotations, annotators: done.map(annotatorOf)}};
  },
};
