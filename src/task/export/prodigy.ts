import {asText} from "../table/label-cell.ts";
import type {ExportFormat} from "./format.ts";

/**
 * What `prodigy db-out` writes for the `choice` interface: a line an annotator and text, the chosen options' ids in
 * `accept`, and in `answer` whether the annotator accepted, rejected or ignored the task. Only accepted ones are
 * judgements. The same `_input_hash` is the same text; `_annotator_id`, else `_session_id`, says whose word it is.
 * Source: https://prodi.gy/docs/api-interfaces
 */
export const prodigy: ExportFormat = {
  title: "Prodigy, choice interface (db-out)",
  source: "https://prodi.gy/docs/api-interfaces",
  data: "annotations.jsonl",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["accept"], annotatorColumn: "annotator"},
  takes: ["textColumn", "idColumn"],
  grouped: true,
  recognises: value => "answer" in value && ("accept" in value || "_task_hash" in value),
  row: (value, {mapping}) => {
    const {answer} = value;
    if (!("accept" in value) && asText(value.label) !== undefined) {
      return {problem: 'a row that accepts or rejects one "label" does not say which others fit'};
    }
    if (answer === "ignore" || answer === "reject") return {dropped: `rows with the answer "${answer}"`};
    if (answer !== "accept")
      return {problem: `"answer" is ${JSON.stringify(answer)}: expected accept, reject or ignore`};
    const accept = value.accept;
    if (!Array.isArray(accept))
      return {problem: 'no list "accept": only the choice interface gives labels of a whole text'};
    const text = value[mapping.textColumn ?? "text"];
    const id = mapping.idColumn === undefined ? (asText(value._input_hash) ?? text) : value[mapping.idColumn];
    const annotator = asText(value._annotator_id) ?? asText(value._session_id) ?? "unnamed";
    return {fields: {id, text, accept, annotator}};
  },
};
