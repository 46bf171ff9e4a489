import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {importTable, refusal} from "../support/import-table.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/tasks.md"), "utf8");

/** The flag of the command that docs/tasks.md has for a data set. */
function flagOf(row: string, flag: string): string {
  const line = page.split("\n").find(text => text.startsWith("| ") && text.includes(row)) ?? "";
  return new RegExp(`--${flag} ([^\\s\`]+)`).exec(line)?.[1] ?? "";
}

describe("the command in docs/tasks.md reads invented rows in the layout of", () => {
  // Columns: https://huggingface.co/datasets/ucberkeley-dlab/measuring-hate-speech (a row an annotator, targets as booleans).
  test("Measuring Hate Speech", async () => {
    const row = "Measuring Hate Speech";
    const columns = flagOf(row, "label-columns").split(",");
    expect(columns).toHaveLength(7);
    const header = ["comment_id", "annotator_id", "platform", "sentiment", "text", ...columns, "hate_speech_score"];
    const line = (id: number, who: number, text: string, ...targets: string[]): string =>
      [id, who, 2, "0.0", text, ...columns.map(name => (targets.includes(name) ? "True" : "False")), "-1.0"].join(",");
    const table = [
      header.join(","),
      line(9, 41, '"Hail, again"', "target_race"),
      line(9, 42, '"Hail, again"', "target_race", "target_age"),
      line(10, 41, "Fog"),
    ].join("\n");
    const {given} = await importTable(
      "csv",
      {"mhs.csv": `${table}\n`},
      {
        textColumn: flagOf(row, "text-column"),
        idColumn: flagOf(row, "id-column"),
        annotatorColumn: flagOf(row, "annotator-column"),
        labelColumns: columns,
      },
    );
    expect(given).toEqual({9: {41: ["target_race"], 42: ["target_race", "target_age"]}, 10: {41: []}});
  });

  // Columns: https://github.com/emotion-analysis-project/SemEval2025-task11 (id, text, one column of 0 and 1 an emotion).
  test("BRIGHTER, with a test part that is published without labels", async () => {
    const row = "BRIGHTER";
    const columns = flagOf(row, "label-columns").split(",");
    const line = (id: string, ...labels: string[]): string =>
      [id, `Text ${id}`, ...columns.map(name => (labels.includes(name) ? 1 : 0))].join(",");
    const header = ["id", "text", ...columns].join(",");
    const mapping = {textColumn: flagOf(row, "text-column"), idColumn: flagOf(row, "id-column"), labelColumns: columns};
    const train = [header, line("a1", "fear"), line("a2", "joy", "surprise"), line("a3")].join("\n");
    const dev = [header, line("d1", "anger")].join("\n");
    const {documents, given} = await importTable(
      "csv",
      {"train.csv": train, "dev.csv": dev, "test.csv": [header, line("t1", "joy"), line("t2")].join("\n")},
      mapping,
    );
    expect(given).toEqual({a1: ["fear"], a2: ["joy", "surprise"], a3: [], d1: ["anger"], t1: ["joy"], t2: []});
    expect(documents.calibration?.map(({id}) => id)).toEqual(["d1"]);
    const bare = [header, `t1,Text,${",".repeat(columns.length - 1)}`].join("\n");
    expect(await refusal("csv", {"train.csv": train, "dev.csv": dev, "test.csv": bare}, mapping)).toContain(
      "1 documents that nobody judged",
    );
  });

  // Layout: https://labelstud.io/guide/export (CSV: a row an annotation, several choices as {"choices": […]}).
  test("Label Studio's CSV", async () => {
    const row = "Label Studio, CSV";
    const table = [
      "annotation_id,annotator,created_at,id,lead_time,kind,text,updated_at",
      '3,1,2024-05-01,1,2.1,ice,"Hail, again",2024-05-01',
      '4,2,2024-05-01,1,2.2,"{""choices"":[""ice"",""wet""]}","Hail, again",2024-05-01',
      "5,2,2024-05-01,2,1.0,,Fog,2024-05-01",
    ].join("\n");
    const {given, said} = await importTable(
      "csv",
      {"project.csv": `${table}\n`},
      {
        textColumn: flagOf(row, "text-column"),
        idColumn: flagOf(row, "id-column"),
        annotatorColumn: flagOf(row, "annotator-column"),
        labelsColumn: ["kind"],
      },
    );
    expect(given).toEqual({1: {1: ["ice"], 2: ["ice", "wet"]}, 2: {2: []}});
    expect(said).toEqual(['1 "kind" is empty: read as no label; --blank unjudged leaves such rows out']);
  });
});

