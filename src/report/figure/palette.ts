/**
 * Colours and marks of series, told apart without colour too: each has a dash and a symbol of its own.
 *
 * Okabe and Ito's hues, the light ones darkened until each has a contrast of 3 : 1 on white. On a dark page a style
 * sheet replaces each by its lighter partner (`DARK`), since a style rule wins over an SVG attribute.
 *
 * Source: Okabe & Ito 2008, "Color Universal Design"; WCAG 2.2, 1.4.11
 */
const SERIES = [
  {colour: "#0072B2", dash: undefined, symbol: "circle"},
  {colour: "#D55E00", dash: "6 3", symbol: "square2"},
  {colour: "#00856A", dash: "2 3", symbol: "triangle2"},
  {colour: "#AA4499", dash: "9 3 2 3", symbol: "diamond2"},
  {colour: "#8A6500", dash: "4 2", symbol: "cross"},
  {colour: "#5A6470", dash: "1 2", symbol: "star"},
] as const;
export interface Series {
  readonly colour: (typeof SERIES)[number]["colour"];
  readonly dash: (typeof SERIES)[number]["dash"];
  readonly symbol: (typeof SERIES)[number]["symbol"];
}

/** What a light colour becomes on a dark page, and that of a heat map's cells. */
export const DARK: Readonly<Record<string, string>> = {
  "#0072B2": "#62B9F0",
  "#D55E00": "#FF9458",
  "#00856A": "#43CFA8",
  "#AA4499": "#E59BD2",
  "#8A6500": "#E8BE55",
  "#5A6470": "#A9B4C0",
  "#00609A": "#3B8FC9",
};

/** Ink and paper of a figure file; on the page both come from the page. */
export const INK = "#1B1F24";
export const PAPER = "#FFFFFF";

/**
 * The marks of the n-th series. After six the hues come again with the next one's dash and symbol, so that 36 series differ.
 */
export function seriesAt(index: number): Series {
  const {colour} = SERIES[index % SERIES.length] ?? SERIES[0];
  const {dash, symbol} = SERIES[(index + Math.floor(index / SERIES.length)) % SERIES.length] ?? SERIES[0];
  return {colour, dash, symbol};
}
