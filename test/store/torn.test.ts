import {appendFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import {tornFiles} from "../../src/store/torn.ts";
import {aTrace, aTree, emptyFolder, write} from "./records.ts";

test("names the record files whose last line has no end, and no others", async () => {
  const folder = await emptyFolder();
  expect(await tornFiles(folder)).toEqual([]);
  await write(folder, "trace", [aTrace("a")]);
  await write(folder, "tree", [aTree("a")]);
  expect(await tornFiles(folder)).toEqual([]);
  await appendFile(join(folder, "trees.jsonl"), '{"half');
  expect(await tornFiles(folder)).toEqual(["trees.jsonl"]);
  await appendFile(join(folder, "unary.jsonl"), "{");
  expect(await tornFiles(folder)).toEqual(["trees.jsonl", "unary.jsonl"]);
});
