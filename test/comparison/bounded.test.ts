import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {parse} from "csv-parse/sync";
import {expect, test} from "vitest";
import {z} from "zod";
import {compareCommand} from "../../src/commands/compare.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {aModel, capture, engineOf, workspace} from "../run/workspace.ts";
import {ABOVE, BELOW, boundingEngine} from "../support/bounded-engine.ts";

const rowsSchema = z.array(z.record(z.string(), z.string()));

/** One model's numbers twice: read exactly, and by an engine that bounds the entropy of the vocabulary. */
async function compared() {
  const place = await workspace();
  await aModel(join(place.folder, "served.gguf"), 2048);
  const exact = await capture(place);
  const bounded = await capture({...place, model: "served.gguf"}, {}, {engine: boundingEngine(engineOf())});
  const io = {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd: place.folder};
  const runs = [exact.folder, bounded.folder];
  const {text} = await compareCommand({runs, out: "out", resamples: 50, report: true}, io);
  const read = async (name: string) => await readFile(join(place.folder, "out", name), "utf8");
  const table = async (name: string) => rowsSchema.parse(parse(await read(`${name}.csv`), {columns: true}));
  return {
    text,
    page: await read("report.html"),
    results: resultsSchema.parse(JSON.parse(await read("results.json"))),
    table,
  };
}

test("an exact run against a bounded one: said in words, label scores compared exactly, intervals for the rest everywhere", async () => {
  const {text, page, results, table} = await compared();

  // In words, on the terminal and on the page.
  expect(text).toMatch(/differ in how exact their read-outs are .*exact, logits against vocabulary entropy bounded/);
  expect(text).toMatch(/served: its engine bounds what it does not see of the vocabulary/);
  expect(page).toContain("its engine bounds what it does not see of the vocabulary");
  expect(results.warnings.map(({code}) => code)).toEqual(
    expect.arrayContaining(["different-read-outs", "bounded-read-outs"]),
  );
  expect(results.runs[0]?.provenance).not.toHaveProperty("readOuts");
  expect(results.runs[1]?.provenance).toMatchObject({readOuts: {vocabEntropy: "bounded"}});

  // Label scores are exact and the same, and so is what is made of them.
  const differences = results.pairs.flatMap(({difference}) => difference.value ?? []);
  expect(differences.length).toBeGreaterThan(5);
  expect(new Set(differences)).toEqual(new Set([0]));

  // The bounded mean lies between the exact one's bounds; no number stands for it.
  const meanOf = (run: string) => results.dynamics[run]?.steps["1"]?.all.vocabEntropyBits.mean;
  const [exact, bounded] = [meanOf("model"), meanOf("served")];
  const value = exact?.value ?? Number.NaN;
  expect(bounded?.value).toBeUndefined();
  expect(bounded?.between?.[0]).toBeCloseTo(value - BELOW, 9);
  expect(bounded?.between?.[1]).toBeCloseTo(value + ABOVE, 9);
  const place = "dynamics\\.served\\.steps\\.1\\.all\\.vocabEntropyBits\\.mean";
  const cell = new RegExp(`data-path="${place}"[^>]*>([^<]*)`).exec(page)?.[1];
  expect(cell).toMatch(/^\d\.\d+ to \d\.\d+/);

  const row = (await table("dynamics")).find(
    ({run, path}) => run === "served" && path === "steps.1.all.vocabEntropyBits.mean",
  );
  expect(row).toMatchObject({value: "", reason: expect.stringContaining("bounds")});
  expect(Number(row?.betweenLower)).toBeCloseTo(value - BELOW, 9);
  expect(Number(row?.betweenUpper)).toBeCloseTo(value + ABOVE, 9);
  const points = (await table("curves")).filter(({run, curve}) => run === "served" && curve?.startsWith("vocab"));
  expect(points.length).toBeGreaterThan(0);
  for (const point of points) expect(point).toMatchObject({value: ""});

  // Step by step: two bounds beside an empty cell, and the entropy over the labels as the exact run has it.
  const steps = await table("steps");
  const of = (run: string) => steps.filter(step => step.run === run);
  expect(of("served").length).toBe(of("model").length);
  for (const [index, step] of of("served").entries()) {
    const bits = Number(of("model")[index]?.vocabEntropyBits);
    expect(step.vocabEntropyBits).toBe("");
    expect(Number(step.vocabEntropyBitsLower)).toBeCloseTo(bits - BELOW, 9);
    expect(Number(step.vocabEntropyBitsUpper)).toBeCloseTo(bits + ABOVE, 9);
    expect(step.entropyBits).toBe(of("model")[index]?.entropyBits);
  }
});
