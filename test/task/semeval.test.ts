import {cp, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {loadTask} from "../../src/task/load.ts";
import {realData} from "./real-data.ts";

const cwd = import.meta.dirname;
const fixture = join(cwd, "../fixtures/semeval");
const real = realData("semeval");

describe("semeval", () => {
  test("reads 0 and 1 a label; quotation marks are text", async () => {
    const {splits, annotations} = await loadTask("semeval", {cwd, dataDir: fixture});
    expect(annotations).toBe("aggregated");
    expect(splits.train?.documents).toEqual([
      {id: "2017-En-1", text: 'He said "wait and so I wait', labels: ["anticipation"]},
      {id: "2017-En-2", text: "What a day, what a day #sun", labels: ["joy", "optimism"]},
      {id: "2017-En-3", text: "The 8:15 was on time", labels: []},
    ]);
    expect(splits.calibration?.documents.map(({labels}) => labels)).toEqual([["anger", "sadness"]]);
    expect(splits.test?.documents.map(({id}) => id)).toEqual(["2018-En-7", "2018-En-8"]);
  });

  test("lists wrong rows with file and line, and says where labels are withheld", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "labelscope-semeval-"));
    await cp(fixture, dataDir, {recursive: true});
    const emotions = "anger anticipation disgust fear joy love optimism pessimism sadness surprise trust".split(" ");
    const line = (id: string, cell: string): string => [id, "text", ...emotions.map(() => cell)].join("\t");
    const file = join(dataDir, "2018-E-c-En-test-gold.txt");
    await writeFile(
      file,
      [["ID", "Tweet", ...emotions].join("\t"), line("a", "0"), line("b", "NONE"), line("a", "2")].join("\n"),
    );
    const error: unknown = await loadTask("semeval", {cwd, dataDir}).catch((reason: unknown) => reason);
    await rm(dataDir, {recursive: true});
    expect(error).toMatchObject({
      code: "data-invalid",
      details: [
        `${file}:3: anger: expected 0 or 1, found "NONE" (the labels were withheld here: take the file with gold labels)`,
        `${file}:4: ID "a" stands on line 2 too`,
        `${file}:4: anger: expected 0 or 1, found "2"`,
      ],
    });
  });

  // The sizes of the English E-c files: Mohammad et al. 2018, Table 2.
  test.skipIf(real === undefined)("reads the real files", async () => {
    const {splits} = await loadTask("semeval", {cwd, dataDir: real ?? ""});
    expect(Object.values(splits).map(split => split.documents.length)).toEqual([6838, 886, 3259]);
  });
});
