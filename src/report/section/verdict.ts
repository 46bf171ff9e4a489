import {runTitles} from "../../compare/run-titles.ts";
import {standingText} from "../../compare/verdict/verdict-text.ts";
import {cellText} from "../../compare/verdict/words.ts";
import type {Results} from "../../records/results/results.ts";
import type {Sentence, Verdict, VerdictCell, VerdictColumn, VerdictRow} from "../../records/results/verdict.ts";
import {formatParameters} from "../format.ts";
import {dataText, type Html, html} from "../html.ts";
import {intervalBar, type Reach, reachOf} from "../interval-bar.ts";
import {type Drawn, figureMarkup, section} from "./markup.ts";
import {inShort, warningsNote} from "./provenance.ts";

const HEADS: Readonly<Record<Sentence["about"], string>> = {
  which: "Which",
  estimator: "Probabilities",
  size: "Size",
  variant: "Variants",
  trust: "Trust",
};
/** Sentences that a reader sees first. */
const FIRST = 3;

/** The first screen: what was found in sentences, one chart, and the ranked table. */
export function verdictSection(results: Results, drawn: readonly Drawn[]): Html {
  const {verdict} = results;
  return section(
    "verdict",
    "Verdict",
    html`<div class="hero"><div class="said">
<ol class="first">${verdict.sentences.slice(0, FIRST).map(sentenceMarkup)}</ol>
<dl class="rest">${groups(verdict.sentences.slice(FIRST))}</dl>
${warningsNote(results, runTitles(results))}${inShort(results)}</div>
<div class="chart">${drawn.filter(({figure}) => figure.section === "verdict").map(figureMarkup)}</div></div>`,
    verdict.rows.length > 0 && ranked(results),
  );
}

function sentenceMarkup({text, detail}: Sentence): Html {
  return html`<li>${sentenceText({text, detail})}</li>`;
}

/** The evidence is read aloud and printed, and shown where the pointer or the focus is. */
function sentenceText({text, detail}: Pick<Sentence, "text" | "detail">): Html {
  if (detail === undefined) return html`${dataText(text)}`;
  return html`<span class="finding" tabindex="0">${dataText(text)} <span class="evidence">${dataText(detail)}</span></span>`;
}

function groups(sentences: readonly Sentence[]): Html {
  const abouts = [...new Set(sentences.map(({about}) => about))];
  return html`${abouts.map(about => {
    const own = sentences.filter(one => one.about === about);
    return html`<div><dt>${HEADS[about]}</dt>${own.map(one => html`<dd>${sentenceText(one)}</dd>`)}</div>`;
  })}`;
}

function ranked({verdict, runs}: Results): Html {
  const {columns, rows} = verdict;
  const reaches = new Map(columns.map(({name, unit}) => [name, columnReach(verdict, name, unit)]));
  const sizeOf = (run: string) => runs.find(row => row.run === run)?.model?.parameters.total;
  const body = rows.map((row, place) => {
    const size = sizeOf(row.run);
    return html`<tr class="${row.standing}"><th scope="row">${dataText(row.run)}${size !== undefined && html`<small>${formatParameters(size)}</small>`}</th>${columns.map(
      (column, at) => [
        cell(row.cells[column.name], column, `verdict.rows.${place}.cells.${column.name}`, reaches.get(column.name)),
        at === 0 && standing(row),
      ],
    )}</tr>\n`;
  });
  const heads = columns.map(({title, help, better}, at) => [
    html`<th scope="col" class="number" title="${help}">${title}${better !== undefined && html` <span class="better">${better === "larger" ? "↑" : "↓"}</span>`}</th>`,
    at === 0 &&
      html`<th scope="col" title="Paired tests against the best and the best constant answer, corrected together (Holm)">Against the best</th>`,
  ]);
  const answer = verdict.constantAnswer;
  return html`<div class="table ranked" data-table="verdict"><div class="scroll" tabindex="0" role="region" aria-label="Runs, ranked"><table>
<caption>Runs, ranked by their answers</caption><thead><tr><th scope="col">Run</th>${heads}</tr></thead><tbody>
${body}</tbody></table></div>
${answer?.exampleF1.value !== undefined && html`<p class="hint">A constant: the same answer to every document, at best ${dataText(answer.labels.length === 0 ? "no label" : answer.labels.join(", "))}, with ${cellText(answer.exampleF1.value, "share")}. Bars are intervals; hover shows their ends.</p>`}</div>`;
}

function columnReach({rows}: Verdict, name: string, unit: VerdictColumn["unit"]): Reach | undefined {
  const reach = reachOf(rows.map(({cells}) => cells[name]));
  return reach === undefined ? undefined : unit === "share" ? [0, 1] : reach;
}

function cell(value: VerdictCell | undefined, {unit}: VerdictColumn, path: string, reach: Reach | undefined): Html {
  if (value === undefined) return html`<td class="number missing">–</td>`;
  const {between, estimator, reason} = value;
  if (value.value === undefined) {
    const shown = between === undefined ? "–" : between.map(end => cellText(end, unit)).join("–");
    return html`<td class="number missing" data-path="${path}" title="${reason ?? ""}">${shown}</td>`;
  }
  const {lower, upper} = value;
  const interval =
    lower === undefined || upper === undefined ? "" : `[${cellText(lower, unit)}, ${cellText(upper, unit)}]`;
  const bar = reach === undefined ? undefined : intervalBar(value, reach);
  return html`<td class="number" data-value="${value.value}" data-path="${path}"${interval !== "" && html` title="${interval}"`}>${cellText(value.value, unit)}${interval !== "" && html` <span class="interval">${interval}</span>`}${bar}${estimator !== undefined && html`<small>${estimator}</small>`}</td>`;
}

function standing(row: VerdictRow): Html {
  const [, words = "", rest = ""] = /^([^(]*)(.*)$/.exec(standingText(row)) ?? [];
  return html`<td class="standing"><b>${words.trim()}</b>${rest !== "" && html`<small>${rest.slice(1, -1)}</small>`}</td>`;
}
