import {parseHTML} from "linkedom";
import {describe, expect, test} from "vitest";
import type {ComparedRun} from "../../src/compare/compared-run.ts";
import {runTitles} from "../../src/compare/run-titles.ts";
import type {Results} from "../../src/records/results/results.ts";
import {explorerData} from "../../src/report/explorer-data.ts";
import {drawAll} from "../../src/report/figure/index.ts";
import {reportPage} from "../../src/report/page.ts";
import {pageAssets} from "../../src/report/page-assets.ts";
import {aRunOf, LADDER, resultsOf, someDocuments, someResults} from "./synthetic.ts";

const assets = await pageAssets();

function pageOf(results: Results, runs: readonly ComparedRun[]): string {
  return reportPage(results, drawAll(results), explorerData(runs, runTitles(results)), assets);
}

const {runs, results} = someResults();
const page = pageOf(results, runs);
const {document} = parseHTML(page);
const textOf = (markup: string) =>
  parseHTML(markup).document.querySelector("main")?.textContent?.replace(/\s+/g, " ") ?? "";

test("a page is called as somebody named the comparison, else by the task and the number of runs", () => {
  const named = pageOf({...results, settings: {...results.settings, title: "Which is <best>?"}}, runs);
  expect(parseHTML(named).document.querySelector("h1")?.textContent).toBe("Which is <best>?");
  expect(document.querySelector("h1")?.textContent).toBe(`${results.task.title}: ${results.runs.length} runs`);
});

