import {asText, isRecord} from "../table/label-cell.ts";
import type {ExportFormat} from "./format.ts";

/** What the letters of the S+M part stand for; the other part's labels are 1 and 2. */
const names: ReadonlyMap<string, string> = new Map([
  ["e", "entailment"],
  ["n", "neutral"],
  ["c", "contradiction"],
]);

/**
 * ChaosNLI: a line an example with `label_counter`, how many of about a hundred annotators gave each label. Nobody is
 * named; each count becomes as many judgements of one label. The text is the premise and hypothesis (or the observations
 * and hypotheses) of `example`, a line each.
 * Source: Nie, Zhou and Bansal 2020, https://github.com/easonnie/ChaosNLI
 */
export const chaosnli: ExportFormat = {
  title: "ChaosNLI",
  source: "https://github.com/easonnie/ChaosNLI",
  data: "chaosNLI_snli.jsonl",
  mapping: {idColumn: "id", textColumn: "text", labelsColumn: ["annotations"]},
  takes: ["textColumn"],
  grouped: false,
  recognises: value => isRecord(value.label_counter),
  row: (value, {mapping}) => {
    const counter = value.label_counter;
    if (!isRecord(counter)) return {problem: 'no "label_counter": expected {"e": 76, "n": 20, "c": 4}'};
    const annotations: string[][] = [];
    for (const [label, count] of Object.entries(counter)) {
      if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > 10_000) {
        return {problem: `"label_counter" gives "${label}" ${JSON.stringify(count)}: expected a number of annotators`};
      }
      for (let times = 0; times < count; times += 1) annotations.push([names.get(label) ?? label]);
    }
    const {example} = value;
    const parts = ["premise", "hypothesis", "obs1", "obs2", "hyp1", "hyp2"];
    const given = isRecord(example) ? parts.filter(part => asText(example[part]) !== undefined) : [];
    const joined = given.map(part => `${part}: ${isRecord(example) ? asText(example[part]) : ""}`).join("\n");
    const text = value[mapping.textColumn ?? "text"] ?? (joined === "" ? undefined : joined);
    return {fields: {id: value.uid, text, annotations}};
  },
};
