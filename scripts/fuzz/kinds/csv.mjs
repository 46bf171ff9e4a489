// Tables, held against the rows that they were written from: forms that say the same, damage that must be refused, and bytes
// changed in one place, which may change the rows that they stand in and no others.
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {damagedText} from "../small-task.mjs";

const LABELS = ["calm", "cross", "glad"];
const COLUMNS = ["id", "text", "labels"];
const SEPARATOR = "/";
const WORDS = [
  "bus",
  "late",
  "rain,",
  "sun;",
  '"so"',
  "two\nlines",
  "tab\there",
  "ünï",
  "🙂",
  "a|b",
  "=1+1",
  "'tis",
  "0",
];
/** The most rows that a change in one place can touch: the one it stands in, and the next where a line end went. */
const TOUCHED = 2;

const MUTATIONS = {
  "the same in another form": ({rows, random}) => ({
    bytes: written(rows, {
      delimiter: random.of([",", ";", "\t", "|"]),
      quoteAll: random.chance(0.5),
      end: random.of(["\n", "\r\n"]),
      lastEnd: random.chance(0.5),
      encoding: random.of(["utf8", "utf8", "bom", "utf16"]),
    }),
    expect: "same",
  }),
  "bytes anywhere": ({rows, random}) => ({
    bytes: damagedText(written(rows, {quoteAll: random.chance(0.3)}), random),
    expect: "the rest",
  }),
  "a quote that never closes": ({rows, random}) => {
    const text = written(rows, {quoteAll: true}).toString("utf8");
    const ends = [...text.matchAll(/"(?=\n)/g)].map(({index}) => index);
    const at = random.of(ends);
    return {bytes: Buffer.from(text.slice(0, at) + text.slice(at + 1)), expect: "refuse"};
  },
  "a row with a cell too few": ({rows, random}) => {
    const lines = rows.map(cellsOf);
    random.of(lines).pop();
    return {bytes: table([COLUMNS, ...lines], {}), expect: "refuse"};
  },
  "a row with a cell too many": ({rows, random}) => {
    const lines = rows.map(cellsOf);
    random.of(lines).push("more");
    return {bytes: table([COLUMNS, ...lines], {}), expect: "refuse"};
  },
  "an id twice with another text": ({rows, random}) => {
    const row = random.of(rows);
    return {bytes: written([...rows, {...row, text: `${row.text} again`}], {}), expect: "refuse"};
  },
  "a column left out": ({rows, random}) => {
    const gone = random.below(COLUMNS.length);
    const lines = [COLUMNS, ...rows.map(cellsOf)].map(cells => cells.filter((_, i) => i !== gone));
    return {bytes: table(lines, {}), expect: "refuse"};
  },
  "a column twice": ({rows, random}) => {
    const again = random.below(COLUMNS.length);
    const lines = [COLUMNS, ...rows.map(cellsOf)].map(cells => [...cells, cells[again]]);
    return {bytes: table(lines, {}), expect: "refuse"};
  },
  "no UTF-8": ({rows, random}) => {
    const bytes = written(rows, {});
    const at = bytes.indexOf(10) + 1 + random.below(bytes.length - bytes.indexOf(10) - 1);
    const strange = random.of([[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80]]);
    // Between two characters, so that nothing else is broken.
    const place = Buffer.from(bytes.toString("utf8", 0, at).replace(/\ufffd+$/u, "")).length;
    return {
      bytes: Buffer.concat([bytes.subarray(0, place), Buffer.from(strange), bytes.subarray(place)]),
      expect: "refuse",
    };
  },
  "no rows": ({random}) => ({
    bytes: Buffer.from(random.of(["", "id,text,labels\n", "\n\n", "\ufeff"])),
    expect: "refuse",
  }),
};

const cellsOf = ({id, text, labels}) => [id, text, labels.join(SEPARATOR)];
const written = (rows, form) => table([COLUMNS, ...rows.map(cellsOf)], form);

/** RFC 4180. */
function table(lines, {delimiter = ",", quoteAll = false, end = "\n", lastEnd = true, encoding = "utf8"}) {
  const cell = text =>
    quoteAll || delimiter === "\t" || /["\n\r,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const text = lines.map(cells => cells.map(cell).join(delimiter)).join(end) + (lastEnd ? end : "");
  if (encoding === "utf16") return Buffer.from(`\ufeff${text}`, "utf16le");
  return Buffer.from(encoding === "bom" ? `\ufeff${text}` : text);
}

export const prepare = () => ({});

export function make({random, index, folder}) {
  const rows = Array.from({length: 14 + random.below(6)}, (_, i) => ({
    id: `r${i}`,
    text: [`note ${i}`, ...Array.from({length: 1 + random.below(4)}, () => random.of(WORDS))].join(" "),
    // A table in which each label stands and some rows have none.
    labels: i < 3 ? [LABELS[i]] : LABELS.filter(() => random.chance(0.4)),
  }));
  const what = random.of(Object.keys(MUTATIONS));
  const {bytes, expect} = MUTATIONS[what]({rows, random});
  const path = join(folder, `t${index}.csv`);
  writeFileSync(path, bytes);
  const flags = ["--id-column", "id", "--text-column", "text", "--labels-column", "labels", "--separator", SEPARATOR];
  const argv = [
    "tasks",
    "import",
    "csv",
    "--data",
    path,
    "--out",
    `${path}.task`,
    ...flags,
    "--quotes",
    "double",
    "--json",
  ];
  return {name: what, expect, rows, paths: [path, `${path}.task`], calls: [{argv}]};
}

export function judge({expect, rows, paths: [path, out]}, [answer]) {
  if (answer.outcome !== "answered") return expect === "same" ? `refused: ${answer.text}` : undefined;
  if (expect === "refuse") return "accepted";
  const found = new Set(
    answer.data.files.filter(file => file.path.endsWith(".jsonl")).flatMap(file => documentsIn(file.path)),
  );
  const wanted = rows.map(({id, text, labels}) => JSON.stringify({id, text, labels: [...labels].sort()}));
  if (expect === "same") {
    const [lost] = wanted.filter(row => !found.has(row));
    if (lost !== undefined) return `not read: ${lost}`;
    return found.size === rows.length ? undefined : `${found.size} documents of ${rows.length} rows (${out})`;
  }
  // A cut takes what stands behind it; any other change is in one place.
  const bytes = readFileSync(path);
  const kept = wanted.filter((_, i) => bytes.includes(`note ${i} `));
  const lost = kept.filter(row => !found.has(row));
  return lost.length <= TOUCHED ? undefined : `a change in one place took ${lost.length} rows: ${lost[0]}`;
}

function documentsIn(path) {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(line => line !== "")
    .map(line => JSON.parse(line))
    .map(({id, text, labels}) => JSON.stringify({id, text, labels: [...labels].sort()}));
}
