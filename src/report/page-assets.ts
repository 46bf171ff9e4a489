import {createHash} from "node:crypto";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {packageRoot} from "../package-root.ts";
import {DARK} from "./figure/palette.ts";
import type {PageAssets} from "./page-shell.ts";

const FOLDER = join(packageRoot, "src", "report", "page");
/** What defines comes before what uses it. */
const SCRIPTS = ["tables.js", "figures.js", "explorer-view.js", "documents.js", "start.js"];
const FONTS = join(packageRoot, "src", "report", "font");

/** Reads the page's style and script, each in one piece, with the hashes for its policy. */
export async function pageAssets(): Promise<PageAssets> {
  const sources = await Promise.all(SCRIPTS.map(async name => await readFile(join(FOLDER, name), "utf8")));
  const script = `(() => {\n"use strict";\n${sources.map(withoutModules).join("\n")}})();\n`;
  const css = await readFile(join(FOLDER, "style.css"), "utf8");
  const style = (await fontFaces()) + css.replace("/* DARK-COLOURS */", darkColours());
  return {style, script, styleHash: hashOf(style), scriptHash: hashOf(script)};
}

/** The font that figures are measured with, in the page itself: a legend is as wide as it was planned. */
async function fontFaces(): Promise<string> {
  const weights = [
    ["Regular", 400],
    ["SemiBold", 600],
  ] as const;
  const faces = await Promise.all(
    weights.map(async ([name, weight]) => {
      const file = await readFile(join(FONTS, `Inter-${name}.woff2`), "base64");
      return `@font-face {\n  font-family: Inter;\n  font-weight: ${weight};\n  src: url(data:font/woff2;base64,${file}) format("woff2");\n}\n`;
    }),
  );
  return faces.join("");
}

/** The files are modules of each other; in the page they are one script: imports go, exports become plain. */
function withoutModules(source: string): string {
  return source.replaceAll(/^import .*\n/gm, "").replaceAll(/^export /gm, "");
}

/** Rules that turn each colour of a figure into its partner on a dark page: a rule wins over an SVG attribute. */
function darkColours(): string {
  return Object.entries(DARK)
    .map(
      ([light, dark]) =>
        `  .drawing [fill="${light}"] {\n    fill: ${dark};\n  }\n  .drawing [stroke="${light}"] {\n    stroke: ${dark};\n  }`,
    )
    .join("\n");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
