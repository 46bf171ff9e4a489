import {join} from "node:path";
import {renderAsync} from "@resvg/resvg-js";
import {packageRoot} from "../package-root.ts";

const FONTS = join(packageRoot, "src", "report", "font");
/** Pixels of the file for a pixel of the drawing: 2 gives 192 dots an inch. */
const SCALE = 2;
/** What the shipped font has glyphs for; see scripts/font/subset.sh. */
const COVERED: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x370, 0x3ff],
  [0x400, 0x45f],
  [0x1e00, 0x1eff],
  [0x2010, 0x2027],
  [0x202f, 0x203a],
  [0x2070, 0x209c],
  [0x20ac, 0x20ac],
  [0x2190, 0x2195],
  [0x2200, 0x2212],
  [0x2248, 0x2248],
  [0x2260, 0x2265],
  [0x25a0, 0x25cf],
  [0xfffd, 0xfffd],
];

/**
 * An SVG file as PNG, drawn with the font that ships with labelscope: the same bytes on every machine, one without fonts
 * included.
 *
 * A text beyond that font (Chinese labels, for example) lets the machine's own fonts in; then the bytes depend on it.
 */
export async function toPng(svg: string): Promise<Buffer> {
  const covered = isCovered(svg);
  const image = await renderAsync(svg, {
    fitTo: {mode: "zoom", value: SCALE},
    font: {
      loadSystemFonts: !covered,
      fontFiles: [join(FONTS, "Inter-Regular.ttf"), join(FONTS, "Inter-SemiBold.ttf")],
      defaultFontFamily: "Inter",
      sansSerifFamily: "Inter",
    },
  });
  return image.asPng();
}

function isCovered(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code !== 0x0a && !COVERED.some(([low, high]) => code >= low && code <= high)) return false;
  }
  return true;
}
