import {asText, isRecord} from "../table/label-cell.ts";
import {unfolded} from "../table/list-judgements.ts";
import {joinedText} from "./fields.ts";
import type {ExportFormat} from "./format.ts";

/**
 * The shared tasks on learning with disagreements, Le-Wi-Di 2023 and 2025: one JSON object by item id, each with `text` (a
 * text, or named parts, as an object or written as one, which become a line each), and `annotations`. In 2023 these are a text with one value an annotator,
 * in the order of `annotators` (`"1,1,0"` with `"Ann1,Ann2,Ann3"`); in 2025 an object by annotator, where one may give
 * several (`"entailment,neutral"`). The test part is published without annotations.
 * Source: https://github.com/Le-Wi-Di/le-wi-di.github.io (LeWiDi_3-2025/readme.md; data_post-competition.zip)
 */
export const lewidi: ExportFormat = {
  title: "Le-Wi-Di 2023 and 2025 (SemEval-2023 task 11, NLPerspectives)",
  source: "https://le-wi-di.github.io/",
  data: "DIR with …_train.json, …_dev.json and …_test.json",
  mapping: {
    idColumn: "id",
    textColumn: "text",
    labelsColumn: ["annotations"],
    annotatorsColumn: "annotators",
    entries: "annotators",
  },
  takes: ["textColumn"],
  grouped: false,
  recognises: value => "annotation task" in value,
  row: (value, {key, mapping}) => {
    const given = value[mapping.textColumn ?? "text"];
    const parts = unfolded(given);
    const text = joinedText(isRecord(parts) ? parts : given);
    const {annotators, annotations} = value;
    const id = key ?? asText(value.id) ?? text;
    return {fields: {id, text, annotations: annotations === undefined ? null : annotations, annotators}};
  },
};
