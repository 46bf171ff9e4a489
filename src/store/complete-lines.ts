import {open, stat} from "node:fs/promises";
import {naming} from "../system-error.ts";

const LINE_FEED = 10;

/** Lines that end with a line feed alone: texts may hold U+2028, at which Node's readline may cut. */
export async function* wholeLines(chunks: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError("a byte stream gave something else");
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const rest = chunk.subarray(start, end);
      yield pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
      pieces = [];
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
  }
}

/** Bytes up to and with the last line end; 0 where the file is missing or has none. */
export async function completeLength(path: string): Promise<number> {
  const size = await stat(path).then(
    found => found.size,
    () => undefined,
  );
  if (size === undefined) return 0;
  const file = await open(path, "r");
  try {
    const chunk = Buffer.alloc(1 << 16);
    // A device says that it is empty, too; that it cannot be read it says only when it is.
    if (size === 0) await file.read(chunk, 0, 1, 0).catch(naming(path));
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - chunk.length);
      const {bytesRead} = await file.read(chunk, 0, end - start, start);
      const place = chunk.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
      if (place >= 0) return start + place + 1;
      end = start;
    }
    return 0;
  } finally {
    await file.close();
  }
}
