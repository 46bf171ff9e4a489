/** Why bytes are no text, in the words of someone who can save the file anew; or the text. */
export type Decoded = {readonly text: string} | {readonly problem: string; readonly line?: number};

const newline = 0x0a;

/** The longest text that is read whole, in bytes: a JavaScript string holds about this many characters. */
const textLimit = 500_000_000;

/** UTF-8 or nothing. A byte order mark at the start is dropped. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", {fatal: true}).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `utf-16le` or `utf-16be` where the bytes start with its byte order mark. */
export function utf16Mark(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
}

/** What a file is whose first bytes say that it is packed, and what to do. */
function packing(bytes: Uint8Array): string | undefined {
  const starts = (...first: number[]): boolean => first.every((byte, index) => bytes[index] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04)) return "is a ZIP archive, perhaps a workbook; save the sheet as CSV in UTF-8";
  return starts(0x1f, 0x8b) ? "is compressed with gzip; unpack it" : undefined;
}

/** The line, counted from 1, of the first bytes that are not UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) break;
    line += 1;
    start = end + 1;
  }
  return line;
}

/**
 * The bytes of a whole file as text: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it. The mark is
 * dropped. A NUL is refused: it stands in UTF-16 without a mark and in files that are no text.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length > textLimit) {
    return {problem: `larger than ${textLimit / 1e6} MB, which is not read in one piece; split the file`};
  }
  const packed = packing(bytes);
  if (packed !== undefined) return {problem: packed};
  const nul = bytes.indexOf(0);
  const encoding = utf16Mark(bytes);
  if (encoding !== undefined) {
    try {
      return {text: new TextDecoder(encoding, {fatal: true}).decode(bytes)};
    } catch {
      return {problem: "starts like UTF-16, but is not valid UTF-16; save the file as UTF-8"};
    }
  }
  if (nul >= 0) {
    const before = new TextDecoder().decode(bytes.subarray(0, nul));
    const problem = "holds a NUL byte: UTF-16 without a byte order mark, or no text; save the file as UTF-8";
    return {problem, line: before.split("\n").length};
  }
  const text = decodeUtf8(bytes);
  return text === undefined ? {problem: "not valid UTF-8; save the file as UTF-8", line: lineOfFault(bytes)} : {text};
}
