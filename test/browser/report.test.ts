import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {launch, skipReason} from "./chromium.ts";
import {aReport, open} from "./page.ts";

if (skipReason !== undefined) console.log(`browser tests skipped: ${skipReason}`);

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rows = (page: Page) => page.locator("#documents-body tbody tr");
const opener = (page: Page, at: number) => rows(page).nth(at).locator("button.open");
const chosen = async (page: Page) => await page.locator("#detail h3").textContent();

describe.skipIf(skipReason !== undefined)("report.html in Chromium", () => {
  let browser: Browser;
  let report: Awaited<ReturnType<typeof aReport>>;

  beforeAll(async () => {
    browser = await launch();
    report = await aReport();
  });
  afterAll(async () => {
    await browser?.close();
    await report?.remove();
  });

  test("says nothing on the console, asks for nothing, and a hostile document, answer and warning do nothing", async () => {
    const {page, complaints} = await open(browser, report.url);
    await opener(page, 1).click();
    await page.locator("#filter").selectOption("malformed");
    expect(await rows(page).count()).toBe(1);
    await opener(page, 0).click();
    expect(await page.locator("#detail").textContent()).toContain("not well-formed (other-text)");
    expect(await page.locator(".warnings").first().textContent()).toContain("window.hacked = 1");
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("script").count()).toBe(2);
    expect(await page.locator("img, iframe, object, link").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("its policy is enforced: a script, a style and an image that are put into it are refused", async () => {
    const {page, complaints} = await open(browser, report.url);
    await page.evaluate(`document.body.insertAdjacentHTML("beforeend", '<img src="http://127.0.0.1:9/y" onerror="window.hacked = 3">');
      const added = document.createElement("script"); added.textContent = "window.hacked = 4"; document.body.append(added);`);
    await page.waitForTimeout(200);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(
      complaints.filter(text => text.startsWith("console:") && text.includes("Content Security Policy")).length,
    ).toBeGreaterThanOrEqual(2);
  });

  test("documents are filtered, ordered, searched and opened with the mouse", async () => {
    const {page, complaints} = await open(browser, report.url);
    expect(await rows(page).count()).toBe(16);
    expect(await page.locator("#detail").isVisible()).toBe(false);
    await opener(page, 3).click();
    expect(await chosen(page)).toBe("d0003");
    expect(await page.locator("#detail .column").count()).toBe(2);
    const ids = async () => await rows(page).locator("button.open").allTextContents();
    const byId = await ids();
    for (const order of ["difference", "entropy"]) {
      await page.locator("#order").selectOption(order);
      expect(await ids()).not.toEqual(byId);
      expect((await ids()).sort()).toEqual(byId);
    }
    const answers = async () =>
      await rows(page).evaluateAll(found =>
        found.map(row => [...row.querySelectorAll(".words")].map(cell => cell.textContent ?? "")),
      );
    await page.locator("#filter").selectOption("differ");
    const differing = await answers();
    expect(differing.length).toBeGreaterThan(0);
    for (const row of differing) expect(new Set(row).size).toBeGreaterThan(1);
    await page.locator("#filter").selectOption("wrong");
    expect(await rows(page).locator(".foot .right").count()).toBe(0);
    await page.locator("#filter").selectOption("all");
    await page.locator("#search").fill("NUMBER 7");
    expect(await ids()).toEqual(["d0007"]);
    await page.locator("#search").fill("nothing has this");
    expect(await page.locator("#found").textContent()).toContain("0 of 16 documents");
    await page.locator("#search").fill("");
    await page.locator("#right").selectOption("");
    expect(await page.locator("#detail .column").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test("documents are reached and opened with the keyboard alone, and the opened one has the focus", async () => {
    const {page} = await open(browser, report.url);
    await page.locator("#right").focus();
    await page.keyboard.press("Tab");
    expect(await page.locator("#documents-body").evaluate(element => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await chosen(page)).toBe("d0001");
    expect(await opener(page, 1).getAttribute("aria-expanded")).toBe("true");
    expect(await page.locator("#detail").evaluate(element => element === document.activeElement)).toBe(true);
  });

  test("a click on a name in a figure hides its series and a second one shows it; the keyboard does the same", async () => {
    const {page} = await open(browser, report.url);
    const svg = page.locator("#figure-verdict svg");
    const key = svg.locator('[data-key="0"]').first();
    const marks = svg.locator('[data-series="0"]');
    const hidden = async () =>
      await marks.evaluateAll(all => all.map(one => one.getAttribute("visibility") === "hidden"));
    expect((await hidden()).length).toBeGreaterThan(1);
    await key.locator("text").click();
    expect(new Set(await hidden())).toEqual(new Set([true]));
    expect(await svg.locator('[data-series="1"]').first().getAttribute("visibility")).toBeNull();
    await key.focus();
    await page.keyboard.press("Enter");
    expect(new Set(await hidden())).toEqual(new Set([false]));
    expect(await svg.locator("title").first().textContent()).toMatch(/: 0?\.?\d/);
  });

  test("of the estimators' tables the chosen measure is shown alone", async () => {
    const {page} = await open(browser, report.url);
    await page.locator("#estimators > details > summary").click();
    const shown = page.locator("#estimators .choice > .table:visible");
    expect(await shown.count()).toBe(1);
    await page.locator("#estimators .choice select").selectOption({index: 2});
    expect(await shown.getAttribute("data-table")).toBe("estimators-example-f1");
  });

  test("a phone has no sideways scrolling of the page", async () => {
    const {page} = await open(browser, report.url);
    await page.setViewportSize({width: 390, height: 844});
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test("a link to a document opens it", async () => {
    const {page} = await open(browser, report.url);
    await page.evaluate('location.hash = "#document=d0009"');
    await page.locator("#detail h3", {hasText: "d0009"}).waitFor();
    expect(await chosen(page)).toBe("d0009");
  });

  test("bars are as long as their probabilities, which add up to 1", async () => {
    const {page} = await open(browser, report.url);
    await opener(page, 0).click();
    const steps = page.locator("#detail .column").first().locator("table.steps").first().locator("tbody tr");
    const read = await steps.evaluateAll(found =>
      found.map(row => ({
        p: Number(row.querySelector("td.number")?.textContent),
        width:
          (row.querySelector(".bar span")?.getBoundingClientRect().width ?? 0) /
          (row.querySelector(".bar")?.clientWidth ?? 1),
      })),
    );
    expect(read.length).toBe(5);
    expect(read.reduce((sum, {p}) => sum + p, 0)).toBeCloseTo(1, 3);
    for (const {p, width} of read) expect(Math.abs(width - p)).toBeLessThan(0.02);
  });

  test("tables sort by their full values in both directions, and copy as CSV", async () => {
    const {page} = await open(browser, report.url);
    await page.locator("#runs > details > summary").click();
    const table = page.locator('[data-table="runs"]');
    const head = table.locator("thead th").nth(3);
    const values = async () =>
      await table
        .locator("tbody tr td:nth-child(4)")
        .evaluateAll(cells => cells.map(cell => Number(cell.getAttribute("data-value"))));
    await head.locator("button").click();
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    expect(await values()).toEqual([20_000, 80_000, 400_000, 400_000]);
    await page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect(await values()).toEqual([400_000, 400_000, 80_000, 20_000]);
    await table.locator("button.copy").click();
    await table.locator("button.copy", {hasText: "Copied"}).waitFor();
    const csv = await page.evaluate(async () => await navigator.clipboard.readText());
    expect(csv.split("\r\n")[0]).toMatch(/^Run,"Family, variant",Quantisation,Parameters,/);
    expect(csv).toContain("400000");
    expect(csv.split("\r\n").length).toBe(5);
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious in %s", async scheme => {
    const {page} = await open(browser, report.url, scheme);
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    await page.evaluate(axeSource);
    const found: {id: string; impact: string; nodes: {html: string}[]}[] = await page.evaluate(
      'axe.run({resultTypes: ["violations"]}).then(({violations}) => violations)',
    );
    const serious = found.filter(({impact}) => impact === "serious" || impact === "critical");
    expect(
      serious.map(
        ({id, nodes}) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map(node => node.html.slice(0, 160))
            .join(" | ")}`,
      ),
    ).toEqual([]);
  });

  test("in dark no text and no figure keeps the light page's ink or paper", async () => {
    const {page} = await open(browser, report.url, "dark");
    const seen = await page.evaluate(() => ({
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.querySelector(".drawing svg text") ?? document.body).fill,
      line: getComputedStyle(document.querySelector('.drawing [stroke="#0072B2"]') ?? document.body).stroke,
    }));
    expect(seen).toEqual({paper: "rgb(20, 23, 27)", ink: "rgb(232, 234, 237)", line: "rgb(98, 185, 240)"});
  });

  test("prints the verdict first and without the documents, figures and provenance unfolded", async () => {
    const {page} = await open(browser, report.url);
    await page.emulateMedia({media: "print"});
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator("#documents").isVisible()).toBe(false);
    expect(await page.locator("main > section").first().getAttribute("id")).toBe("verdict");
    expect(
      await page.locator("details.fold:not(.data)").evaluateAll(all => all.every(one => one.hasAttribute("open"))),
    ).toBe(true);
    const pdf = await page.pdf({format: "A4"});
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("without its script the page still has every figure and table, and says how to see a document", async () => {
    const context = await browser.newContext({javaScriptEnabled: false});
    const page = await context.newPage();
    await page.goto(report.url);
    expect(await page.locator("figure svg").count()).toBeGreaterThan(10);
    expect(await page.locator("noscript").first().textContent()).toContain("labelscope inspect");
    await context.close();
  });
});
