import {z} from "zod";
import {rankLabels} from "../dynamics/run-view.ts";
import {isExact, lowerOf, upperOf, type Value} from "../math/bounded.ts";
import {largest} from "../math/extremes.ts";
import type {Results} from "../records/results/results.ts";
import {measuredSchema} from "../records/results/value.ts";
import type {ComparedRun} from "./compared-run.ts";
import type {Cell, CsvTable} from "./csv.ts";

const MEASURED = ["value", "lower", "upper", "n", "method", "reason", "note"];
/** Between which numbers a value lies that the engine bounds. */
const BOUNDS = ["betweenLower", "betweenUpper"];
const boundsSchema = z.array(z.number());

/** Parts of the records that are drawn and not read: the outlines of violins. */
const DRAWN = new Set(["outline"]);

/** The tables of dynamics, curves and variants, a CSV file each, by the names that their numbers have in results.json. */
export function generationTables({
  dynamics,
  curves,
  variants,
}: Pick<Results, "dynamics" | "curves" | "variants">): CsvTable[] {
  const curveRows = Object.entries(curves).flatMap(([family, byVariant]) =>
    Object.entries(byVariant).flatMap(([variant, byCurve]) =>
      Object.entries(byCurve).map(([curve, record]) => ({key: [family, variant, curve], record})),
    ),
  );
  const pairs = variants.map(({base, variant, kind, ...record}) => ({key: [base, variant, kind], record}));
  const measured = holdsBounds([dynamics, curves, variants]) ? [...MEASURED, ...BOUNDS] : MEASURED;
  const numberRows = (key: readonly string[], record: unknown) => rowsOf(measured, key, record);
  return [
    {
      name: "dynamics",
      header: ["run", "path", ...measured],
      rows: Object.entries(dynamics).flatMap(([run, record]) => numberRows([run], record)),
    },
    {
      name: "confusion",
      header: ["run", "gold", "emitted", "together", "instead", "goldDocuments", "emittedDocuments"],
      rows: Object.entries(dynamics).flatMap(([run, {confusion}]) =>
        confusion.rows.flatMap((gold, row) =>
          confusion.columns.map((emitted, column): Cell[] => [
            run,
            gold,
            emitted,
            confusion.together[row]?.[column],
            confusion.instead[row]?.[column],
            confusion.gold[row],
            confusion.emitted[column],
          ]),
        ),
      ),
    },
    {
      name: "curves",
      header: ["family", "variant", "curve", "run", "total", "nonEmbedding", ...measured, "matched", "unit"],
      rows: curveRows.flatMap(({key, record: {points, matched, unit}}) =>
        points.map(({run, total, nonEmbedding, ...point}): Cell[] => [
          ...key,
          run,
          total,
          nonEmbedding,
          ...measuredCells(measured, point),
          matched,
          unit,
        ]),
      ),
    },
    {
      name: "slopes",
      header: ["family", "variant", "curve", "path", ...measured],
      rows: curveRows.flatMap(({key, record: {points: _, ...record}}) => numberRows(key, record)),
    },
    {
      name: "variants",
      header: ["base", "variant", "kind", "path", ...measured],
      rows: pairs.flatMap(({key, record}) => numberRows(key, record)),
    },
    {
      name: "flips",
      header: ["base", "variant", "kind", "step", "id", "fromLabel", "toLabel"],
      rows: pairs.flatMap(({key, record: {step1, later = {}}}) =>
        [["1", step1] as const, ...Object.entries(later)].flatMap(([step, {flips}]) =>
          flips.map(({id, base, variant}): Cell[] => [...key, step, id, base, variant]),
        ),
      ),
    },
  ];
}

