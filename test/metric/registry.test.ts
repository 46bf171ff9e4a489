import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {LabelscopeError} from "../../src/errors.ts";
import {metricList, metricNamed, metrics} from "../../src/metric/index.ts";
import {goldenCases} from "./cases.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/measurements/metrics.md"), "utf8");

describe("the registry of metrics", () => {
  test("holds each metric under its own name", () => {
    expect(metricList.length).toBeGreaterThanOrEqual(15);
    expect(Object.entries(metrics).map(([key, metric]) => [key, metric.name])).toEqual(
      Object.keys(metrics).map(key => [key, key]),
    );
  });

  test.each(metricList)("$name has golden values in every case, and a number in most", metric => {
    const rows = goldenCases.map(golden => golden.expected.metrics[metric.name]);
    expect(rows).not.toContain(undefined);
    expect(rows.filter(row => typeof row?.value === "number").length).toBeGreaterThan(rows.length / 2);
  });

  test.each(metricList)("$name has a row in the docs with its title, direction and unit", metric => {
    const row = page.split("\n").find(line => line.startsWith(`| \`${metric.name}\` |`));
    expect(row).toContain(`| ${metric.title} |`);
    expect(row).toContain(`| ${metric.better} |`);
    expect(row).toContain(`| ${metric.unit} |`);
  });

  test.each(metricList)("$name describes itself", metric => {
    const {low, high} = metric.range(5);
    expect(low).toBeLessThan(high);
    expect(metric.summary.length).toBeGreaterThan(30);
    expect(metric.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test("gives a metric by name, and lists the names when there is none", () => {
    expect(metricNamed("nll")).toBe(metrics.nll);
    expect(() => metricNamed("accuracy")).toThrow(LabelscopeError);
    expect(() => metricNamed("accuracy")).toThrow(/"accuracy" is not known/);
  });
});
