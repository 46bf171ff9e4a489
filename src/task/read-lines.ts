import {createReadStream} from "node:fs";
import {readFile} from "node:fs/promises";
import {naming} from "../system-error.ts";
import {decodeText, decodeUtf8, utf16Mark} from "./decode.ts";
import type {ProblemList} from "./problems.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/** The longest line that is read, in bytes. A document of this size fits no model. */
export const lineLimit = 64 * 2 ** 20;

/** One line of a file, without its end. `text` is absent where the line cannot be read; `problem` says why. */
export type FileLine =
  /** `number` is counted from 1. */
  | {readonly number: number; readonly text: string; readonly problem?: undefined}
  | {readonly number: number; readonly text: undefined; readonly problem: string};

function lineOf(number: number, bytes: Uint8Array): FileLine {
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  const text = decodeUtf8(bytes.subarray(0, end));
  return text === undefined ? {number, text, problem: "not valid UTF-8; save the file as UTF-8"} : {number, text};
}

/** The pieces of one line, joined once: adding each to the last would take time with the square of a line's length. */
class LinePieces {
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  add(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > lineLimit) this.#pieces.length = 0;
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  get empty(): boolean {
    return this.#size === 0;
  }

  take(number: number): FileLine {
    const tooLong = this.#size > lineLimit;
    const [only] = this.#pieces;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    this.#size = 0;
    if (!tooLong) return lineOf(number, bytes);
    return {
      number,
      text: undefined,
      problem: `the line is longer than ${lineLimit / 2 ** 20} MiB, the most that is read`,
    };
  }
}

/**
 * A file line by line, without holding it whole. Lines end with LF or CRLF; the last one needs no end; no empty line is
 * made up after the last end. UTF-8, or UTF-16 with a byte order mark (which is read whole). A line above `lineLimit` is
 * passed over and told.
 *
 * @throws the system's error where the file cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<FileLine> {
  let number = 0;
  let first = true;
  const pieces = new LinePieces();
  for await (const chunk of chunksOf(path)) {
    if (first && utf16Mark(chunk) !== undefined) {
      yield* linesOfUtf16(path);
      return;
    }
    first = false;
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      number += 1;
      pieces.add(chunk.subarray(start, end));
      yield pieces.take(number);
      start = end + 1;
    }
    pieces.add(chunk.subarray(start));
  }
  if (!pieces.empty) yield pieces.take(number + 1);
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, {highWaterMark: 1 << 18})) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("a byte stream gave something else");
      yield chunk;
    }
  } catch (error) {
    naming(path)(error);
  }
}

async function* linesOfUtf16(path: string): AsyncGenerator<FileLine> {
  const decoded = decodeText(await readFile(path).catch(naming(path)));
  if ("problem" in decoded) {
    yield {number: decoded.line ?? 1, text: undefined, problem: decoded.problem};
    return;
  }
  const lines = decoded.text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  for (const [index, text] of lines.entries()) yield {number: index + 1, text};
}

/**
 * A whole file as text, a byte order mark dropped: UTF-8, or UTF-16 with the mark. Bytes that are no text are a problem
 * with their line, and the answer is `undefined`.
 */
export async function readText(path: string, file: string, problems: ProblemList): Promise<string | undefined> {
  const decoded = decodeText(await readFile(path).catch(naming(path)));
  if ("text" in decoded) return decoded.text;
  const {problem: message, line} = decoded;
  problems.add({file, message, ...(line === undefined ? {} : {line})});
  return undefined;
}
