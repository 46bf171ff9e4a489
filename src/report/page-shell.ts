import {type Html, html, trusted} from "./html.ts";

/** What the page holds besides results: its own style and script, with the hashes that its policy names. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
  /** `sha256-…` of each, as a content-security policy writes it. */
  readonly styleHash: string;
  readonly scriptHash: string;
}

/** What stands in the shell of a page. */
export interface PageParts {
  readonly title: string;
  /** The version that wrote it. */
  readonly labelscope: string;
  /** Sections by id, for the links at the top. */
  readonly contents: readonly (readonly [id: string, name: string])[];
  readonly main: Html;
  readonly footer: Html;
}

/**
 * One file that loads nothing. Its content-security policy allows its own style and script by their hashes and forbids
 * everything else; no element carries a style or an event handler of its own.
 */
export function pageShell({title, labelscope, contents, main, footer}: PageParts, assets: PageAssets): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${assets.styleHash}'; script-src '${assets.scriptHash}'; font-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · labelscope</title>
<style>${trusted(assets.style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top"><p class="brand">labelscope ${labelscope}</p><h1>${title}</h1>
<nav aria-label="Contents"><ul>${contents.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main id="main" tabindex="-1">
${main}</main>
<footer><p>${footer}</p></footer>
<script>${trusted(assets.script)}</script>
</body>
</html>
`.markup;
}
