import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {loadTask} from "../../src/task/load.ts";
import {realData} from "./real-data.ts";

const cwd = import.meta.dirname;
const dataDir = join(cwd, "../fixtures/mfrc");
const real = realData("mfrc");

describe("mfrc", () => {
  test("makes one annotation an annotator; Non-Moral and Thin Morality carry no label", async () => {
    const {splits, annotations} = await loadTask("mfrc", {cwd, dataDir});
    expect(annotations).toBe("annotators");
    // The ids: sha256sum of each text, 12 digits; the splits: of "0/ID", in Python.
    expect(splits.train?.documents).toEqual([
      {
        id: "44d2163903d2",
        text: "They left the old man alone, in the rain",
        annotations: [["care"], ["care", "equality"], []],
        annotators: ["annotator00", "annotator01", "annotator02"],
      },
      {
        id: "98794a7d8e57",
        text: "Each got what they had worked for",
        annotations: [["proportionality"], ["equality"]],
        annotators: ["annotator00", "annotator03"],
      },
    ]);
    expect(splits.calibration?.documents).toEqual([
      {id: "c17a87720de9", text: "I had soup today", annotations: [[], []], annotators: ["annotator00", "annotator01"]},
    ]);
    // Three judgements by one annotator: authority in two of them, loyalty in one; the empty annotation is none.
    expect(splits.test?.documents).toEqual([
      {id: "0ed66323bc74", text: "Rules are rules then", annotations: [["authority"]], annotators: ["annotator01"]},
    ]);
    expect(splits.train?.dropped).toEqual([
      {reason: "annotations without a judgement: the annotation is empty", count: 1},
    ]);
    expect(splits.train?.remarks.map(remark => remark.count)).toEqual([1, 1, 1]);
  });

  test("finds fault with an annotation that is no foundation, with file and line", async () => {
    const directory = await mkdtemp(join(tmpdir(), "labelscope-mfrc-"));
    const file = join(directory, "final_mfrc_data.csv");
    await writeFile(file, "text,annotator,annotation\na,x,Care\nb,x,Loyality\n,x,Care\n");
    const error: unknown = await loadTask("mfrc", {cwd, dataDir: directory}).catch((reason: unknown) => reason);
    await rm(directory, {recursive: true});
    expect(error).toMatchObject({
      code: "data-invalid",
      details: [
        `${file}:3: "loyality" is no foundation (did you mean "loyalty"?); known: care, proportionality, equality, purity, authority, loyalty, non-moral, thin morality`,
        `${file}:4: the text is empty`,
      ],
    });
  });

  test.skipIf(real === undefined)("reads the real file", async () => {
    const {splits} = await loadTask("mfrc", {cwd, dataDir: real ?? ""});
    expect(Object.values(splits).flatMap(split => split.documents).length).toBeGreaterThan(15_000);
  });
});
