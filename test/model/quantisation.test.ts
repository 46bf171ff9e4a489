import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {Results} from "../../src/records/results/results.ts";
import type {VariantPair} from "../../src/records/results/variants.ts";
import type {Trace} from "../../src/records/trace.ts";
import {readTraces} from "../../src/store/trace-file.ts";
import type {Ended} from "../cli-process.ts";
import {type Comparison, captureAndCompare} from "./comparison.ts";

const BASE = "ladder-xs-base";
const MODELS = [BASE, `${BASE}-q8_0`, `${BASE}-q4_0`];
const DOCUMENTS = 24;

let comparison: Comparison;
let cwd = "";
let compared: Ended;
let results: Results;

beforeAll(async () => {
  comparison = await captureAndCompare(MODELS, {
    run: ["--force-answers", "gold", "--full-logits", "--limit", String(DOCUMENTS)],
    compare: ["--no-report"],
  });
  ({cwd, compared, results} = comparison);
});
afterAll(async () => await comparison[Symbol.asyncDispose]());

function pairTo(model: string): VariantPair {
  const run = results.runs.find(({title}) => title === model)?.run;
  const pair = results.variants.find(({variant}) => variant === run);
  if (pair === undefined) throw new Error(`no pair ends in ${model}`);
  return pair;
}

/** Log-probabilities of a run's label steps, by document and place, straight from the bytes of its logits.npy. */
async function logProbabilities(run: string): Promise<Map<string, number[]>> {
  const folder = join(cwd, "runs", results.runs.find(row => row.run === run)?.folder ?? run);
  const bytes = await readFile(join(folder, "logits.npy"));
  const [, columns] =
    /\((\d+), (\d+)\)/
      .exec(bytes.toString("latin1", 10, 128))
      ?.slice(1)
      .map(Number) ?? [];
  if (columns === undefined) throw new Error("logits.npy names no shape");
  const start = 10 + bytes.readUInt16LE(8);
  const traces: Trace[] = [];
  for await (const trace of readTraces(join(folder, "traces.jsonl"))) traces.push(trace);
  const rows = new Map<string, number[]>();
  for (const {document, steps} of traces) {
    for (const {r, logitsRow = -1} of steps) {
      const logits = Array.from({length: columns}, (_, i) => bytes.readFloatLE(start + 4 * (logitsRow * columns + i)));
      const most = Math.max(...logits);
      const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z - most), 0));
      rows.set(
        `${document.id} ${r}`,
        logits.map(z => z - most - total),
      );
    }
  }
  return rows;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const divergence = (p: readonly number[], q: readonly number[]) =>
  p.reduce((sum, value, i) => sum + Math.exp(value) * (value - (q[i] ?? Number.NaN)), 0);

describe("quantisations of one embedded model", () => {
  test("are paired with the one of the most bits, and shown in the terminal", () => {
    expect(compared.code).toBe(0);
    expect(results.variants.map(({kind, title}) => `${kind}: ${title}`).sort()).toEqual([
      "quantisation: F16 → Q4_0",
      "quantisation: F16 → Q8_0",
    ]);
    expect(compared.stdout).toMatch(/\nladder-xs-base → ladder-xs-base-q4_0 +24 +[+-]?\d/);
    expect(Object.keys(results.curves).sort()).toEqual(["ladder-F16", "ladder-Q4_0", "ladder-Q8_0"]);
  });

  test("diverge by what their stored logits say, at the first step and at the later ones", async () => {
    for (const model of MODELS.slice(1)) {
      const {base, variant, step1, later} = pairTo(model);
      const [one, other] = [await logProbabilities(base), await logProbabilities(variant)];
      const at = (wanted: (r: number) => boolean) =>
        [...one].flatMap(([key, p]) => {
          const q = other.get(key);
          return q !== undefined && wanted(Number(key.split(" ").at(-1))) ? [{p, q}] : [];
        });
      const first = at(r => r === 1);
      const rest = at(r => r > 1);
      expect(first).toHaveLength(DOCUMENTS);
      expect(step1.vocabKlNats).toMatchObject({bound: "exact", n: DOCUMENTS});
      expect(step1.vocabKlNats.value).toBeCloseTo(mean(first.map(({p, q}) => divergence(q, p))), 12);
      expect(later?.all?.vocabKlNats.value).toBeCloseTo(mean(rest.map(({p, q}) => divergence(q, p))), 12);
      // llama.cpp's report has the other direction.
      const reversed = first.map(({p, q}) => divergence(p, q)).sort((a, b) => a - b);
      expect(step1.klReport).toMatchObject({direction: "base‖variant", bound: "exact"});
      expect(step1.klReport?.kld.mean.value).toBeCloseTo(mean(reversed), 12);
      expect(step1.klReport?.kld.max).toBeCloseTo(reversed.at(-1) ?? Number.NaN, 12);
      expect(step1.klReport?.kld.median).toBeCloseTo(((reversed[11] ?? 0) + (reversed[12] ?? 0)) / 2, 12);
    }
  });

  test("diverge the more the fewer bits there are", () => {
    const [eight, four] = MODELS.slice(1).map(model => pairTo(model).step1.vocabKlNats.value ?? Number.NaN);
    expect(eight).toBeGreaterThan(0);
    expect(four).toBeGreaterThan(10 * (eight ?? Number.NaN));
  });
});
