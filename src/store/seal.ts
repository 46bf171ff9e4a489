import {createHash} from "node:crypto";
import type {Manifest} from "../records/manifest.ts";
import {canonicalJson} from "../task/hash.ts";
import type {Damage} from "./meaning/meaning.ts";

const DIGITS = 16;
const [BEFORE, AFTER] = [',"sum":"', '"}'];
const TAIL = BEFORE.length + DIGITS + AFTER.length;

/** The first 16 hexadecimal digits of the SHA-256 of some texts and bytes, one after the other. */
export function checksum(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, DIGITS);
}

/** The checksum of a matrix row's bytes as they are stored: little-endian, as every machine that the engine runs on. */
export function rowSum(row: Float32Array): string {
  return checksum(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
}

/** Whether a row is the one that its record was written with; nothing is known of rows of schema 1. */
export function rowDamage(row: Float32Array, sum: string | undefined, field = "row"): Damage | undefined {
  if (sum === undefined || rowSum(row) === sum) return undefined;
  return {field, problem: "the row of the matrix that it names is not the one that was written"};
}

/**
 * What the records of a run mean anything by: it goes into the checksum of every line, so that a line of another run, or a
 * manifest with other labels, is told. Shards of one run have the same; names and paths are no part of it.
 */
export function bindingOf(manifest: Manifest): string {
  const {identity, labels, noneLabel, model, prompt, answerBudget} = manifest;
  const {shard: _shard, task: _task, model: _model, ...options} = identity;
  const {sha256, adapter} = model;
  const facts = {options, labels, noneLabel, sha256, adapter: adapter?.sha256, scale: adapter?.scale};
  return checksum(canonicalJson({...facts, task: manifest.task.hash, prompt: prompt.hash, answerBudget}));
}

/**
 * A record as its line, without the line end: JSON whose last key, `sum`, is the checksum of the binding and of all the
 * bytes before it.
 *
 * @param record with at least one key
 */
export function sealLine(record: object, binding: string): string {
  const text = JSON.stringify(record).slice(0, -1);
  return `${text}${BEFORE}${checksum(binding, text)}${AFTER}`;
}

/** A line taken apart; `sum` and `holds` are absent where it was never sealed (schema 1). */
export interface OpenedLine {
  /** The JSON without the checksum. */
  readonly text: string;
  readonly sum?: string;
  /** Whether the checksum is that of the line and the binding. */
  readonly holds?: boolean;
}

export function openLine(line: Buffer, binding: string): OpenedLine {
  const start = line.length - TAIL;
  const tail = line.toString("latin1", Math.max(0, start));
  if (start < 1 || !tail.startsWith(BEFORE) || !tail.endsWith(AFTER)) return {text: line.toString("utf8")};
  const body = line.subarray(0, start);
  const sum = tail.slice(BEFORE.length, BEFORE.length + DIGITS);
  return {text: `${body.toString("utf8")}}`, sum, holds: checksum(binding, body) === sum};
}
