import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {launch, skipReason} from "./chromium.ts";
import {aReport, open} from "./page.ts";

if (skipReason !== undefined) console.log(`browser tests skipped: ${skipReason}`);

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const options = (page: Page) => page.locator("#documents [role=option]");
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
    await options(page).nth(1).click();
    await page.locator("#left").selectOption({index: 0});
    await page.locator("#order").selectOption("malformed");
    expect(await options(page).count()).toBe(1);
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

  test("the explorer works with the mouse: choose, order by difference and entropy, search, one model alone", async () => {
    const {page, complaints} = await open(browser, report.url);
    expect(await chosen(page)).toBe("d0000");
    await options(page).nth(3).click();
    expect(await chosen(page)).toBe("d0003");
    expect(await page.locator("#detail .column").count()).toBe(2);
    for (const order of ["difference", "entropy"]) {
      await page.locator("#order").selectOption(order);
      const values = (await page.locator("#documents [role=option] b span:last-child").allTextContents()).map(Number);
      expect(values.length).toBe(16);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(values[0]).toBeGreaterThan(values[15] ?? Number.NaN);
    }
    await page.locator("#search").fill("NUMBER 7");
    expect(await options(page).count()).toBe(1);
    expect(await chosen(page)).toBe("d0007");
    await page.locator("#search").fill("nothing has this");
    expect(await page.locator("#found").textContent()).toContain("0 of 16 documents");
    await page.locator("#search").fill("");
    await page.locator("#right").selectOption("");
    expect(await page.locator("#detail .column").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test("the explorer works with the keyboard alone, and says to a screen reader where it is", async () => {
    const {page} = await open(browser, report.url);
    const list = page.locator("#documents");
    await page.locator("#search").focus();
    await page.keyboard.press("Tab");
    expect(await list.evaluate(element => element === document.activeElement)).toBe(true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await chosen(page)).toBe("d0002");
    expect(await list.getAttribute("aria-activedescendant")).toBe("document-2");
    expect(await page.locator("#document-2").getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("End");
    expect(await chosen(page)).toBe("d0015");
    await page.keyboard.press("Home");
    expect(await chosen(page)).toBe("d0000");
    await page.keyboard.press("Tab");
    expect(await page.locator("#detail").evaluate(element => element === document.activeElement)).toBe(true);
  });

  test("a link to a document opens it", async () => {
    const {page} = await open(browser, report.url);
    await page.evaluate('location.hash = "#document=d0009"');
    await page.locator("#detail h3", {hasText: "d0009"}).waitFor();
    expect(await chosen(page)).toBe("d0009");
  });

  test("bars are as long as their probabilities, which add up to 1", async () => {
    const {page} = await open(browser, report.url);
    const rows = page.locator("#detail .column").first().locator("table.steps").first().locator("tbody tr");
    const read = await rows.evaluateAll(found =>
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

  test("prints without the explorer, figures and provenance unfolded", async () => {
    const {page} = await open(browser, report.url);
    await page.emulateMedia({media: "print"});
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator("#explorer").isVisible()).toBe(false);
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
