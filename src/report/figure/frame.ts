import {INK, PAPER} from "./palette.ts";
import {FONT, type Picture, wrapText} from "./picture.ts";
import {escapeXml} from "./svg.ts";

const [MARGIN, TITLE, CAPTION] = [16, 15, 11.5];

/** What stands around a picture. */
export interface Words {
  readonly title: string;
  /** Unit, number of documents and how the interval was made: what a reader needs to trust the picture. */
  readonly caption: string;
}

/** The picture alone for a page, which writes title and caption itself; ink and background are the page's. */
export function inlineSvg(picture: Picture, words: Words): string {
  const {width, height, body} = picture;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(words.title)}" font-family="${FONT}" font-size="12" fill="currentColor">${body}</svg>`;
}

/** The picture as a file that stands alone: title above, caption below, ink on white paper. */
export function fileSvg(picture: Picture, words: Words): string {
  const inner = Math.max(picture.width, 420);
  const title = wrapText(words.title, inner, TITLE);
  const caption = wrapText(unbroken(words.caption), inner, CAPTION);
  const top = MARGIN + title.length * 20 + 6;
  const under = top + picture.height + 18;
  const [width, height] = [inner + 2 * MARGIN, under + caption.length * 16 + MARGIN - 8];
  const lines = (texts: readonly string[], y: number, step: number) =>
    texts.map((text, i) => `<tspan x="${MARGIN}" y="${y + i * step}">${escapeXml(text)}</tspan>`).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" color="${INK}" fill="${INK}" font-family="${FONT}" font-size="12">`,
    `<title>${escapeXml(words.title)}</title><desc>${escapeXml(words.caption)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${PAPER}"/>`,
    `<text font-size="${TITLE}" font-weight="600">${lines(title, MARGIN + 14, 20)}</text>`,
    `<g transform="translate(${MARGIN},${top})">${picture.body}</g>`,
    `<text font-size="${CAPTION}" fill-opacity="0.85">${lines(caption, under, 16)}</text>`,
    "</svg>\n",
  ].join("\n");
}

/** Keeps a number with its sign on one line: 95 %, n = 100. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=%)|(?<=\bn) (?==)|(?<=\bn =) /g, "\u00a0");
}
