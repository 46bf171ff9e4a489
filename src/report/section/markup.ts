import type {Drawing, Figure, Section} from "../figure/figure.ts";
import {inlineSvg} from "../figure/frame.ts";
import {drawAll} from "../figure/index.ts";
import {type Html, html, trusted} from "../html.ts";

/** A drawing with the figure that it comes from. */
export interface Drawn {
  readonly figure: Figure;
  readonly drawing: Drawing;
}

export {drawAll};

/** A part of the page, with its heading and a place that links can reach. */
export function section(id: string, title: string, ...content: readonly (Html | false)[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content.map(part => [part, "\n"])}</section>
`;
}

/** The figures of a section. Of several of one kind (one for each run) the first is open and the others fold. */
export function figuresOf(drawn: readonly Drawn[], of: Section, only?: readonly string[]): Html {
  const chosen = drawn.filter(
    ({figure}) => figure.section === of && (only === undefined || only.includes(figure.name)),
  );
  return html`${chosen.map((item, i) => {
    const before = chosen[i - 1];
    const folds = PER_RUN.has(item.figure.name) && before?.figure === item.figure;
    return folds
      ? html`<details class="fold"><summary>${item.drawing.title}</summary>${figureMarkup(item)}</details>\n`
      : figureMarkup(item);
  })}`;
}

/** Kinds with a drawing for each run or estimator. */
const PER_RUN = new Set(["metrics-by-size", "reliability", "confusion"]);

function figureMarkup({figure, drawing}: Drawn): Html {
  const {name, title} = drawing;
  if ("reason" in drawing)
    return html`<div class="undrawn" id="figure-${name}"><p><strong>${title}</strong>: not drawn, since ${drawing.reason}.</p></div>\n`;
  return html`<figure id="figure-${name}"><h3>${title}</h3>
<div class="drawing">${trusted(inlineSvg(drawing.picture, drawing))}</div>
<figcaption>${drawing.caption} <span class="source">Numbers: <code>${figure.path}</code> of results.json; file figures/${name}.svg.</span></figcaption></figure>
`;
}
