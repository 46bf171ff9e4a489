import type {Results} from "../../records/results/results.ts";
import {answerOf} from "../answer.ts";
import {dataText, type Html, html} from "../html.ts";
import {section} from "./markup.ts";

/** The answer in three sentences with numbers. */
export function answerSection(results: Results): Html {
  const {size, variants, estimators} = answerOf(results);
  const settings = `Brackets are ${Math.round(100 * results.settings.level)} % intervals over documents; the models are fixed.`;
  return section(
    "answer",
    "The answer",
    html`<ol class="answer">${[size, variants, estimators].map(sentence => html`<li>${dataText(sentence)}</li>`)}</ol>`,
    html`<p class="hint">${settings} Generated from results.json; how each number was made stands beside it below.</p>`,
  );
}
