import {createHash} from "node:crypto";
import type {Document} from "../records/document.ts";

/**
 * JSON with the keys of every object sorted and `undefined` left out, so that equal values give equal text.
 *
 * @throws TypeError for what JSON cannot carry: NaN, infinities, functions, bigints
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(entry => entry[1] !== undefined);
    entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON`);
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return text;
}

/** SHA-256 of a text as UTF-8, or of bytes, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The id of a document whose publication gives none: the first 12 hex digits of the SHA-256 of its text. */
export function textId(text: string): string {
  return sha256(text).slice(0, 12);
}

/** `canonicalJson` of a document, spelled out where that is possible: a large split is hashed each time it is read. */
function canonicalDocument(document: Document): string {
  if (document.truth !== undefined) return canonicalJson(document);
  const {annotations, annotators, id, labels, text} = document;
  return JSON.stringify({annotations, annotators, id, labels, text});
}

/** SHA-256 of documents: of their canonical JSON, each with a line end, in order. */
export function hashDocuments(documents: readonly Document[]): string {
  const hash = createHash("sha256");
  for (const document of documents) hash.update(`${canonicalDocument(document)}\n`);
  return hash.digest("hex");
}