const lines = (...rows: unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join("");

describe("an export", () => {
  const choices = (from: string, ...labels: string[]) => ({from_name: from, type: "choices", value: {choices: labels}});
  const studio = (...tasks: [text: string, ...results: unknown[][]][]): string =>
    JSON.stringify(
      tasks.map(([text, ...results], index) => ({
        id: index + 1,
        data: {text},
        annotations: results.map((result, who) => ({completed_by: who + 1, was_cancelled: false, result})),
      })),
    );

  test("with tasks that nobody opened gives the others, and counts those", async () => {
    const {given, said} = await importTable("label-studio", {
      "p.json": studio(["Fog"], ["Hail", [choices("kind", "ice")]]),
    });
    expect(given).toEqual({2: {1: ["ice"]}});
    expect(said).toEqual(["1 documents that nobody judged"]);
    const records = [
      {id: "r1", fields: {text: "Fog"}, responses: {}},
      {id: "r2", fields: {text: "Hail"}, responses: {kind: [{value: "ice", user_id: "u"}]}},
    ];
    expect((await importTable("argilla", {"r.json": JSON.stringify(records)})).given).toEqual({r2: {u: ["ice"]}});
  });

  test("that answers one question here and another there is asked about as a whole", async () => {
    const two = {"p.json": studio(["Fog", [choices("mood", "dull")]], ["Hail", [choices("kind", "ice")]])};
    expect(await refusal("label-studio", two)).toContain("--labels-column mood or kind");
    const {given} = await importTable("label-studio", two, {labelsColumn: ["kind"]});
    expect(given).toEqual({1: {1: []}, 2: {1: ["ice"]}});
  });

  test("does not know a question by a mistyped name", async () => {
    const one = {"p.json": studio(["Hail", [choices("kind", "ice")]])};
    const said = await refusal("label-studio", one, {labelsColumn: ["kindd"], labels: ["ice", "wet"]});
    expect(said).toContain('nothing is called "kindd" (did you mean "kind"?)');
  });

  test("of choices about a part of the text says nothing about the whole", async () => {
    const part = {from_name: "kind", type: "choices", value: {start: 0, end: 4, text: "Hail", choices: ["ice"]}};
    expect(await refusal("label-studio", {"p.json": studio(["Hail", [part]])})).toContain(
      "no record says which labels fit",
    );
  });

  // https://prodi.gy/docs/api-interfaces#choice: an option's id may be a number.
  test("of Prodigy may have −1 among its options, and rows that accept one label are refused", async () => {
    const row = (hash: number, option: number) => ({
      text: `T${hash}`,
      _input_hash: hash,
      accept: [option],
      answer: "accept",
    });
    const {given} = await importTable("prodigy", {"a.jsonl": lines(row(1, -1), row(2, 0), row(3, 1))});
    expect(given).toEqual({1: {unnamed: ["-1"]}, 2: {unnamed: ["0"]}, 3: {unnamed: ["1"]}});
    const binary = lines({text: "A", label: "ice", _input_hash: 1, _task_hash: 2, answer: "reject"});
    expect(await refusal("prodigy", {"a.jsonl": binary})).toContain("does not say which others fit");
    const rejected = lines({text: "A", _input_hash: 1, accept: [], answer: "reject"});
    expect(await refusal("prodigy", {"a.jsonl": rejected})).toContain(
      'holds no judgement: 1 rows with the answer "reject"',
    );
  });

  // LeWiDi_2-2023/readme.md: "annotations" of ConvAbuse are −3 to 1, and its "text" is an object written as a string.
  test("of Le-Wi-Di keeps −1 in a part without −2 and −3, and reads ConvAbuse's turns", async () => {
    const item = (annotations: string) => ({
      "annotation task": "abusive language detection",
      text: JSON.stringify({agent: "Hail?", user: "Fog!"}),
      annotators: "Ann1,Ann2,Ann3",
      annotations,
    });
    const {given, documents} = await importTable("lewidi", {
      "ConvAbuse_train.json": JSON.stringify({1: item("1,-2,1")}),
      "ConvAbuse_test.json": JSON.stringify({2: item("-1,-1,1")}),
    });
    expect(given["2"]).toEqual({Ann1: ["-1"], Ann2: ["-1"], Ann3: ["1"]});
    expect(documents.test?.[0]?.text).toBe("agent: Hail?\nuser: Fog!");
    const alone = await importTable("lewidi", {"ConvAbuse_dev.json": JSON.stringify({2: item("-1,-1,1")})});
    expect(alone.given["2"]).toEqual(given["2"]);
  });
});
