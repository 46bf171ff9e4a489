import {parseHTML} from "linkedom";
import {describe, expect, test} from "vitest";
import type {Probes} from "../../src/records/results/probes.ts";
import {dynamicsSection} from "../../src/report/section/dynamics.ts";
import {someResults} from "./synthetic.ts";

const {results} = someResults();
const trained = {documents: 40, leftOut: [], components: 8, inversePenalty: 0.1};

/** The scores differ in every number. */
const probes: Probes = {
  trained: {gold: trained, predictions: trained},
  scores: (["all", "after-first"] as const).map((labels, place) => ({
    trainedOn: "predictions",
    scoredOn: "gold",
    labels,
    pairs: 100 + place,
    positives: 30 + place,
    microF1: {value: 0.25 + place / 8, n: 20},
    averagePrecision: place === 0 ? {value: 0.5, n: 20} : {reason: "no pair is in the target", n: 20},
  })),
};

const tableOf = (found: typeof results) =>
  parseHTML(dynamicsSection(found, []).markup).document.querySelector('[data-table="probes"]');

describe("the table of probes on the page", () => {
  test("has a row a score, each number with its place in results.json, a missing one as a dash", () => {
    const table = tableOf({...results, probes: {small: probes, middle: {reason: "not captured"}}});
    const cells = [...(table?.querySelectorAll("[data-path]") ?? [])].map(cell => [
      cell.getAttribute("data-path"),
      cell.getAttribute("data-value"),
    ]);
    expect(cells).toEqual([
      ["probes.small.scores.0.pairs", "100"],
      ["probes.small.scores.0.positives", "30"],
      ["probes.small.scores.0.averagePrecision", "0.5"],
      ["probes.small.scores.0.microF1", "0.25"],
      ["probes.small.scores.1.pairs", "101"],
      ["probes.small.scores.1.positives", "31"],
      ["probes.small.scores.1.averagePrecision", null],
      ["probes.small.scores.1.microF1", "0.375"],
    ]);
  });

  test("is left out where no run has probes", () => {
    expect(tableOf({...results, probes: {small: {reason: "not captured"}}})).toBeNull();
    const {probes: _, ...without} = results;
    expect(tableOf(without)).toBeNull();
  });
});
