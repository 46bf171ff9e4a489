import type {Curve} from "../../records/results/curves.ts";
import type {Results} from "../../records/results/results.ts";
import {formatNumber} from "../format.ts";
import {type Html, html} from "../html.ts";
import {type Cell, count, number, table, text} from "../table.ts";
import {type Drawn, figuresOf, part} from "./markup.ts";

/** Belief against model size: the figures, then every slope. */
export function curvesSection(results: Results, drawn: readonly Drawn[]): Html {
  const lines = Object.entries(results.curves).flatMap(([family, variants]) =>
    Object.entries(variants).map(([variant, byName]) => ({family, variant, byName})),
  );
  return part(
    "curves",
    {title: "Size", question: "What does more of the same model change?"},
    html`<p>One line per family and variant. The slope is the change per doubling of all parameters, by least squares; its interval resamples the documents, the same ones for all models. <em>Matched</em> later steps are those that all compared models have; which documents have later steps depends on the model, so that an unmatched curve is one of different documents.</p>`,
    figuresOf(drawn, "curves"),
    lines.length > 0 && slopes(lines),
    lines.length > 0 && points(lines),
  );
}

interface NamedLine {
  readonly family: string;
  readonly variant: string;
  readonly byName: Readonly<Record<string, Curve>>;
}

function slopes(lines: readonly NamedLine[]): Html {
  const rows = lines.flatMap(({family, variant, byName}) =>
    Object.entries(byName).map(([name, curve]): Cell[] => {
      const path = `curves.${family}.${variant}.${name}`;
      const signed = {format: (value: number) => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value))};
      return [
        text(`${family} ${variant}`),
        text(name),
        text(curve.title),
        text(curve.unit),
        count(curve.points.length, `${path}.points`),
        number(curve.slope, `${path}.slope`, signed),
        number(curve.slopeWithoutSmallest, `${path}.slopeWithoutSmallest`, signed),
        number(curve.nonEmbeddingSlope, `${path}.nonEmbeddingSlope`, signed),
        number(curve.difference, `${path}.difference`, signed),
        number(curve.selection, `${path}.selection`, signed),
      ];
    }),
  );
  return table({
    name: "slopes",
    caption: "Change with size, in the unit per doubling of the parameters",
    columns: [
      {title: "Line"},
      {title: "Curve"},
      {title: "What"},
      {title: "Unit"},
      {title: "Models"},
      {title: "Slope", help: "against all parameters"},
      {title: "Slope without the smallest", help: "one model may make most of a slope; from four sizes on"},
      {title: "Slope without embeddings"},
      {title: "Difference", help: "larger minus smaller, where there are two sizes"},
      {
        title: "Selection",
        help: "unmatched slope minus matched slope: what comes from which documents have later steps",
      },
    ],
    rows,
  });
}

function points(lines: readonly NamedLine[]): Html {
  const rows = lines.flatMap(({family, variant, byName}) =>
    Object.entries(byName).flatMap(([name, curve]) =>
      curve.points.map((point, i): Cell[] => {
        const path = `curves.${family}.${variant}.${name}.points.${i}`;
        return [
          text(point.run),
          text(name),
          count(point.total, `${path}.total`),
          count(point.nonEmbedding, `${path}.nonEmbedding`),
          number(point, path),
          count(point.n, `${path}.n`),
        ];
      }),
    ),
  );
  return html`<details class="fold data"><summary>Every point of every curve</summary>${table({
    name: "points",
    bars: false,
    caption: "Points of the curves",
    columns: [
      {title: "Run"},
      {title: "Curve"},
      {title: "Parameters"},
      {title: "Without embeddings"},
      {title: "Value"},
      {title: "Documents"},
    ],
    rows,
  })}</details>`;
}
