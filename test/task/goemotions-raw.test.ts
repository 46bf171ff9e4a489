import {cp, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {emotionNames, poolOf} from "../../src/task/goemotions-pools.ts";
import {goldSet, humanDistribution} from "../../src/task/gold.ts";
import {loadTask} from "../../src/task/load.ts";
import {realData} from "./real-data.ts";

const cwd = import.meta.dirname;
const fixture = join(cwd, "../fixtures/goemotions-raw");
const simplified = realData("goemotions");
const raw = realData("goemotions-raw");

let dataDir = "";
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "labelscope-goemotions-raw-"));
  await cp(fixture, dataDir, {recursive: true});
});
afterEach(async () => rm(dataDir, {recursive: true}));

/** The header of the files, and a row with these cells by name; the rest as in a row without emotions. */
const header = `text,id,rater_id,example_very_unclear,${[...emotionNames, "neutral"].join(",")}`;
function row(cells: Record<string, string>): string {
  const all: Record<string, string> = {text: "x", id: "i", rater_id: "1", example_very_unclear: "False", ...cells};
  return header
    .split(",")
    .map(name => all[name] ?? "0")
    .join(",");
}

describe("goemotions-raw", () => {
  test("makes one annotation a rater, pooled, over all three files", async () => {
    const {splits, annotations} = await loadTask("goemotions-raw", {cwd, dataDir});
    expect(annotations).toBe("annotators");
    expect(splits.train?.documents).toEqual([
      {
        id: "r2",
        text: "The lift is stuck\nagain",
        annotations: [["anger"], ["anger"], []],
        annotators: ["37", "12", "5"],
      },
      {id: "r3", text: "hm", annotations: [[]], annotators: ["12"]},
    ]);
    expect(splits.calibration?.documents).toEqual([
      {
        id: "r17",
        text: "I did not expect snow in May",
        annotations: [
          ["fear", "surprise"],
          ["fear", "surprise"],
        ],
        annotators: ["37", "12"],
      },
    ]);
    expect(splits.test?.documents).toEqual([
      {
        id: "r1",
        text: 'The soup, "warm" and good',
        annotations: [["admiration", "joy"], ["joy"], []],
        annotators: ["37", "12", "5"],
      },
    ]);
  });

  test("leaves out what a rater found very unclear, and says how often", async () => {
    const {splits} = await loadTask("goemotions-raw", {cwd, dataDir});
    expect(splits.train?.dropped).toEqual([
      {reason: "annotations without a judgement: the rater marked the comment as very unclear", count: 2},
      {reason: "documents that no annotator judged", count: 1},
    ]);
    expect(splits.train?.remarks).toEqual([
      {reason: "neutral beside an emotion: the emotion stands", count: 1},
      {reason: "a rater ticked nothing, not even neutral: read as the empty set", count: 1},
      {reason: "annotator judged the document more than once: read as one annotation", count: 1},
      {reason: "… and not always alike: what at least half of the judgements say", count: 1},
    ]);
    expect(splits.test?.dropped).toEqual([]);
  });

  test("gives the human distribution as the share of raters", async () => {
    const task = await loadTask("goemotions-raw", {cwd, dataDir});
    const [soup] = task.splits.test?.documents ?? [];
    if (soup === undefined) throw new Error("no document");
    expect(humanDistribution(soup, ["joy", "admiration", "fear"])).toEqual([2 / 3, 1 / 3, 0]);
    expect(goldSet(soup, task)).toEqual(["joy"]);
  });

  test("takes the published splits where their files lie beside, and drops the comments that stand in none", async () => {
    await writeFile(join(dataDir, "train.tsv"), "The soup\t17\tr1\n");
    await writeFile(join(dataDir, "dev.tsv"), "The lift\t3\tr2\n");
    await writeFile(join(dataDir, "test.tsv"), "I did\t26\tr17\n");
    const {splits} = await loadTask("goemotions-raw", {cwd, dataDir});
    const ids = Object.values(splits).map(split => split.documents.map(document => document.id));
    expect(ids).toEqual([["r1"], ["r2"], ["r17"]]);
    expect(splits.train?.dropped.at(-1)).toEqual({reason: "comments in none of the published splits", count: 1});
  });

  test("lists wrong rows with file and line", async () => {
    const rows = [
      row({joy: "2"}),
      row({example_very_unclear: "perhaps"}),
      row({text: "y", joy: "1"}),
      row({id: "j", rater_id: ""}),
      "x,k",
    ];
    await writeFile(join(dataDir, "goemotions_2.csv"), `${[header, ...rows].join("\n")}\n`);
    await writeFile(join(dataDir, "goemotions_3.csv"), `${header.replace("rater_id", "rater")}\n${row({})}\n`);
    const error: unknown = await loadTask("goemotions-raw", {cwd, dataDir}).catch((reason: unknown) => reason);
    const [second, third] = [join(dataDir, "goemotions_2.csv"), join(dataDir, "goemotions_3.csv")];
    expect(error).toMatchObject({code: "data-invalid"});
    expect(error).toHaveProperty(
      "details",
      expect.arrayContaining([
        `${second}:2: joy: expected 0 or 1, found "2"`,
        `${second}:3: example_very_unclear: expected True or False, found "perhaps"`,
        `${second}:4: id "i" has another text in ${second}, line 2`,
        `${second}:5: the annotator is empty`,
        `${second}:6: expected 32 columns, found 2`,
        expect.stringContaining(`${third}:1: no column "rater_id"; the header has text, id, rater, example`),
      ]),
    );
  });

  test.skipIf(simplified === undefined)("knows every emotion of the release, and no other", async () => {
    const {readFile} = await import("node:fs/promises");
    const lines = (await readFile(join(simplified ?? "", "emotions.txt"), "utf8")).trim().split("\n");
    expect([...emotionNames, "neutral"].sort()).toEqual(lines.sort());
    expect(new Set(poolOf.values()).size).toBe(7);
  });

  // Counts of the release's own description: 58 009 comments, 82 raters, 211 225 rows.
  test.skipIf(raw === undefined)("reads the real files", async () => {
    const {splits} = await loadTask("goemotions-raw", {cwd, dataDir: raw ?? ""});
    const documents = Object.values(splits).flatMap(split => split.documents);
    expect(documents.length).toBeGreaterThan(57_000);
    expect(new Set(documents.flatMap(document => document.annotators ?? [])).size).toBe(82);
  });
});
