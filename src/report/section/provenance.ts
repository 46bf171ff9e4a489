import {runTitles} from "../../compare/run-titles.ts";
import type {Results} from "../../records/results/results.ts";
import type {RunRow} from "../../records/results/runs.ts";
import {formatCount, plural} from "../format.ts";
import {dataText, type Html, html} from "../html.ts";
import {type Cell, count, table, text} from "../table.ts";
import {part} from "./markup.ts";

/** Everything that could change a number: an appendix. */
export function provenanceSection(results: Results): Html {
  const titles = runTitles(results);
  return part(
    "runs",
    {title: "Provenance", question: "What was run, on what, and with which options?"},
    task(results),
    runs(results, titles),
    details(results, titles),
  );
}

export function warningsNote({warnings: all}: Results, titles: ReadonlyMap<string, string>): Html {
  if (all.length === 0) return html`<p class="calm">No warnings.</p>`;
  const same = new Map<string, {words: string; code: string; who: string[]}>();
  for (const {run, text: words, code} of all) {
    const entry = same.get(`${code}\n${words}`) ?? {words, code, who: []};
    if (run !== undefined) entry.who.push(titles.get(run) ?? run);
    same.set(`${code}\n${words}`, entry);
  }
  const items = [...same.values()].map(({words, code, who}) => {
    const whose = who.length > 2 && who.length === titles.size ? `all ${who.length} runs` : who.join(", ");
    return html`<li>${who.length > 0 && html`<strong>${dataText(whose)}:</strong> `}${dataText(words)} <code>${code}</code></li>`;
  });
  return html`<details class="warnings"><summary>${plural(same.size, "warning")}</summary><ul>${items}</ul></details>`;
}

export function inShort({task: of, runs: all, settings}: Results): Html {
  const labels = `${of.labels.length} labels${of.noneLabel === null ? "" : ` and the null label ${of.noneLabel}`}`;
  const annotations = of.annotations === "annotators" ? "several annotators a document" : "aggregated labels";
  const intervals = `${Math.round(100 * settings.level)} % intervals from ${formatCount(settings.resamples)} bootstrap resamples of the documents`;
  return html`<p class="hint">${dataText(`${plural(all.length, "run")} on ${plural(of.documents, "document")} of ${of.id}: ${labels}, ${annotations}; ${intervals}.`)}</p>`;
}

function task({task: of, settings}: Results): Html {
  const annotations =
    of.annotations === "annotators"
      ? "several annotators a document: the human distribution is the share of them that gave a label"
      : "aggregated: one list of labels a document, so that NLL and L1 are not those of a task with annotators";
  const gold = of.gold === "majority" ? "labels of at least half of the annotators" : "labels as shipped with the data";
  const facts: [string, string][] = [
    ["Task", `${of.title} (${of.id})`],
    ["Labels", of.labels.join(", ") + (of.noneLabel === null ? "; no null label" : `; null label: ${of.noneLabel}`)],
    ["Documents compared", formatCount(of.documents)],
    ["Annotations", annotations],
    ["Gold set", gold],
    ["Label scoring", of.labelScoring ?? "predictions alone: no labels were scored"],
    [
      "Intervals",
      `${Math.round(100 * settings.level)} %, ${formatCount(settings.resamples)} bootstrap resamples of documents, seed ${settings.seed}`,
    ],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${dataText(value)}</dd></div>`)}</dl>`;
}

function runs(results: Results, titles: ReadonlyMap<string, string>): Html {
  const rows = results.runs.map((row, i): Cell[] => {
    const path = `runs.${i}`;
    const {model, documents, cost} = row;
    const at = (value: number | undefined, place: string): Cell =>
      value === undefined ? text("–") : count(value, `${path}.${place}`);
    return [
      text(titles.get(row.run) ?? row.run),
      text(
        [model?.family, model?.variant].filter(part => part !== undefined).join(" ") ||
          (row.kind === "run" ? "not in the catalogue" : "predictions"),
      ),
      text(model?.quantisation ?? "–"),
      at(model?.parameters.total, "model.parameters.total"),
      at(model?.parameters.nonEmbedding, "model.parameters.nonEmbedding"),
      at(documents.compared, "documents.compared"),
      at(documents.wellFormed, "documents.wellFormed"),
      text(documents.problems.map(({problem, count: times}) => `${problem} ${times}`).join(", ") || "none"),
      text(documents.dropped.map(({reason, count: times}) => `${times} ${reason}`).join(", ") || "none"),
      at(cost?.greedy?.labelSteps, "cost.greedy.labelSteps"),
      at(cost?.tree?.labelSteps, "cost.tree.labelSteps"),
    ];
  });
  return table({
    name: "runs",
    caption: "The compared runs",
    columns: [
      {title: "Run"},
      {title: "Family, variant"},
      {title: "Quantisation"},
      {title: "Parameters", help: "counted from the tensors, all"},
      {title: "Without embeddings"},
      {title: "Documents"},
      {title: "Well-formed answers"},
      {title: "Problems"},
      {title: "Left out"},
      {title: "Label steps", help: "read in the greedy answers"},
      {title: "Tree steps", help: "expansions of the label trees, the label steps of marginal"},
    ],
    rows,
  });
}

/** What all runs share stands once; of each run what is its own. */
function details(results: Results, titles: ReadonlyMap<string, string>): Html {
  const all = results.runs.map(row => ({title: titles.get(row.run) ?? row.run, facts: factsOf(row)}));
  const isShared = ([name, value]: [string, string]) =>
    all.length > 1 && all.every(({facts}) => facts.some(([other, its]) => other === name && its === value));
  const shared = (all[0]?.facts ?? []).filter(isShared);
  const list = (facts: readonly [string, string][]) =>
    html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${dataText(value)}</dd></div>`)}</dl>`;
  return html`<h3>Provenance in full</h3>${shared.length > 0 && html`<details class="fold"><summary>The same in all runs</summary>${list(shared)}</details>`}${all.map(
    ({title, facts}) =>
      html`<details class="fold"><summary>${dataText(title)}</summary>${list(facts.filter(fact => !isShared(fact)))}</details>`,
  )}`;
}

/** Everything a run's row holds, flat: names as in results.json, so that nothing is forgotten when a field is added. */
export function factsOf(row: RunRow): [string, string][] {
  const facts: [string, string][] = [];
  const walk = (value: unknown, path: string) => {
    if (value === undefined) return;
    if (Array.isArray(value)) {
      if (value.every(item => typeof item !== "object" || item === null))
        facts.push([path, value.length === 0 ? "none" : value.join(", ")]);
      else
        value.forEach((item, i) => {
          walk(item, `${path}.${i}`);
        });
      return;
    }
    if (typeof value === "object" && value !== null) {
      for (const [key, part] of Object.entries(value)) walk(part, path === "" ? key : `${path}.${key}`);
      return;
    }
    facts.push([path, String(value)]);
  };
  walk(row, "");
  return facts;
}
