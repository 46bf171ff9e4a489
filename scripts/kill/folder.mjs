// What a command leaves in its folder, in a form in which two makings of the same thing are equal.
import {readdirSync, readFileSync, statSync} from "node:fs";
import {join} from "node:path";

/** How long it took, when it was, and the checksums of lines and files that hold such. */
const OMITTED = new Set([
  ...[
    "elapsedMs",
    "sum",
    "recordsSum",
    "created",
    "changed",
    "pulled",
    "seconds",
    "openSeconds",
    "session",
    "sessions",
  ],
  ...[
    "documentsPerSecond",
    "tokensPerSecond",
    "ratePerSecond",
    "row",
    "logitsRow",
    "started",
    "pulledAt",
    "msPerDocument",
    "speed",
    "time",
  ],
]);
/** Pages, figures and checksums of files with such numbers, and compiled readers: that they are there is all that is looked at. */
const THERE_ONLY = /\.(?:html|svg|png|node)$|SHA256SUMS$|^\.home.(?:loads|passed)/;

/** All files below a folder by their path, with their contents in a comparable form. */
export function contentsOf(folder) {
  const files = new Map();
  for (const name of readdirSync(folder, {recursive: true, encoding: "utf8"}).sort()) {
    const path = join(folder, name);
    // Checksums of model files, by their paths: any command that reads one remembers it.
    if (/^\.home.hashes/.test(name)) continue;
    if (statSync(path).isFile()) files.set(name, comparable(name, path, folder));
    else if (readdirSync(path).length === 0) files.set(name, "an empty folder");
  }
  return files;
}

function comparable(name, path, folder) {
  if (THERE_ONLY.test(name)) return "there";
  const bytes = readFileSync(path);
  if (name.endsWith(".jsonl")) {
    const lines = bytes.toString("utf8").split("\n").filter(Boolean).map(plain);
    const keys = lines.map(line => JSON.parse(line).key).filter(key => key !== undefined);
    if (new Set(keys).size < keys.length) return `doubled: ${keys.length - new Set(keys).size}`;
    return lines.sort().join("\n");
  }
  if (name.endsWith(".json")) return plain(bytes.toString("utf8").replaceAll(folder, "FOLDER"));
  if (name.endsWith(".npy")) return rowsOf(bytes);
  if (name.endsWith(".csv")) return bytes.toString("utf8").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
  return bytes.toString("base64");
}

/** JSON without what differs from call to call, its keys in one order: what was added to a run stands where it was added. */
const plain = text =>
  JSON.stringify(JSON.parse(text), (key, value) => {
    if (OMITTED.has(key)) return undefined;
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRecord
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  });

/** The rows of a matrix of float32, whatever their order: where a row stands may differ after a kill. */
function rowsOf(bytes) {
  const start = 10 + bytes.readUInt16LE(8);
  const [, rows, columns] = bytes
    .toString("latin1", 10, start)
    .match(/\((\d+), (\d+)\)/)
    .map(Number);
  const row = i => bytes.subarray(start + i * columns * 4, start + (i + 1) * columns * 4).toString("base64");
  return Array.from({length: rows}, (_, i) => row(i))
    .sort()
    .join("\n");
}

/** @returns in words what one has and the other has not, or has otherwise */
export function differences(expected, found) {
  const lost = [...expected.keys()].filter(name => !found.has(name));
  const left = [...found.keys()].filter(name => !expected.has(name));
  const other = [...expected].filter(([name, content]) => found.has(name) && found.get(name) !== content);
  const doubled = other.filter(([name]) => found.get(name).startsWith("doubled"));
  return {lost, left, doubled: doubled.map(([name]) => name), other: other.map(([name]) => name)};
}