/** The values behind the violins: one row a label step of a test document. */
export function stepsTable(runs: readonly ComparedRun[]): CsvTable {
  const header = ["run", "id", "r", "kind", "forced", "emittedKind", "emitted", "top", "second", "topProbability"];
  const numbers = ["topToSecond", "entropyBits", "vocabEntropyBits", "labelMass", "argmaxIsLabel", "stop"];
  // What an engine bounds has no number: its bounds stand in columns of their own, which are there where they are needed.
  const isBounded = (value: Value | undefined) => value !== undefined && !isExact(value);
  const bounds = runs.some(({documents}) =>
    documents.test.some(({trace}) =>
      trace?.steps.some(step => isBounded(step.vocabEntropyBits) || isBounded(step.branch?.stop)),
    ),
  );
  const exactly = (value: Value | undefined) => (value === undefined || !isExact(value) ? undefined : value);
  const ends = (value: Value | undefined): Cell[] =>
    value === undefined ? [undefined, undefined] : [lowerOf(value), upperOf(value)];
  const rows = runs.flatMap(({name, documents}) =>
    documents.test.flatMap(({document: {id}, trace}) =>
      (trace?.steps ?? []).map((step): Cell[] => [
        name,
        id,
        step.r,
        step.kind,
        step.forced ?? false,
        step.emitted.kind,
        step.emitted.label ?? step.emitted.text,
        step.top,
        step.second,
        largest(step.probabilities),
        step.topToSecond ?? undefined,
        step.entropyBits,
        exactly(step.vocabEntropyBits),
        step.labelMass,
        step.argmaxIsLabel,
        exactly(step.branch?.stop),
        ...(bounds ? [...ends(step.vocabEntropyBits), ...ends(step.branch?.stop)] : []),
      ]),
    ),
  );
  const ofBounds = ["vocabEntropyBitsLower", "vocabEntropyBitsUpper", "stopLower", "stopUpper"];
  return {name: "steps", header: [...header, ...numbers, ...(bounds ? ofBounds : [])], rows};
}

/** The label distributions behind the sorted probabilities: one row a document and label at step 1, by rank. */
export function firstDistributionsTable(runs: readonly ComparedRun[]): CsvTable {
  const rows = runs.flatMap(({name, manifest: {labels}, documents}) =>
    documents.test.flatMap(({document: {id}, trace}) => {
      const step = trace?.steps.find(({r}) => r === 1);
      if (step === undefined) return [];
      return rankLabels(step).map((index, place): Cell[] => [
        name,
        id,
        place + 1,
        labels[index],
        step.probabilities[index],
      ]);
    }),
  );
  return {name: "first-distributions", header: ["run", "id", "rank", "label", "probability"], rows};
}

/** Whether any number of these records is bounded: only then do tables have columns for bounds. */
function holdsBounds(record: unknown): boolean {
  if (typeof record !== "object" || record === null) return false;
  return "between" in record || Object.values(record).some(holdsBounds);
}

function measuredCells(columns: readonly string[], {between, ...number}: {readonly [name: string]: unknown}): Cell[] {
  const [betweenLower, betweenUpper] = boundsSchema.parse(between ?? []);
  const all: {readonly [name: string]: unknown} = {...number, betweenLower, betweenUpper};
  return columns.map(name => {
    const cell = all[name];
    return typeof cell === "number" || typeof cell === "string" ? cell : undefined;
  });
}

/**
 * Every number of a record as a row, its place written as in `--fail-if`: measured ones with their interval, counts and
 * quantiles as bare values.
 */
function rowsOf(columns: readonly string[], key: readonly string[], record: unknown, path = ""): Cell[][] {
  if (typeof record === "number") return [[...key, path, ...measuredCells(columns, {value: record})]];
  if (typeof record !== "object" || record === null) return [];
  if (isMeasured(record)) return [[...key, path, ...measuredCells(columns, record)]];
  return Object.entries(record)
    .filter(([name]) => !DRAWN.has(name))
    .flatMap(([name, part]) => rowsOf(columns, key, part, path === "" ? name : `${path}.${name}`));
}

/** A measured number, also where a record has more fields than that. */
function isMeasured(record: object): record is {readonly [name: string]: unknown} {
  const known = Object.fromEntries(Object.entries(record).filter(([name]) => MEASURED.includes(name)));
  return measuredSchema.safeParse(known).success;
}
