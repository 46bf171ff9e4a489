import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {parseCsv} from "../../src/task/csv-rows.ts";
import {scanCsv} from "../../src/task/csv-scan.ts";
import {ProblemList} from "../../src/task/problems.ts";

const rows = z.array(z.array(z.string())).nullable();
const golden = z
  .object({cases: z.array(z.object({text: z.string(), delimiter: z.string(), rows, literal: rows}))})
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/csv.golden.json"), "utf8")));

const records = (scan: ReturnType<typeof scanCsv>) => scan.rows.map(({record}) => record);

/** What a text gives, and what is said of it. */
function parsed(text: string, options: {quotes?: "none" | "double"; delimiter?: string; columns?: string[]} = {}) {
  const problems = new ProblemList();
  const {rows: found, delimiter} = parseCsv(text, "t.csv", {problems, ...options});
  let said: unknown = [];
  try {
    problems.throwIfAny("x", "x", "x");
  } catch (error) {
    said = error instanceof Error && "details" in error ? error.details : error;
  }
  return {records: found.map(({record}) => record), lines: found.map(({line}) => line), delimiter, said};
}

describe("scanCsv", () => {
  test("gives the rows that Python's csv module gives, or a fault, never other rows", () => {
    let same = 0;
    for (const {text, delimiter, rows: expected} of golden.cases) {
      const scan = scanCsv(text, {delimiter, quotes: "double"});
      if (scan.fault !== undefined) continue;
      expect({text, rows: records(scan)}).toEqual({text, rows: expected});
      same += 1;
    }
    expect(same).toBeGreaterThan(200);
  });

  test("refuses no text that Python wrote itself", () => {
    for (const {text, delimiter} of golden.cases.slice(-100)) {
      expect(scanCsv(text, {delimiter, quotes: "double"}).fault).toBeUndefined();
    }
  });

  test("keeps quotes as text where they do not quote, as Python does", () => {
    for (const {text, delimiter, literal} of golden.cases) {
      expect({text, rows: records(scanCsv(text, {delimiter, quotes: "none"}))}).toEqual({text, rows: literal});
    }
  });

  test("counts the line that a row starts on", () => {
    const {rows: found} = scanCsv('a\n\n"b\r\nb"\r\nc', {delimiter: ",", quotes: "double"});
    expect(found).toEqual([
      {record: ["a"], line: 1},
      {record: ["b\r\nb"], line: 3},
      {record: ["c"], line: 5},
    ]);
  });

  test.each([
    ['a,b\n1,5" nails\n', 2, "inside a cell"],
    ['a,b\n1,"x" y\n', 2, "after the quote"],
    ['a,b\n1,"x\ny" z,2\n', 3, "opened on line 2"],
    ['a,b\n1,x\n2,"y\n3,z\n', 3, "nothing closes it"],
  ])("says where %j stops being a table", (text, line, message) => {
    const {fault} = scanCsv(text, {delimiter: ",", quotes: "double"});
    expect(fault?.line).toBe(line);
    expect(fault?.message).toContain(message);
  });
});

describe("parseCsv", () => {
  const stray = 'id,text,label\n7,"The bus came,calm\n8,and went",cross\n9,Nothing,calm\n';

  test("refuses two rows that an unpaired quote makes one, and reads what it is told", () => {
    expect(parsed(stray)).toMatchObject({
      records: [],
      said: [
        expect.stringMatching(/^t\.csv:2: a quote opens here and closes on line 3: one row over 2 lines, or 2 rows/),
      ],
    });
    expect(parsed(stray, {quotes: "none"}).records[1]).toEqual(["7", '"The bus came', "calm"]);
    expect(parsed(stray, {quotes: "double"}).records[1]).toEqual(["7", "The bus came,calm\n8,and went", "cross"]);
  });

  test("reads a text over several lines, with commas in them, as one", () => {
    const letter = 'id,text,label\n1,"Dear all, good\nday, friends",calm\n2,Hail,cross\n';
    expect(parsed(letter)).toMatchObject({said: [], lines: [1, 2, 4]});
  });

  test("finds the delimiter: told by the first line, or the one that gives the columns", () => {
    expect(parsed("sep=;\na;b\n1,2;3\n")).toMatchObject({
      delimiter: ";",
      records: [
        ["a", "b"],
        ["1,2", "3"],
      ],
      lines: [2, 3],
    });
    expect(parsed("id;text\n1;x,y\n", {columns: ["text"]}).delimiter).toBe(";");
    expect(parsed('id\ttext\n1\t"x\n', {columns: ["text"]}).records[1]).toEqual(["1", '"x']);
    expect(parsed("id,a;b\n1,2\n", {columns: ["id"]}).delimiter).toBe(",");
  });
});
