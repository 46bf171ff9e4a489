import type {ExplorerData} from "../explorer-data.ts";
import {formatCount} from "../format.ts";
import {type Html, html, jsonForScript} from "../html.ts";
import {section} from "./markup.ts";

/** Two models side by side, step by step, on any document. The script fills it; without one the page says what to do. */
export function explorerSection(data: ExplorerData): Html {
  if (data.runs.length === 0 || data.documents.length === 0)
    return section(
      "explorer",
      "Step explorer",
      html`<p>There are no traces to look at: no run of a model with captured documents is among the compared ones.</p>`,
    );
  const sampled = data.documents.length < data.of;
  const options = (chosen: number) =>
    data.runs.map(({title}, i) => html`<option value="${i}"${i === chosen && html` selected`}>${title}</option>`);
  return section(
    "explorer",
    "Step explorer",
    html`<p>What a model believed while it answered, one document at a time: every label step shows the probability of each label, what was emitted (◀) and how many annotators gave the label. Pick two models to see where they part.</p>`,
    sampled &&
      html`<p class="note" id="sampled">This page holds ${formatCount(data.documents.length)} of ${formatCount(data.of)} documents, evenly over their order by id, so that it stays small; all of them are in the runs' traces.jsonl (<code>labelscope inspect</code>). Searching and ordering here see these alone.</p>`,
    html`<noscript><p class="note">The explorer needs this page's own script. In the terminal: <code>labelscope inspect RUN --id ID</code>.</p></noscript>
<form id="explorer-form" class="controls" autocomplete="off" hidden>
<label>Model <select id="left">${options(0)}</select></label>
<label>beside <select id="right"><option value="">none</option>${options(data.runs.length > 1 ? 1 : -1)}</select></label>
<label>Documents <select id="order">
<option value="id">by id</option>
<option value="difference">largest difference first</option>
<option value="entropy">highest entropy first</option>
<option value="malformed">malformed answers alone</option></select></label>
<label>Search <input id="search" type="search" placeholder="text, id or answer"></label>
</form>
<div id="explorer-body" class="explorer" hidden>
<div class="list"><p id="found" role="status"></p><div id="documents" role="listbox" tabindex="0" aria-label="Documents"></div></div>
<div class="detail" id="detail" role="region" aria-label="The chosen document" tabindex="0"></div>
</div>
<p class="hint" id="explorer-hint" hidden>◀: emitted. Annotators: how many of them gave the label (the null label: gave none). Difference: half the sum of the absolute differences of the two label distributions at step 1 (total variation). Probabilities are the label distribution's, rounded to four decimals.</p>
<script type="application/json" id="explorer-data">${jsonForScript(data)}</script>`,
  );
}
