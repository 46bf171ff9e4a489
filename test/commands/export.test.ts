import {mkdir, readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {parse} from "csv-parse/sync";
import {asyncBufferFromFile, parquetReadObjects} from "hyparquet";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {exportCommand} from "../../src/commands/export.ts";
import {EXPORT_TABLES} from "../../src/export/names.ts";
import {writeManifest} from "../../src/store/manifest-file.ts";
import {aManifest, aStep, aTrace, emptyFolder, write} from "../store/records.ts";

const TRACES = [
  aTrace("a", {
    document: {id: "a", text: 'tabs\tand "quotes",\nsecond line', annotations: [["joy"], []]},
    steps: [
      aStep({scores: [1, null, -2], probabilities: [0.9, 0, 0.1], vocabEntropyBits: [1, 2]}),
      aStep({r: 2, kind: "cut", emitted: {text: "zebra", kind: "other"}, branch: {close: 0.6, goOn: 0.2, stop: 0.75}}),
    ],
  }),
  aTrace("=1+1", {steps: []}),
];

async function runs(...names: string[]): Promise<CommandIo> {
  const cwd = await emptyFolder();
  for (const name of names) {
    await mkdir(join(cwd, name), {recursive: true});
    await writeManifest(join(cwd, name), aManifest());
    await write(join(cwd, name), "trace", TRACES);
  }
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd};
}

async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  return (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map(line => JSON.parse(line));
}

describe("export", () => {
  test("gives a row for each label of each label step; what is missing is null, not 0", async () => {
    const io = await runs("one");
    const {data, text} = await exportCommand({runs: ["one"], table: "labels", out: "l.jsonl"}, io);
    expect(data).toMatchObject({rows: 6, documents: 2, file: "l.jsonl"});
    expect(text).toContain("6 rows, one for a label at a label step, of 2 documents of 1 run");
    const rows = await linesOf(join(io.cwd, "l.jsonl"));
    expect(rows.slice(0, 3)).toEqual([
      {
        run: "one",
        split: "test",
        id: "a",
        step: 1,
        kind: "last",
        label: "fear",
        score: 1,
        probability: 0.9,
        emitted: false,
      },
      {
        run: "one",
        split: "test",
        id: "a",
        step: 1,
        kind: "last",
        label: "joy",
        score: null,
        probability: 0,
        emitted: true,
      },
      {
        run: "one",
        split: "test",
        id: "a",
        step: 1,
        kind: "last",
        label: "none",
        score: -2,
        probability: 0.1,
        emitted: false,
      },
    ]);
  });

  test("keeps the two bounds of a bounded number apart, and both alike for an exact one", async () => {
    const io = await runs("one");
    await exportCommand({runs: ["one"], table: "steps", to: "jsonl"}, io);
    const [first, second] = await linesOf(join(io.cwd, "steps.jsonl"));
    expect(first).toMatchObject({vocab_entropy_bits_lower: 1, vocab_entropy_bits_upper: 2, stop_lower: null});
    expect(second).toMatchObject({stop_lower: 0.75, stop_upper: 0.75, emitted: "zebra", emitted_kind: "other"});
  });

  test.each(EXPORT_TABLES)("the table of %s says the same in CSV, JSONL and Parquet", async table => {
    const io = await runs("one", "two");
    for (const to of ["csv", "jsonl", "parquet"] as const) await exportCommand({runs: ["one", "two"], table, to}, io);
    const lines = await linesOf(join(io.cwd, `${table}.jsonl`));
    const file = await asyncBufferFromFile(join(io.cwd, `${table}.parquet`));
    expect(await parquetReadObjects({file})).toEqual(lines);
    const cells: Record<string, string>[] = parse(await readFile(join(io.cwd, `${table}.csv`), "utf8"), {
      columns: true,
    });
    expect(cells).toEqual(
      lines.map(line => Object.fromEntries(Object.entries(line).map(([name, value]) => [name, String(value ?? "")]))),
    );
  });

  test("a file that was there stays whole if the export is interrupted or a record is damaged", async () => {
    const io = await runs("one");
    await writeFile(join(io.cwd, "t.csv"), "old");
    const aborted = {...io, signal: AbortSignal.abort(new DOMException("interrupted", "AbortError"))};
    await expect(exportCommand({runs: ["one"], table: "steps", out: "t.csv"}, aborted)).rejects.toThrow("interrupted");
    await writeFile(join(io.cwd, "one", "traces.jsonl"), '{"schema": 2}\n');
    await expect(exportCommand({runs: ["one"], table: "steps", out: "t.csv"}, io)).rejects.toMatchObject({
      code: "record-damaged",
    });
    expect(await readFile(join(io.cwd, "t.csv"), "utf8")).toBe("old");
    expect((await readdir(io.cwd)).sort()).toEqual(["one", "t.csv"]);
  });

  test("two runs of one name are refused: their rows could not be told apart", async () => {
    const io = await runs("x/one", "y/one");
    await expect(exportCommand({runs: ["x/one", "y/one"], table: "steps"}, io)).rejects.toMatchObject({
      code: "same-run",
    });
  });
});