/** The value at a path of results.json; a key may itself hold dots, so every way to cut the path is tried. */
function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    if (path !== key && !path.startsWith(`${key}.`)) continue;
    const found = valueAt(part, path.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function numberAt(path: string): number | undefined {
  const found = valueAt(results, path);
  if (typeof found === "number") return found;
  if (Array.isArray(found)) return found.length;
  return typeof found === "object" && found !== null && "value" in found && typeof found.value === "number"
    ? found.value
    : undefined;
}

describe("report.html", () => {
  test("every number of its tables stands in results.json at the path that its cell names", () => {
    const cells = [...document.querySelectorAll("[data-path]")];
    expect(cells.length).toBeGreaterThan(500);
    const wrong = cells.filter(cell => {
      const shown = cell.getAttribute("data-value");
      return numberAt(cell.getAttribute("data-path") ?? "") !== (shown === null ? undefined : Number(shown));
    });
    expect(wrong.map(cell => cell.getAttribute("data-path"))).toEqual([]);
  });

  test("says the verdict's sentences in their order, with what stands behind them", () => {
    const said = [...document.querySelectorAll("#verdict .first li, #verdict .rest dd")].map(item => item.textContent);
    expect(said).toEqual(
      results.verdict.sentences.map(({text, detail}) => (detail === undefined ? text : `${text} ${detail}`)),
    );
    const runs = [...document.querySelectorAll('[data-table="verdict"] tbody th bdi')].map(head => head.textContent);
    expect(runs).toEqual(results.verdict.rows.map(({run}) => run));
  });

  test("a figure that is added to the registry appears by itself, whatever its section", () => {
    const picture = {width: 10, height: 10, body: "<g/>"};
    const added = (["verdict", "curves", "dynamics", "estimators", "variants"] as const).map(section => ({
      figure: {name: `new-${section}`, section, path: "-", read: "Read.", worry: "Worry.", draw: () => []},
      drawing: {name: `new-${section}`, title: `New in ${section}`, caption: "n = 1", picture},
    }));
    const grown = reportPage(results, [...drawAll(results), ...added], explorerData(runs, runTitles(results)), assets);
    const ids = [...parseHTML(grown).document.querySelectorAll("figure, .undrawn")].map(({id}) => id);
    expect(ids.filter(id => id.startsWith("figure-new-")).length).toBe(5);
    expect(ids.sort()).toEqual([...drawAll(results), ...added].map(({drawing}) => `figure-${drawing.name}`).sort());
  });

  test("loads nothing: a policy by hashes, no address, no handler and no style of an element's own", () => {
    const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; font-src data:; /,
    );
    expect(document.querySelectorAll("[src], link, iframe, object, [style], base").length).toBe(0);
    const links = [...document.querySelectorAll("[href]")].map(link => link.getAttribute("href") ?? "");
    expect(links.filter(href => !href.startsWith("#"))).toEqual([]);
    const handlers = [...document.querySelectorAll("*")].flatMap(element =>
      [...element.attributes].map(({name}) => name).filter(name => name.startsWith("on")),
    );
    expect(handlers).toEqual([]);
  });

  test("ids are unique, links lead somewhere, tables have captions, sections headings", () => {
    const ids = [...document.querySelectorAll("[id]")].map(({id}) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const anchors = [...document.querySelectorAll('[href^="#"]')].map(
      link => link.getAttribute("href")?.slice(1) ?? "",
    );
    expect(anchors.filter(id => !id.startsWith("document=") && !ids.includes(id))).toEqual([]);
    for (const table of document.querySelectorAll("table"))
      expect(table.querySelector("caption")?.textContent).not.toBe("");
    expect([...document.querySelectorAll("main > section h2")].map(heading => heading.textContent)).toEqual([
      "Verdict",
      "Documents",
      "Size",
      "Variants",
      "Estimators",
      "Generation",
      "Provenance",
    ]);
  });

  test("says once what holds of all runs, and of which runs it holds otherwise", () => {
    const changed = structuredClone(results);
    const names = changed.runs.map(({run}) => run);
    const same = names.map(run => ({code: "same", text: "said of each", run}));
    changed.warnings = [...same, ...same.slice(0, 2).map(one => ({...one, text: "said of two"}))];
    const items = [...parseHTML(pageOf(changed, [])).document.querySelectorAll(".warnings li")];
    const titles = [...runTitles(changed).values()];
    expect(items.map(item => item.textContent)).toEqual([
      `all ${names.length} runs: said of each same`,
      `${titles[0]}, ${titles[1]}: said of two same`,
    ]);
  });

  test("is the same twice", () => {
    expect(pageOf(structuredClone(results), runs) === page).toBe(true);
  });
});

describe("where there is little to say, the page says why", () => {
  const [small] = LADDER;
  const documents = someDocuments(24);
  if (small === undefined) throw new Error("the ladder is empty");

  test("one model: no size, no variant, nothing to compare it with", () => {
    const run = aRunOf(small, documents);
    const said = textOf(pageOf(resultsOf([run]), [run]));
    expect(said).toContain(`${small.name} answers with an example-F1 of`);
    expect(said).toContain("No two of the compared runs are a base model and a variant of it");
    expect(said).toContain("There is one run: nothing to compare it with.");
  });

  test("two sizes: a difference, and why there is no slope", () => {
    const two = LADDER.slice(0, 2).map(model => aRunOf(model, documents));
    const said = textOf(pageOf(resultsOf(two), two));
    expect(said).toMatch(/from the smaller to the larger/);
    expect(said).toMatch(/two sizes/);
  });

  test("one document: values without intervals, and why", () => {
    const one = LADDER.map(model => aRunOf(model, someDocuments(1)));
    expect(textOf(pageOf(resultsOf(one), one))).toContain("an interval needs at least 10");
  });

  test("aggregated annotations are named on the tables, and no ceiling is claimed", () => {
    const aggregated = documents.map(({id, text}) => ({id, text, labels: ["joy"]}));
    const all = LADDER.map(model => {
      const run = aRunOf(model, aggregated);
      return {
        ...run,
        manifest: {
          ...run.manifest,
          task: {...run.manifest.task, annotations: "aggregated" as const, gold: "labels" as const},
        },
      };
    });
    const said = textOf(pageOf(resultsOf(all), all));
    expect(said).toContain("Annotations are aggregated: NLL and L1 are not those of a task with annotators");
    expect(said).toContain("There is no ceiling block:");
  });

  test("all answers malformed and no label step: counted, and no figure is drawn from nothing", () => {
    const silent = LADDER.map(model => {
      const run = aRunOf(model, documents);
      const test = run.documents.test.map(document => {
        if (document.trace === undefined) return document;
        const answer = {...document.trace.answer, wellFormed: false, problems: ["no-label-step" as const], labels: []};
        return {...document, trace: {...document.trace, answer, steps: []}};
      });
      return {...run, documents: {...run.documents, test}};
    });
    const all = resultsOf(silent);
    const said = textOf(pageOf(all, silent));
    expect(said).toContain("no-label-step 24");
    expect(said).toMatch(/Entropy and label mass against model size: not drawn, since /);
    expect(said).toMatch(/How undecided: entropy of the label distribution: not drawn, since /);
  });
});
