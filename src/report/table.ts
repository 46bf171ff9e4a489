import {valueText} from "../math/bounded.ts";
import type {Measured} from "../records/results/value.ts";
import {formatCount, formatInterval, formatNumber} from "./format.ts";
import {dataText, type Html, html} from "./html.ts";
import {intervalBar, type Reach, reachOf} from "./interval-bar.ts";

/** One cell: a text, a count, or a number of results.json with the path where it stands there. */
export type Cell =
  | {readonly kind: "text"; readonly text: string; readonly markup?: Html}
  | {readonly kind: "count"; readonly value: number; readonly path: string}
  | {
      readonly kind: "measured";
      readonly measured: Measured | undefined;
      readonly path: string;
      readonly format?: (value: number) => string;
      /** `best` of its column, or not significantly worse. */
      readonly mark?: "best" | "not-worse" | undefined;
    };

export interface Column {
  readonly title: string;
  /** Explains the heading, where it is short. */
  readonly help?: string;
}

export interface Table {
  /** For the copy as CSV and links. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly Cell[])[];
  /** Intervals as bars in the cells, too; false for tables of thousands of rows. */
  readonly bars?: boolean;
}

export function text(content: string, markup?: Html): Cell {
  return markup === undefined ? {kind: "text", text: content} : {kind: "text", text: content, markup};
}

export function count(value: number, path: string): Cell {
  return {kind: "count", value, path};
}

export function number(
  measured: Measured | undefined,
  path: string,
  options: {readonly format?: (value: number) => string; readonly mark?: "best" | "not-worse" | undefined} = {},
): Cell {
  return {kind: "measured", measured, path, ...options};
}

/**
 * A table with a caption, its numbers rounded, their full value in `data-value` (what sorting and copying use) and their
 * place in results.json in `data-path`. A missing number is a dash with a letter; the reasons stand below.
 */
export function table({name, caption, columns, rows, bars = true}: Table): Html {
  const reasons: string[] = [];
  const letter = (reason: string) => {
    if (!reasons.includes(reason)) reasons.push(reason);
    return letterAt(reasons.indexOf(reason));
  };
  const reaches = columns.map((_, at) => (bars ? reachOf(rows.map(row => measuredOf(row[at]))) : undefined));
  const body = rows.map(
    cells => html`<tr>${cells.map((cell, i) => cellMarkup(cell, {heading: i === 0, letter, reach: reaches[i]}))}</tr>`,
  );
  return html`<div class="table" data-table="${name}">
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({title, help}) => html`<th scope="col"${help === undefined ? "" : html` title="${help}"`}>${title}</th>`)}</tr></thead>
<tbody>
${body.map(row => [row, "\n"])}</tbody></table></div>
${reasons.length > 0 && html`<ol class="reasons">${reasons.map((reason, i) => html`<li><b>${letterAt(i)}</b> ${reason}</li>`)}</ol>`}</div>`;
}

function letterAt(index: number): string {
  return String.fromCharCode(97 + (index % 26)).repeat(1 + Math.floor(index / 26));
}

function measuredOf(cell: Cell | undefined): Measured | undefined {
  return cell?.kind === "measured" ? cell.measured : undefined;
}

interface CellPlace {
  readonly heading: boolean;
  readonly letter: (reason: string) => string;
  readonly reach: Reach | undefined;
}

function cellMarkup(cell: Cell, {heading, letter, reach}: CellPlace): Html {
  if (cell.kind === "text") {
    const content = cell.markup ?? dataText(cell.text);
    return heading ? html`<th scope="row">${content}</th>` : html`<td>${content}</td>`;
  }
  if (cell.kind === "count")
    return html`<td class="number" data-value="${cell.value}" data-path="${cell.path}">${formatCount(cell.value)}</td>`;
  const {measured, path, format = (value: number) => formatNumber(value), mark} = cell;
  if (measured === undefined) return html`<td class="number"></td>`;
  if (measured.between !== undefined) {
    const bounds = valueText(measured.between, format);
    return html`<td class="number" data-path="${path}">${bounds} <sup>${letter(measured.reason ?? "bounded")}</sup></td>`;
  }
  if (measured.value === undefined)
    return html`<td class="number missing" data-path="${path}">– <sup>${letter(measured.reason ?? "no value")}</sup></td>`;
  const interval = formatInterval(measured, format).trim();
  const note = measured.note === undefined ? "" : html` <sup>${letter(measured.note)}</sup>`;
  const marked =
    mark === undefined
      ? format(measured.value)
      : mark === "best"
        ? html`<strong>${format(measured.value)}</strong><span class="mark" title="best of its column"> ★</span>`
        : html`${format(measured.value)}<span class="mark" title="not significantly worse than the best"> ≈</span>`;
  const bar = reach === undefined ? undefined : intervalBar(measured, reach);
  const hover = interval === "" ? "" : html` title="${interval}"`;
  return html`<td class="number${bar !== undefined && " barred"}" data-value="${measured.value}" data-path="${path}"${hover}>${marked}${note}${interval !== "" && html` <span class="interval">${interval}</span>`}${bar}</td>`;
}
