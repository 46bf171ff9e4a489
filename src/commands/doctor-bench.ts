import {statSync} from "node:fs";
import {rm} from "node:fs/promises";
import {freemem, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {availableBytes} from "../catalog/disk-space.ts";
import {formatBytes} from "../catalog/format-bytes.ts";
import {alignColumns} from "../catalog/table.ts";
import {counted} from "../counted.ts";
import type {Model} from "../engine/engine.ts";
import type {LocalEngine} from "../engine/local.ts";
import {FORMATS} from "../engine/native/formats.ts";
import {measureInTurn, medianGain, medianSpeed, type Speed, type SpeedShape} from "../run/model-speed.ts";
import {type ThreadChoice, threadsFor} from "../run/threads.ts";
import {scratchFolder} from "../scratch-folder.ts";
import type {CommandIo} from "./command.ts";

/** Sequences that decode at once, and tokens of an evaluation. */
const SHAPES = [
  {lanes: 1, batchTokens: 64},
  {lanes: 8, batchTokens: 128},
  {lanes: 16, batchTokens: 512},
] as const;
/** The shape in which formats are compared. */
const FORMAT_SHAPE = {lanes: 8, batchTokens: 128} as const;
const MOST = {rounds: 5, seconds: 60} as const;
const MOST_A_FORMAT = {rounds: 3, seconds: 20} as const;
/** A rewritten file of more bytes is not made. */
const LARGEST_FILE = 4 * 2 ** 30;

interface FormatRow {
  readonly format: string;
  /** Tokens a second, and how many times as many as the file itself gave in turn with it; absent where it was not measured. */
  readonly measured?: {readonly sizeBytes: number; readonly speed: Speed; readonly gain: Speed};
  /** Why it was not. */
  readonly because?: string;
}

export interface BenchResult {
  readonly threads: number;
  readonly threadsBecause?: string;
  /** Processes that ran or waited in the minute before. */
  readonly load: number;
  readonly rounds: number;
  readonly shapes: readonly (SpeedShape & Speed)[];
  /** How many times as fast it is with flash attention, for each of the shapes without. */
  readonly flashAttention: readonly Speed[];
  readonly formats: readonly FormatRow[];
}

export interface BenchedModel {
  readonly id: string;
  /** Absent where the model is more than one plain file: then no format is tried. */
  readonly path?: string;
  readonly totalParameters: number;
}

/**
 * `doctor MODEL --bench`: tokens a second of one model here at a few shapes, with and without flash attention, and what other
 * formats of it would give. A format is measured: the file is rewritten in it, and removed.
 */
export async function benchModel(
  engine: LocalEngine,
  model: Model,
  of: BenchedModel,
  io: CommandIo,
): Promise<BenchResult> {
  const load = loadavg()[0] ?? 0;
  const facts = {strict: false, parameters: of.totalParameters, local: true};
  const {threads, because}: ThreadChoice = await threadsFor(engine, of.id, model, facts, io.signal);
  io.notice(`${of.id}: speed is measured with ${counted(threads, "thread")}, which takes a minute or more`);
  if (load >= 1) io.notice(`other programs run here (load ${load.toFixed(1)}): alone, the model would be faster`);
  const shapes = SHAPES.flatMap(shape => [false, true].map(flashAttention => ({...shape, threads, flashAttention})));
  const speeds = await measureInTurn(
    shapes.map(shape => ({model, shape})),
    MOST,
    io.signal,
  );
  return {
    threads,
    ...(because === undefined ? {} : {threadsBecause: because}),
    load,
    rounds: speeds[0]?.length ?? 0,
    shapes: shapes.map((shape, place) => ({...shape, ...medianSpeed(speeds[place] ?? [])})),
    flashAttention: SHAPES.map((_, at) => medianGain(speeds[2 * at + 1] ?? [], speeds[2 * at] ?? [])),
    formats: await benchFormats(engine, model, of, {...FORMAT_SHAPE, threads, flashAttention: false}, io),
  };
}

async function benchFormats(
  engine: LocalEngine,
  model: Model,
  {id, path, totalParameters}: BenchedModel,
  shape: SpeedShape,
  io: CommandIo,
): Promise<FormatRow[]> {
  const {readerState} = engine;
  const none = (because: string) => FORMATS.map(({name}) => ({format: name, because}));
  if (path === undefined) return none("only a model in one file, without an adapter, is rewritten");
  if ("reason" in readerState) return none("the native reader rewrites files, and it cannot be used");
  await using scratch = await scratchFolder(tmpdir(), "labelscope-formats");
  const folder = scratch.path;
  const rows: FormatRow[] = [];
  for (const {name, ftype, bits} of FORMATS) {
    io.signal.throwIfAborted();
    io.progress({subject: `${id} · formats`, done: rows.length, total: FORMATS.length, unit: "files", note: name});
    const size = (totalParameters * bits) / 8;
    const room = Math.min(LARGEST_FILE, freemem() / 2, (await availableBytes(folder)) ?? 0);
    if (size > room) {
      rows.push({format: name, because: `it takes ${formatBytes(size)}, and there is room for ${formatBytes(room)}`});
      continue;
    }
    const file = join(folder, `${name}.gguf`);
    try {
      await readerState.reader.quantize(path, file, ftype, shape.threads);
      rows.push({format: name, measured: await measureFile(engine, file, model, shape, io.signal)});
    } catch (error) {
      if (io.signal.aborted) throw error;
      rows.push({
        format: name,
        because: error instanceof Error ? error.message.replaceAll(folder, "…") : "it failed",
      });
    } finally {
      await rm(file, {force: true});
    }
  }
  return rows;
}

async function measureFile(engine: LocalEngine, file: string, own: Model, shape: SpeedShape, signal: AbortSignal) {
  await using model = await engine.loadModel(file, {signal});
  const both = [model, own].map(one => ({model: one, shape}));
  const [speeds = [], base = []] = await measureInTurn(both, MOST_A_FORMAT, signal);
  return {sizeBytes: statSync(file).size, speed: medianSpeed(speeds), gain: medianGain(speeds, base)};
}

/** The two tables, with what they say. */
export function benchText({threads, load, rounds, shapes, flashAttention, formats}: BenchResult): string {
  const pair = ({prefill, decode}: Speed, digits: number, unit = "") =>
    [prefill, decode].map(value => `${value.toFixed(digits)}${unit}`);
  const shapeRows = [
    ["batch", "sequences", "flash attention", "prefill", "decode", "with / without"],
    ...shapes.map((shape, place) => [
      `${shape.batchTokens}`,
      `${shape.lanes}`,
      shape.flashAttention ? "on" : "off",
      ...pair(shape, 0),
      shape.flashAttention ? pair(flashAttention[(place - 1) / 2] ?? shape, 2, " ×").join(", ") : "",
    ]),
  ];
  const formatRows = [
    ["format", "file", "prefill", "decode", "as fast as this file"],
    ...formats.map(({format, measured, because = ""}) =>
      measured === undefined
        ? [format, "–", "–", "–", `not measured: ${because}`]
        : [
            format,
            formatBytes(measured.sizeBytes),
            ...pair(measured.speed, 0),
            pair(measured.gain, 2, " ×").join(", "),
          ],
    ),
  ];
  return `
Tokens a second, ${counted(threads, "thread")}, load ${load.toFixed(1)}; medians of ${counted(rounds, "round")}
${alignColumns(shapeRows, [0, 1, 3, 4])}

Other formats of this file: batch ${FORMAT_SHAPE.batchTokens}, ${FORMAT_SHAPE.lanes} sequences, flash attention off
${alignColumns(formatRows, [1, 2, 3])}
Another format is another model: its numbers differ. A file rewritten from a quantised one is good for its speed only.
`;
}
