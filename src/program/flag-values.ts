import {InvalidArgumentError} from "commander";
import type {z} from "zod";
import {shardOfArray} from "./slurm-array.ts";

/** Readers of flag values: each returns the value or says what was expected. */

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text: string): number => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number ${range}`);
    }
    return value;
  };
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("expected a number from 0 to 1");
  return value;
}

/** Of an interval: neither 0 nor 1. */
export function level(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < 1))
    throw new InvalidArgumentError("expected a number between 0 and 1");
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("expected a number above 0");
  return value;
}

export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number");
  return value;
}

/** A number of layers, or `max` for all of them. */
export function layers(text: string): number | "max" {
  return text === "max" ? "max" : wholeNumber(0)(text);
}

/** `2/4` → {index: 2, count: 4}; `auto` → the place of this task in its Slurm array. */
export function shard(text: string): {index: number; count: number} {
  if (text === "auto") return shardOfArray(process.env);
  const [index, count, ...rest] = text.split("/").map(part => (/^\d+$/.test(part) ? Number(part) : 0));
  if (index === undefined || count === undefined || rest.length > 0 || index < 1 || index > count) {
    throw new InvalidArgumentError("expected I/N with 1 ≤ I ≤ N, e.g. 2/4, or auto in a Slurm array");
  }
  return {index, count};
}

/** Names with commas between them; one that holds a comma stands in quotes: `"joy, love",fear`. */
export function list(text: string): string[] {
  const quoted = /^\s*"/.test(text) || /,\s*"/.test(text);
  const parts = quoted
    ? [...text.matchAll(/(?:^|,)\s*(?:"([^"]*)"\s*(?=,|$)|([^,]*))/g)].map(([, inside, bare]) => inside ?? bare ?? "")
    : text.split(",");
  const names = parts.map(part => part.trim());
  if (names.some(name => name === "")) throw new InvalidArgumentError("expected names with commas between them");
  return names;
}

export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `enable_thinking=false` → {enable_thinking: false}, beside those before; what is no JSON is a string. */
export function chatArgument(text: string, before: Record<string, z.core.util.JSONType> | undefined) {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at));
  if (!/^(?!__)[A-Za-z_]\w*$/.test(name))
    throw new InvalidArgumentError("expected KEY=VALUE, e.g. enable_thinking=false");
  if (name === "messages" || name === "add_generation_prompt")
    throw new InvalidArgumentError(`${name} is what labelscope itself gives the template`);
  const value = jsonOrText(text.slice(at + 1));
  // A record does not keep such a key, and a run that is continued would be another.
  if (name === "__proto__" || hasPrototypeKey(value)) throw new InvalidArgumentError("__proto__ cannot be a key");
  return {...before, [name]: value};
}

function hasPrototypeKey(value: z.core.util.JSONType): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}

function jsonOrText(text: string): z.core.util.JSONType {
  try {
    const value: z.core.util.JSONType = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** Names with commas between them, of a flag that may be given again. */
export function names(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...list(text)];
}

/** One character; `\\t` and `tab` are a tab, which a shell does not pass easily. */
export function delimiter(text: string): string {
  const character = text === "\\t" || text === "tab" ? "\t" : text;
  if ([...character].length !== 1) throw new InvalidArgumentError("expected one character, or tab");
  return character;
}

const BYTE_UNITS = new Map([
  ["", 1],
  ["k", 1e3],
  ["m", 1e6],
  ["g", 1e9],
  ["t", 1e12],
  ["ki", 2 ** 10],
  ["mi", 2 ** 20],
  ["gi", 2 ** 30],
  ["ti", 2 ** 40],
]);

/** A size such as `800MB`, `20 G` or `1.5GiB`; without a unit in bytes. Units are powers of 1000, with an i of 1024. */
export function byteSize(text: string): number {
  const [, digits, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?\s*$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * (BYTE_UNITS.get(unit.toLowerCase()) ?? Number.NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw new InvalidArgumentError("expected a size, e.g. 800MB or 20GB");
  return bytes;
}
