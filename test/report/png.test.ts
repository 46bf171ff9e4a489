import {readFileSync} from "node:fs";
import {join} from "node:path";
import {Resvg} from "@resvg/resvg-js";
import {describe, expect, test} from "vitest";
import {toPng} from "../../src/report/png.ts";

const svg = (text: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40" width="200" height="40" font-family="Inter, sans-serif"><text x="5" y="25">${text}</text></svg>`;

/** Share of pixels that are not transparent, drawn without any font of the machine. */
function ink(text: string, fontFiles: string[]): number {
  const {pixels} = new Resvg(svg(text), {font: {loadSystemFonts: false, fontFiles}}).render();
  return pixels.filter((value, i) => i % 4 === 3 && value > 0).length / (pixels.length / 4);
}

describe("PNG", () => {
  test("is drawn at twice the size, the same bytes twice", async () => {
    const png = await toPng(svg("entropy 0.5 bits"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([400, 80]);
    expect((await toPng(svg("entropy 0.5 bits"))).equals(png)).toBe(true);
  });

  test("has text on a machine without fonts, every sign of captions included, since the font is shipped", () => {
    const fonts = ["Inter-Regular.ttf", "Inter-SemiBold.ttf"].map(name =>
      join(import.meta.dirname, "../../src/report/font", name),
    );
    expect(ink("entropy", [])).toBe(0);
    for (const sign of "aZé0Δ→−≥≤×·–…%‖σжŁ") expect([sign, ink(sign, fonts) > 0]).toEqual([sign, true]);
    expect(readFileSync(join(import.meta.dirname, "../../src/report/font/OFL.txt"), "utf8")).toContain(
      "SIL OPEN FONT LICENSE",
    );
  });
});
