import {counted} from "../counted.ts";
import type {Results} from "../records/results/results.ts";
import type {ExplorerData} from "./explorer-data.ts";
import {type Html, html} from "./html.ts";
import {type PageAssets, pageShell} from "./page-shell.ts";
import {curvesSection} from "./section/curves.ts";
import {documentsSection} from "./section/documents.ts";
import {dynamicsSection} from "./section/dynamics.ts";
import {estimatorsSection} from "./section/estimators.ts";
import type {Drawn} from "./section/markup.ts";
import {provenanceSection} from "./section/provenance.ts";
import {variantsSection} from "./section/variants.ts";
import {verdictSection} from "./section/verdict.ts";

const CONTENTS = [
  ["verdict", "Verdict"],
  ["documents", "Documents"],
  ["curves", "Size"],
  ["variants", "Variants"],
  ["estimators", "Estimators"],
  ["dynamics", "Generation"],
  ["runs", "Provenance"],
] as const;

/** report.html; see `pageShell`. */
export function reportPage(
  results: Results,
  drawn: readonly Drawn[],
  explorer: ExplorerData,
  assets: PageAssets,
): string {
  return pageShell(
    {
      title: results.settings.title ?? `${results.task.title}: ${counted(results.runs.length, "run")}`,
      labelscope: results.labelscope,
      contents: CONTENTS,
      main: sections(results, drawn, explorer),
      footer: html`Every number of the tables and figures is in <code>results.json</code> beside this file, at the place that its cell names (<code>data-path</code>); rows of documents are in the CSV files. Rounded here; sorting and copying use the full values.`,
    },
    assets,
  );
}

function sections(results: Results, drawn: readonly Drawn[], explorer: ExplorerData): Html {
  return html`${[
    verdictSection(results, drawn),
    documentsSection(explorer),
    curvesSection(results, drawn),
    variantsSection(results, drawn),
    estimatorsSection(results, drawn),
    dynamicsSection(results, drawn),
    provenanceSection(results),
  ]}`;
}
