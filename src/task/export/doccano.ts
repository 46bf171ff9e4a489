import type {ExportFormat} from "./format.ts";

/**
 * What doccano exports as JSONL for text classification: `{"id", "text", "label": […]}`, `data` for the text in some
 * versions. One set of labels a document; doccano writes `[]` for a document without labels and for one that nobody has
 * opened, so empty lists are remarked.
 * Source: https://github.com/doccano/doccano (backend/data_export/pipeline)
 */
export const doccano: ExportFormat = {
  title: "doccano, text classification (JSONL)",
  source: "https://doccano.github.io/doccano/tutorial/",
  data: "all.jsonl",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["label"]},
  takes: ["textColumn", "labelsColumn"],
  grouped: false,
  recognises: value => "Comments" in value && "label" in value,
  row: (value, {mapping, remark}) => {
    const label = value[mapping.labelsColumn?.[0] ?? "label"] ?? value.labels;
    if (!Array.isArray(label))
      return {problem: 'no list "label": only text classification gives labels of a whole text'};
    if (label.some(entry => typeof entry === "object"))
      return {problem: '"label" holds spans, not labels of the whole text'};
    if (label.length === 0 && mapping.blank === "unjudged") return {dropped: "documents with an empty list of labels"};
    if (label.length === 0 && mapping.blank === undefined) {
      remark(
        "empty lists of labels: read as no label, though doccano writes the same for a document that nobody opened; --blank unjudged leaves them out",
      );
    }
    const {id} = value;
    return {fields: {id, text: value[mapping.textColumn ?? "text"] ?? value.data, label}};
  },
};
