import type {ExplorerData} from "../explorer-data.ts";
import {formatCount} from "../format.ts";
import {type Html, html, jsonForScript} from "../html.ts";
import {section} from "./markup.ts";

/** Documents × models; a row opens the steps of two models side by side. The script fills it; without one the page says what to do. */
export function documentsSection(data: ExplorerData): Html {
  if (data.runs.length === 0 || data.documents.length === 0)
    return section(
      "documents",
      "Documents",
      html`<p>There are no traces to look at: no run of a model with captured documents is among the compared ones.</p>`,
    );
  const isPart = data.documents.length < data.of;
  const options = (chosen: number) =>
    data.runs.map(({title}, i) => html`<option value="${i}"${i === chosen && html` selected`}>${title}</option>`);
  return section(
    "documents",
    "Documents",
    isPart &&
      html`<p class="note" id="sampled">This page holds ${formatCount(data.documents.length)} of ${formatCount(data.of)} documents, evenly over their order by id, so that it stays small; all of them are in the runs' traces.jsonl (<code>labelscope inspect</code>). Searching and ordering here see these alone.</p>`,
    html`<noscript><p class="note">This table needs the page's own script. In the terminal: <code>labelscope inspect RUN --id ID</code>.</p></noscript>
<form id="documents-form" class="controls" autocomplete="off" hidden>
<label>Show <select id="filter">
<option value="all">all documents</option>
<option value="differ">where models differ</option>
<option value="wrong">wrong in all models</option>
<option value="malformed">malformed answers</option></select></label>
<label>Order <select id="order">
<option value="id">by id</option>
<option value="entropy">most uncertain first</option>
<option value="difference">largest difference of the two</option></select></label>
<label>Search <input id="search" type="search" placeholder="text, id or answer"></label>
<label>Steps of <select id="left">${options(0)}</select></label>
<label>beside <select id="right"><option value="">none</option>${options(data.runs.length > 1 ? 1 : -1)}</select></label>
<output id="found"></output>
</form>
<div id="documents-body" class="scroll" tabindex="0" role="region" aria-label="Documents and answers" hidden></div>
<p id="more" hidden><button type="button">Show more documents</button></p>
<div class="detail" id="detail" role="region" aria-label="The chosen document" tabindex="-1" hidden></div>
<p class="hint" id="documents-hint" hidden>Under each answer: how well it agrees with the gold set (✓ all of it, ◐ part, ✕ none) and, as a bar, the entropy at step 1. Click an id for the steps of two models.</p>
<script type="application/json" id="explorer-data">${jsonForScript(data)}</script>`,
  );
}
