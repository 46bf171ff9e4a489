import {createReadStream} from "node:fs";
import {readFile} from "node:fs/promises";
import type {ProblemList} from "./problems.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/** One line of a file, without its end. `text` is absent where the bytes are not UTF-8. */
export interface FileLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string | undefined;
}

/** UTF-8 or nothing. A byte order mark at the start is dropped. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", {fatal: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

function lineOf(number: number, bytes: Uint8Array): FileLine {
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return {number, text: decode(bytes.subarray(0, end))};
}

/**
 * A file line by line, without holding it whole. Lines end with LF or CRLF; the last one needs no end; no empty line is
 * made up after the last end.
 *
 * @throws the system's error where the file cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<FileLine> {
  let number = 0;
  let rest = new Uint8Array(0);
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 18})) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a byte stream gave something else");
    let bytes: Uint8Array = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      number += 1;
      yield lineOf(number, bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.slice(start);
  }
  if (rest.length > 0) yield lineOf(number + 1, rest);
}

/**
 * A whole file as text, a byte order mark dropped. Bytes that are not UTF-8 are a problem with their line, and the answer
 * is `undefined`.
 */
export async function readText(path: string, file: string, problems: ProblemList): Promise<string | undefined> {
  const bytes = await readFile(path);
  const text = decode(bytes);
  if (text === undefined) {
    let line = 1;
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (decode(bytes.subarray(start, end)) === undefined) break;
      line += 1;
      start = end + 1;
    }
    problems.add({file, line, message: "not valid UTF-8; save the file as UTF-8"});
  }
  return text;
}
