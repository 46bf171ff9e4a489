import {readSync} from "node:fs";

const WINDOW = 256 * 1024;

/** Thrown where a value would go on past the end of the file: it was cut off, or a length in it is wrong. */
export class EndOfFile extends RangeError {}

/** Thrown for a value that makes no sense, with the byte at which it stands. */
export class BadValue extends RangeError {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads the little-endian values of a file one after another, through a window: what a file claims of its own lengths is
 * compared with the bytes that are there before anything is allocated.
 */
export class Cursor {
  position = 0;
  readonly #file: number;
  readonly #sizeBytes: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  /** @param file an open file descriptor; the caller closes it */
  constructor(file: number, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  /** Bytes between here and the end of the file. */
  get left(): number {
    return this.#sizeBytes - this.position;
  }

  u8(): number {
    const from = this.#advance(1);
    return this.#window.readUInt8(from);
  }

  u32(): number {
    const from = this.#advance(4);
    return this.#window.readUInt32LE(from);
  }

  /** An unsigned 64-bit number; beyond 2^53 to the nearest that a number can hold. */
  u64(): number {
    const from = this.#advance(8);
    return this.#window.readUInt32LE(from) + this.#window.readUInt32LE(from + 4) * 2 ** 32;
  }

  /** The next bytes, one latin-1 character each. */
  latin1(length: number): string {
    const from = this.#advance(length);
    return this.#window.toString("latin1", from, from + length);
  }

  /** The next bytes; valid until the next call. */
  take(length: number): Buffer {
    const from = this.#advance(length);
    return this.#window.subarray(from, from + length);
  }

  /** Goes past bytes without reading them. */
  skip(length: number): void {
    if (length > this.left) throw new EndOfFile(`${length} bytes at byte ${this.position}`);
    this.position += length;
  }

  /** A copy of the bytes from a place that was passed up to here. */
  since(start: number): Buffer {
    const end = this.position;
    this.position = start;
    return Buffer.from(this.take(end - start));
  }

  /** Sees to it that the next bytes are in the window, goes past them, and says where in the window they begin. */
  #advance(length: number): number {
    if (length > this.left) throw new EndOfFile(`${length} bytes at byte ${this.position}`);
    const start = this.position - this.#windowStart;
    if (start < 0 || start + length > this.#window.length) this.#fill(length);
    const from = this.position - this.#windowStart;
    this.position += length;
    return from;
  }

  #fill(length: number): void {
    const wanted = Math.min(Math.max(length, WINDOW), this.left);
    const window = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const count = readSync(this.#file, window, filled, wanted - filled, this.position + filled);
      if (count === 0) throw new EndOfFile(`the file became shorter while it was read`);
      filled += count;
    }
    this.#window = window;
    this.#windowStart = this.position;
  }
}
