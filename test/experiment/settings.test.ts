import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {drawSamples} from "../../src/dynamics/measure.ts";
import {multiLabel} from "../../src/dynamics/order.ts";
import {viewRun} from "../../src/dynamics/run-view.ts";
import {experimentList} from "../../src/experiment/index.ts";
import {multiShare} from "../../src/experiment/multi-share.ts";
import {shots} from "../../src/experiment/shots.ts";
import {createRng} from "../../src/math/rng.ts";
import {metricNamed} from "../../src/metric/index.ts";
import {metricTable} from "../../src/metric/input.ts";
import {resample} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";
import {captured, labelStep} from "../dynamics/support.ts";
import {materialOf, settingRun} from "./support.ts";

const ORDER = ["anger", "fear", "joy"];
const answering = (labelsOf: (place: number) => string[]) =>
  Array.from({length: 12}, (_, i) => {
    const p = [0.1, 0.2, 0.3 + i / 100, 0.4 - i / 100];
    return captured(`d${String(i).padStart(2, "0")}`, {
      steps: [labelStep(1, p, "joy")],
      labels: labelsOf(i),
      gold: i % 3 === 0 ? ["joy", "fear"] : ["joy"],
    });
  });

describe("multi-share", () => {
  const composition = {count: 5, multi: 1, single: 3, none: 1};
  const never = settingRun(
    "0",
    ORDER,
    answering(() => ["joy"]),
    {composition},
  );
  const often = settingRun(
    "1",
    ORDER,
    answering(i => (i < 9 ? ["fear", "joy"] : ["joy"])),
  );
  const [rates, changes] = multiShare.tables(materialOf([never, often]));

  test("the rate of answers with several labels is that of the comparison's dynamics, to the interval", () => {
    const samples = drawSamples(12, {resamples: 200, rng: createRng("0/documents")});
    const expected = multiLabel(viewRun(often), samples, often.manifest.prompt.composition);
    expect(rates?.rows[1]?.cells["multi-label"]).toEqual(expected.answers);
    expect(rates?.rows[1]?.cells["multi-label-gold"]).toEqual(expected.gold);
    expect(rates?.rows[1]?.cells["multi-label"]).toMatchObject({value: 0.75, n: 12});
  });

  test("the demonstrated share is what the prompt holds, not what was asked for", () => {
    expect(rates?.rows[0]?.cells.demonstrated).toEqual({value: 0.2, n: 5});
    expect(rates?.rows[1]?.cells.demonstrated).toEqual({reason: "there are no demonstrations", n: 0});
  });

  test("changes are against the first share, and leave out the gold sets, which do not change", () => {
    expect(changes?.columns.map(({name}) => name)).not.toContain("multi-label-gold");
    expect(changes?.rows.map(({setting}) => setting)).toEqual(["0 → 1"]);
    expect(changes?.rows[0]?.cells["multi-label"]).toMatchObject({value: 0.75, n: 12});
    expect(changes?.rows[0]?.cells.labels).toMatchObject({value: 0.75, n: 12});
    expect(changes?.rows[0]?.cells["well-formed"]).toMatchObject({value: 0, lower: 0, upper: 0});
  });
});

describe("tables of settings", () => {
  const one = settingRun(
    "0",
    ORDER,
    answering(() => ["joy"]),
  );
  const tables = shots.tables(materialOf([one], ["hard"]));

  test("metrics and intervals are those of the metric's own table on the same resamples", () => {
    const cells = tables.find(({name}) => name === "hard")?.rows[0]?.cells;
    const documents = one.documents.map(({document, trace}) => ({
      id: document.id,
      q: ORDER.map(label => (trace?.answer.labels.includes(label) ? 1 - 1e-8 : 1e-8)),
      human: ORDER.map(label => (document.labels?.includes(label) ? 1 : 0)),
      gold: ORDER.map(label => document.labels?.includes(label) ?? false),
    }));
    const nll = metricNamed("nll").prepare(metricTable({labels: ORDER, documents}));
    const [draws] = resample([nll], {documents: documents.length, rng: createRng("0/documents"), resamples: 200});
    const interval = draws === undefined ? undefined : bootstrapInterval(draws);
    expect(cells?.nll?.value).toBe(nll.result.value);
    expect(interval).toMatchObject({given: true, low: cells?.nll?.lower, high: cells?.nll?.upper});
  });

  test("without a truth the error to it says why it is missing", () => {
    expect(tables.find(({name}) => name === "hard")?.rows[0]?.cells.error).toEqual({
      reason: "no document carries a truth",
      n: 0,
    });
  });
});

test("every experiment has a row with its default values in the documentation", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/experiments.md"), "utf8");
  for (const {name, values} of experimentList) {
    const row = page.split("\n").find(line => line.startsWith(`| \`${name}\` |`));
    expect(row).toContain(values === undefined ? "--orders" : `\`${values.defaults.join(",")}\``);
  }
});

describe("values", () => {
  const wrong: [string, string][] = [
    ["multi-share", "1.2"],
    ["multi-share", ""],
    ["shots", "-1"],
    ["shots", "2.5"],
    ["format", "xml"],
  ];
  test.each(wrong)("%s refuses %j with an example of what it takes", (name, value) => {
    const found = experimentList.find(experiment => experiment.name === name);
    expect(() => found?.variations({values: [value]})).toThrow(`cannot take the value "${value}"`);
  });

  test("of every experiment are accepted as its defaults", () => {
    for (const {variations, values} of experimentList) {
      const settings = variations({}).map(({setting}) => setting);
      expect(new Set(settings).size).toBe(settings.length);
      if (values !== undefined) expect(settings).toEqual(values.defaults);
    }
  });
});
