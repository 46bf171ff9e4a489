import {parseHTML} from "linkedom";
import {describe, expect, test} from "vitest";
import {confusion} from "../../../src/report/figure/confusion.ts";
import type {Drawing} from "../../../src/report/figure/figure.ts";
import {fileSvg, inlineSvg} from "../../../src/report/figure/frame.ts";
import {drawAll, figures} from "../../../src/report/figure/index.ts";
import {klQuantiles} from "../../../src/report/figure/kl-quantiles.ts";
import {seriesAt} from "../../../src/report/figure/palette.ts";
import {sizeCurves} from "../../../src/report/figure/size-curves.ts";
import {spreadViolins} from "../../../src/report/figure/spread-violins.ts";
import {variantSlopes} from "../../../src/report/figure/variant-slopes.ts";
import {aRunOf, LADDER, resultsOf, someDocuments, someResults, withKlReports} from "../synthetic.ts";

const {results} = someResults();
const drawn = drawAll(results).map(({drawing}) => drawing);
const again = new Map(drawAll(structuredClone(results)).map(({drawing}) => [drawing.name, drawing]));

const svgOf = (drawing: Drawing | undefined) =>
  drawing === undefined || "reason" in drawing ? "" : fileSvg(drawing.picture, drawing);
const named = (name: string) => drawn.find(drawing => drawing.name === name);
const textsOf = (svg: string) =>
  [...parseHTML(`<body>${svg}</body>`).document.querySelectorAll("text")].map(text => text.textContent);

test("36 series are told apart by hue and symbol, and the first six without the hue", () => {
  const marks = Array.from({length: 36}, (_, index) => seriesAt(index));
  expect(new Set(marks.map(({colour, symbol}) => `${colour} ${symbol}`)).size).toBe(36);
  expect(new Set(marks.slice(0, 6).map(({symbol}) => symbol)).size).toBe(6);
});

describe("every figure", () => {
  test("has a name of its own, and of the registry each draws or says why not", () => {
    expect(new Set(figures.map(({name}) => name)).size).toBe(figures.length);
    expect(new Set(drawn.map(({name}) => name)).size).toBe(drawn.length);
    expect(drawn.filter(drawing => "reason" in drawing).map(({name}) => name)).toEqual([]);
    expect(drawn.map(({name}) => name)).toEqual(
      expect.arrayContaining([
        "entropy-by-size",
        "top-probability",
        "second-label-fate",
        "confusion-small",
        "variants-step-1",
      ]),
    );
  });

  test.each(drawn.map(drawing => [drawing.name, drawing] as const))(
    "%s is whole, the same twice, and has n and the method in its caption",
    (_, drawing) => {
      const svg = svgOf(drawing);
      expect(svg).not.toMatch(/NaN|Infinity|undefined| style=|<style|class=|href=/);
      expect(svg.match(/="[^"]*\d\.\d{3,}[^"]*"/)).toBeNull();
      expect(parseHTML(svg).document.querySelectorAll("path, line, circle, rect").length).toBeGreaterThan(8);
      expect(svgOf(again.get(drawing.name)) === svg).toBe(true);
      expect("caption" in drawing ? drawing.caption : "").toMatch(/n = \d+/);
      expect("caption" in drawing ? drawing.caption : "").toMatch(
        /intervals? from \d+ bootstrap resamples|no intervals/i,
      );
    },
  );

  test("on a page has a name for those who do not see it and no ink of its own", () => {
    const drawing = named("entropy-by-size");
    const svg = drawing === undefined || "reason" in drawing ? "" : inlineSvg(drawing.picture, drawing);
    expect(svg).toContain('role="img"');
    expect(svg).toContain(`aria-label="${drawing?.title}"`);
    expect(svg).toContain('fill="currentColor"');
    expect(svg).not.toContain("#FFFFFF");
  });
});

describe("what figures show", () => {
  test("a curve's label holds the slope that results.json has", () => {
    const slope = results.curves.invented?.base?.step1?.slope.value ?? Number.NaN;
    expect(slope).toBeLessThan(0);
    const texts = textsOf(svgOf(named("entropy-by-size")));
    expect(texts).toContain("invented base");
    expect(texts.some(text => text?.startsWith(slope.toFixed(3).replace("-", "−")))).toBe(true);
  });

  test("points stand where their numbers are: heights of three means are in proportion", () => {
    const points = results.curves.invented?.base?.step1?.points.map(({value}) => value ?? Number.NaN) ?? [];
    const svg = svgOf(named("entropy-by-size"));
    const line =
      /<path d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)L([\d.]+),([\d.]+)"/.exec(svg)?.slice(1).map(Number) ?? [];
    const [, y0 = 0, , y1 = 0, , y2 = 0] = line;
    const [v0 = 0, v1 = 0, v2 = 0] = points;
    expect((y1 - y0) / (y2 - y0)).toBeCloseTo((v1 - v0) / (v2 - v0), 2);
    const [x0 = 0, , x1 = 0, , x2 = 0] = line;
    expect((x1 - x0) / (x2 - x0)).toBeCloseTo(Math.log(4) / Math.log(20), 2);
  });

  test("a label that is markup stays text, control characters leave no trace in XML", () => {
    const hostile = '</text><script>alert(1)</script>\u0001\u202e"';
    const renamed = {...results, runs: results.runs.map(row => (row.run === "small" ? {...row, title: hostile} : row))};
    const svg = confusion.draw(renamed).map(svgOf).join("");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;alert(1)");
    for (const trace of ["<script", "\u0001", "\u202e"]) expect(svg.includes(trace)).toBe(false);
  });
});

describe("where there is little or nothing to draw", () => {
  test("one model of one size draws its point and says that there is no slope", () => {
    const run = aRunOf(LADDER[0] ?? {name: "small", parameters: 1, sharpness: 1}, someDocuments(24));
    const alone = resultsOf([run]);
    expect(textsOf(svgOf(sizeCurves.draw(alone)[0]))).toContain("no slope: one size");
    expect(variantSlopes.draw(alone)).toMatchObject([{reason: expect.stringContaining("no two of the compared runs")}]);
  });

  test("one document gives no interval and says why", () => {
    const [curve] = sizeCurves.draw(resultsOf(LADDER.map(model => aRunOf(model, someDocuments(1)))));
    expect(curve !== undefined && "caption" in curve ? curve.caption : "").toContain(
      "No intervals: 1 document: an interval needs at least 10",
    );
  });

  test("a violin of equal values is a diamond, not an area", () => {
    const documents = someDocuments(12).map(document => ({...document, annotations: [["joy"]]}));
    const run = aRunOf({name: "flat", parameters: 100, sharpness: 0}, documents);
    const svg = svgOf(spreadViolins.draw(resultsOf([run]))[0]);
    expect(svg).toContain("M0,-");
    expect(svg).not.toMatch(/fill="#0072B2" fill-opacity="0.28"/);
  });
});

test("the KL of quantisation is drawn from the reports there are, with their number and the bound in words", () => {
  const [drawing] = klQuantiles.draw(withKlReports(results));
  expect(klQuantiles.draw(results)).toEqual([]);
  expect(drawing).toMatchObject({caption: expect.stringContaining("n = 40 label steps")});
  expect(drawing).toMatchObject({caption: expect.stringContaining("Lower bounds")});
  expect(textsOf(svgOf(drawing))).toEqual(expect.arrayContaining(["1 %", "50 %", "max", "nats"]));
});
