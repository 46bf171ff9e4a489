import {open} from "node:fs/promises";

/** What a file of predictions is written as, told from its beginning. */
export type PredictionsKind = {readonly kind: "jsonl" | "csv"} | {readonly kind: "other"; readonly looks: string};

const PEEKED = 4096;
/** Beginnings of files that people take for tables, as bytes in Latin-1. */
const SIGNATURES: readonly (readonly [start: string, looks: string])[] = [
  ["PAR1", "a Parquet file"],
  ["PK\u0003\u0004", "a ZIP archive (a spreadsheet or NumPy's .npz, perhaps)"],
  ["\u0093NUMPY", "a NumPy array"],
  ["GGUF", "a model"],
  ["\u001f\u008b", "a file packed by gzip"],
  ["<", "a page of HTML or XML"],
];

/** @throws the system's error where the file cannot be read */
export async function kindOfPredictions(path: string): Promise<PredictionsKind> {
  const file = await open(path);
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(PEEKED), 0, PEEKED, 0);
    return kindOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function kindOf(bytes: Buffer): PredictionsKind {
  const latin = bytes.toString("latin1");
  const known = SIGNATURES.find(([start]) => latin.startsWith(start));
  if (known !== undefined) return {kind: "other", looks: known[1]};
  // With a byte order mark of UTF-16 it is a table that a spreadsheet has written.
  if (latin.startsWith("\u00ff\u00fe") || latin.startsWith("\u00fe\u00ff")) return {kind: "csv"};
  if (latin.includes("\0")) return {kind: "other", looks: "no text"};
  const text = bytes
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (text.startsWith("[")) return {kind: "other", looks: "one JSON list"};
  const [line = ""] = text.split(/\r?\n/);
  if (line.startsWith("{")) {
    return /^\{\s*$/.test(line) ? {kind: "other", looks: "one JSON object over several lines"} : {kind: "jsonl"};
  }
  return text === "" || /^"?(?:id|sep=)/i.test(line) || /[,;\t|]/.test(line)
    ? {kind: text === "" ? "jsonl" : "csv"}
    : {kind: "other", looks: "plain text"};
}
