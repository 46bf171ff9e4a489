import {asText, isRecord} from "../table/label-cell.ts";

/** The one field that is a text, or the one that is asked for; a problem where there are several. */
export function onlyText(
  fields: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
): {readonly text: string} | {readonly problem: string} {
  if (wanted !== undefined) {
    const text = asText(fields[wanted]);
    return text === undefined
      ? {problem: `no text in "${wanted}"; there are ${Object.keys(fields).join(", ")}`}
      : {text};
  }
  const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const chosen = texts.length === 1 ? texts[0] : texts.find(([name]) => name === "text");
  if (chosen !== undefined) return {text: chosen[1]};
  const which =
    texts.length === 0
      ? "holds no text"
      : `holds several texts: --text-column ${texts.map(([name]) => name).join(" or ")}`;
  return {problem: which};
}

/** Named parts of one text, a line each: `context: …`. */
export function joinedText(value: unknown): string | undefined {
  if (!isRecord(value)) return asText(value);
  const parts = Object.entries(value).map(([name, part]) => `${name}: ${asText(part) ?? ""}`);
  return parts.length === 0 ? undefined : parts.join("\n");
}
