import {runTitles} from "../../compare/run-titles.ts";
import type {KlReport} from "../../records/results/kl-report.ts";
import type {Results} from "../../records/results/results.ts";
import type {StepDelta, VariantPair} from "../../records/results/variants.ts";
import {formatNumber, formatShare} from "../format.ts";
import {dataText, type Html, html} from "../html.ts";
import {type Cell, count, number, table, text} from "../table.ts";
import {type Drawn, figuresOf, part} from "./markup.ts";

/** Documents behind the flips that the page names; all of them are in results.json. */
const SHOWN = 12;
const share = {format: formatShare};
const HEAD = {
  title: "Variants",
  question: "What did finetuning, an adapter or fewer bits do to the same model?",
};
const signed = {format: (value: number) => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value))};

/** What finetuning, an adapter or fewer bits did, paired by document. */
export function variantsSection(results: Results, drawn: readonly Drawn[]): Html {
  const titles = runTitles(results);
  if (results.variants.length === 0) {
    return part(
      "variants",
      HEAD,
      html`<p>No two of the compared runs are a base model and a variant of it (the catalogue's <code>parent</code>, or a quantisation of the same model), so nothing can be said about finetuning or quantisation.</p>`,
    );
  }
  const warned = results.variants.flatMap(({warning}) => (warning === undefined ? [] : [warning]));
  const reasons = [
    ...new Set(results.variants.flatMap(({laterReason}) => (laterReason === undefined ? [] : [laterReason]))),
  ];
  const isQuantised = results.variants.some(({step1}) => step1.klReport !== undefined);
  return part(
    "variants",
    HEAD,
    warned.length > 0 &&
      html`<div class="warnings" role="note" aria-label="Warnings about variants"><ul>${[...new Set(warned)].map(words => html`<li>${dataText(words)}</li>`)}</ul></div>`,
    html`<p>Variant minus base on the same documents at step 1. Divergences are KL(variant‖base), in nats${isQuantised && "; the report of quantisations below has llama.cpp's direction, KL(base‖variant)"}.</p>`,
    figuresOf(drawn, "variants"),
    deltas(results, titles),
    reasons.length > 0 &&
      html`<p>Later steps are not compared: ${reasons.map((reason, i) => [i > 0 && "; ", dataText(reason)])}.</p>`,
    flips(results.variants, titles),
    klReports(results, titles),
  );
}

function deltas(results: Results, titles: ReadonlyMap<string, string>): Html {
  const rows = results.variants.flatMap((pair, i) => {
    const name = `${titles.get(pair.base) ?? pair.base} → ${titles.get(pair.variant) ?? pair.variant}`;
    const later = Object.entries(pair.later ?? {}).map(([place, step]) =>
      row(name, pair, place, step, `variants.${i}.later.${place}`),
    );
    return [row(name, pair, "1", pair.step1, `variants.${i}.step1`), ...later];
  });
  return table({
    name: "variants",
    caption: "From base to variant, paired by document",
    columns: [
      {title: "Pair"},
      {title: "Kind"},
      {title: "Step"},
      {title: "Documents"},
      {title: "Δ entropy, bits"},
      {title: "KL of labels"},
      {title: "First label flips"},
      {title: "Same top label"},
      {title: "Δ top probability"},
      {title: "Δ label mass"},
      {title: "Δ vocabulary, bits"},
      {title: "KL of vocabulary"},
      {title: "Bound", help: "lower: from the recorded top tokens and one bin for the rest"},
      {title: "Same top token"},
    ],
    rows,
  });
}

function row(name: string, pair: VariantPair, place: string, step: StepDelta, path: string): Cell[] {
  const delta = (key: "entropyBits" | "topProbability" | "vocabEntropyBits" | "labelMass") =>
    number(step[key].difference, `${path}.${key}.difference`, signed);
  return [
    text(name),
    text(pair.kind),
    text(place),
    count(step.n, `${path}.n`),
    delta("entropyBits"),
    number(step.labelKlNats, `${path}.labelKlNats`),
    number(step.flipRate, `${path}.flipRate`, share),
    number(step.sameTopLabel, `${path}.sameTopLabel`, share),
    delta("topProbability"),
    delta("labelMass"),
    delta("vocabEntropyBits"),
    number(step.vocabKlNats, `${path}.vocabKlNats`),
    text(step.vocabKlNats.bound),
    number(step.sameTopToken, `${path}.sameTopToken`, share),
  ];
}

function flips(variants: readonly VariantPair[], titles: ReadonlyMap<string, string>): Html {
  const blocks = variants.flatMap(({base, variant, step1}) => {
    if (step1.flips.length === 0) return [];
    const name = `${titles.get(base) ?? base} → ${titles.get(variant) ?? variant}`;
    const items = step1.flips
      .slice(0, SHOWN)
      .map(
        flip =>
          html`<li><a href="#document=${encodeURIComponent(flip.id)}">${dataText(flip.id)}</a>: ${dataText(flip.base)} → ${dataText(flip.variant)}</li>`,
      );
    const more =
      step1.flips.length > SHOWN && html`<p class="hint">${step1.flips.length - SHOWN} more in results.json.</p>`;
    return [
      html`<details class="fold"><summary>${dataText(name)}: ${step1.flips.length} documents whose first label changes</summary><ul class="flips">${items}</ul>${more}</details>`,
    ];
  });
  return html`${blocks}`;
}

const KLD = ["mean", "max", "p999", "p99", "p95", "p90", "median", "p10", "p05", "p01", "min"] as const;
const DELTA_P = [
  "mean",
  "max",
  "p999",
  "p99",
  "p95",
  "p90",
  "p75",
  "median",
  "p25",
  "p10",
  "p05",
  "p01",
  "p001",
  "min",
  "rms",
] as const;

/** The layout of llama.cpp's report: a column a quantised model. */
function klReports({variants}: Results, titles: ReadonlyMap<string, string>): Html {
  const reports = variants.flatMap(({variant, step1: {klReport}}, i) =>
    klReport === undefined
      ? []
      : [{title: titles.get(variant) ?? variant, report: klReport, path: `variants.${i}.step1.klReport`}],
  );
  if (reports.length === 0) return html``;
  const line = (name: string, of: (report: KlReport, path: string) => Cell): Cell[] => [
    text(name),
    ...reports.map(({report, path}) => of(report, path)),
  ];
  const plain = (value: number | undefined, n: number, path: string): Cell =>
    number(value === undefined ? {reason: "no label step", n} : {value, n}, path, {
      format: value_ => value_.toPrecision(4),
    });
  const rows = [
    ...KLD.map(key =>
      line(`KLD ${key}`, ({kld}, path) =>
        key === "mean" ? number(kld.mean, `${path}.kld.mean`) : plain(kld[key], kld.n, `${path}.kld.${key}`),
      ),
    ),
    ...DELTA_P.map(key =>
      line(`Δp ${key}`, ({deltaP}, path) =>
        key === "mean" || key === "rms"
          ? number(deltaP[key], `${path}.deltaP.${key}`)
          : plain(deltaP[key], deltaP.n, `${path}.deltaP.${key}`),
      ),
    ),
    line("Same top token", (report, path) => number(report.sameTop, `${path}.sameTop`, share)),
  ];
  return table({
    name: "kl-report",
    caption:
      "Quantisations in the layout of llama.cpp's KL-divergence report: KL(base‖quantised) in nats, over label steps",
    columns: [
      {title: "Statistic"},
      ...reports.map(({title, report}) => ({
        title,
        help: report.bound === "lower" ? "a lower bound: full logits were not stored" : "exact",
      })),
    ],
    rows,
  });
}
