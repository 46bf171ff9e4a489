import {asText, isRecord} from "../table/label-cell.ts";
import type {ExportFormat} from "./format.ts";

/**
 * HateXplain: `dataset.json`, one object by post id, each with `post_tokens` and one entry an annotator in `annotators`:
 * `label` (one of three) and `target` (a list of communities, `None` for none; `--labels-column target`).
 * Source: Mathew et al. 2021, https://github.com/hate-alert/HateXplain
 */
export const hatexplain: ExportFormat = {
  title: "HateXplain",
  source: "https://github.com/hate-alert/HateXplain",
  data: "dataset.json",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["annotations"]},
  takes: ["labelsColumn"],
  question: "label",
  questions: ({annotators}) =>
    (Array.isArray(annotators) ? annotators : []).filter(isRecord).flatMap(judge => Object.keys(judge)),
  grouped: true,
  recognises: value => Array.isArray(value.post_tokens) && Array.isArray(value.annotators),
  row: (value, {key, question = ""}) => {
    const tokens = value.post_tokens;
    const judges = value.annotators;
    if (!Array.isArray(tokens) || !Array.isArray(judges) || !judges.every(isRecord)) {
      return {problem: 'expected "post_tokens" and "annotators" with an object each'};
    }
    const annotations = judges.filter(isRecord).map(judge => {
      const given = judge[question];
      return Array.isArray(given) ? given.filter(label => label !== "None") : given === undefined ? null : [given];
    });
    const annotators = judges
      .filter(isRecord)
      .map((judge, index) => asText(judge.annotator_id) ?? `annotator ${index + 1}`);
    return {fields: {id: asText(value.post_id) ?? key, text: tokens.map(String).join(" "), annotations, annotators}};
  },
};
