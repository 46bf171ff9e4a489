/** As much of a DOM node as writing it takes; linkedom's and a browser's both are. */
export interface SvgNode {
  readonly nodeType: number;
  readonly localName?: string;
  readonly nodeValue: string | null;
  readonly attributes?: Iterable<{readonly name: string; readonly value: string}>;
  readonly childNodes: Iterable<SvgNode>;
}

const [ELEMENT, TEXT] = [1, 3];
/** Style rules need a hole in the page's content-security policy; labels of parts are noise beside the figure's own. */
const LEFT_OUT = /^(?:class|style|aria-.*|xmlns)$/;
const LONG_NUMBER = /-?(?:\d+\.\d{3,}|\d*\.?\d+e-\d+)/g;

/**
 * Writes a node as SVG, the same bytes for the same drawing on every machine.
 *
 * Coordinates are rounded to a hundredth of a pixel, attributes sorted; style elements and class names are left out, and
 * so are texts without a character (the ticks of a logarithmic axis that have no number).
 */
export function writeSvg(node: SvgNode): string {
  if (node.nodeType === TEXT) return escapeXml(node.nodeValue ?? "");
  const name = node.localName ?? "";
  if (node.nodeType !== ELEMENT || name === "style") return "";
  const inner = [...node.childNodes].map(writeSvg).join("");
  if (inner === "" && (name === "text" || name === "g" || name === "tspan")) return "";
  const attributes = [...(node.attributes ?? [])]
    .filter(attribute => !LEFT_OUT.test(attribute.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(attribute => ` ${attribute.name}="${escapeXml(rounded(attribute.value))}"`)
    .join("");
  return inner === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;
}

function rounded(value: string): string {
  if (value.startsWith("#")) return value;
  return value.replaceAll(LONG_NUMBER, number => String(Math.round(Number(number) * 100) / 100 + 0));
}

/**
 * A text as XML may hold it. Control characters become U+FFFD, since XML has no way to write most of them; those that
 * turn the direction of writing around are dropped, so that a label cannot reorder what stands beside it.
 */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replaceAll(/[\p{Cc}\u2028\u2029\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
