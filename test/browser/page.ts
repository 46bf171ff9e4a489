import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser, Page} from "playwright-core";
import type {Document} from "../../src/records/document.ts";
import {writeReport} from "../../src/report/write-report.ts";
import {aRunOf, LADDER, resultsOf, someDocuments} from "../report/synthetic.ts";

/** A text that does something on a page that lets it. */
export const HOSTILE =
  '</script><script>window.hacked = 1</script><img src="http://127.0.0.1:9/x" onerror="window.hacked = 2">\u202egnp\u2028 {{7*7}}';

/** A report on disk, of the invented ladder on documents of which one is hostile and one has a malformed answer. */
export async function aReport(): Promise<{readonly url: string; readonly remove: () => Promise<void>}> {
  const documents: Document[] = someDocuments(16).map((document, i) =>
    i === 1 ? {...document, text: HOSTILE} : document,
  );
  const runs = LADDER.map(model => aRunOf(model, documents)).map((run, place) => ({
    ...run,
    documents: {
      ...run.documents,
      test: run.documents.test.map((document, i) =>
        i !== 2 || place > 0 || document.trace === undefined
          ? document
          : {
              ...document,
              trace: {
                ...document.trace,
                answer: {...document.trace.answer, text: HOSTILE, wellFormed: false, problems: ["other-text" as const]},
              },
            },
      ),
    },
  }));
  const folder = await mkdtemp(join(tmpdir(), "labelscope-page-"));
  const results = resultsOf(runs);
  const first = results.runs[0];
  const warned = {
    ...results,
    warnings: [...results.warnings, {code: "hostile", ...(first === undefined ? {} : {run: first.run}), text: HOSTILE}],
  };
  const {page} = await writeReport({results: warned, runs, out: folder});
  return {url: pathToFileURL(page).href, remove: async () => await rm(folder, {recursive: true, force: true})};
}

export interface Opened {
  readonly page: Page;
  /** Whatever the page said or asked for that it should not. */
  readonly complaints: string[];
}

export async function open(browser: Browser, url: string, colorScheme: "light" | "dark" = "light"): Promise<Opened> {
  const context = await browser.newContext({colorScheme, viewport: {width: 1280, height: 900}});
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", message => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", error => complaints.push(`error: ${error.message}`));
  page.on("request", request => {
    if (request.url().split("#")[0] !== url) complaints.push(`request: ${request.url()}`);
  });
  page.on("dialog", dialog => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return {page, complaints};
}
