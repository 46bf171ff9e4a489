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

/** A part of the page that opens on demand: its heading and the question that it answers stand alone until then. */
export function part(
  id: string,
  {title, question, open = false}: {readonly title: string; readonly question: string; readonly open?: boolean},
  ...content: readonly (Html | false)[]
): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><details class="part"${open && html` open`}>
<summary><h2 id="${id}-title">${title}</h2><span class="question">${question}</span></summary>
${content.map(one => [one, "\n"])}</details></section>
`;
}

/** All figures of a section, in the order of the registry: a new one appears by itself. */
export function figuresOf(drawn: readonly Drawn[], of: Section): Html {
  const chosen = drawn.filter(({figure}) => figure.section === of);
  return html`<div class="figures">${chosen.map((item, i) => {
    const folds = item.figure.firstOpen === true && chosen[i - 1]?.figure === item.figure;
    return folds
      ? html`<details class="fold data"><summary>${item.drawing.title}</summary>${figureMarkup(item)}</details>\n`
      : figureMarkup(item);
  })}</div>`;
}

export function figureMarkup({figure, drawing}: Drawn): Html {
  const {name, title} = drawing;
  if ("reason" in drawing)
    return html`<div class="undrawn" id="figure-${name}"><p><strong>${title}</strong>: not drawn, since ${drawing.reason}.</p></div>\n`;
  return html`<figure id="figure-${name}"><h3>${title}</h3>
<p class="read">${figure.read} <span class="worry"><b>Worry:</b> ${figure.worry}</span></p>
<div class="drawing">${trusted(inlineSvg(drawing.picture, drawing))}</div>
<figcaption>${drawing.caption} <span class="source">Numbers: <code>${figure.path}</code> of results.json; file figures/${name}.svg.</span></figcaption></figure>
`;
}
