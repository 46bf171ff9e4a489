import type {Results} from "../records/results/results.ts";
import type {ExplorerData} from "./explorer-data.ts";
import {type Html, html, trusted} from "./html.ts";
import {answerSection} from "./section/answer.ts";
import {curvesSection} from "./section/curves.ts";
import {dynamicsSection} from "./section/dynamics.ts";
import {estimatorsSection} from "./section/estimators.ts";
import {explorerSection} from "./section/explorer.ts";
import type {Drawn} from "./section/markup.ts";
import {provenanceSection} from "./section/provenance.ts";
import {variantsSection} from "./section/variants.ts";

/** What the page holds besides results: its own style and script, with the hashes that its policy names. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
  /** `sha256-…` of each, as a content-security policy writes it. */
  readonly styleHash: string;
  readonly scriptHash: string;
}

const CONTENTS = [
  ["runs", "What was run"],
  ["answer", "The answer"],
  ["curves", "Size curves"],
  ["dynamics", "Dynamics"],
  ["estimators", "Estimators"],
  ["variants", "Variants"],
  ["explorer", "Step explorer"],
] as const;

/**
 * report.html: one file that loads nothing. Its content-security policy allows its own style and script by their hashes
 * and forbids everything else; no element carries a style or an event handler of its own.
 */
export function reportPage(
  results: Results,
  drawn: readonly Drawn[],
  explorer: ExplorerData,
  assets: PageAssets,
): string {
  const title = `${results.task.title}: ${results.runs.length === 1 ? "1 run" : `${results.runs.length} runs`}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${assets.styleHash}'; script-src '${assets.scriptHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · labelscope</title>
<style>${trusted(assets.style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top"><p class="brand">labelscope ${results.labelscope}</p><h1>${title}</h1>
<nav aria-label="Contents"><ul>${CONTENTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">
${sections(results, drawn, explorer)}</main>
<footer><p>Every number of the tables and figures is in <code>results.json</code> beside this file, at the place that its cell names (<code>data-path</code>); rows of documents are in the CSV files. Rounded here; sorting and copying use the full values.</p></footer>
<script>${trusted(assets.script)}</script>
</body>
</html>
`;
  return page.markup;
}

function sections(results: Results, drawn: readonly Drawn[], explorer: ExplorerData): Html {
  return html`${[
    provenanceSection(results),
    answerSection(results),
    curvesSection(results, drawn),
    dynamicsSection(results, drawn),
    estimatorsSection(results, drawn),
    variantsSection(results, drawn),
    explorerSection(explorer),
  ]}`;
}
