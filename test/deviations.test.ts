import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {estimatorList} from "../src/estimate/index.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/deviations.md"), "utf8");
const rows = page
  .split("\n")
  .filter(line => line.startsWith("| ") && !line.startsWith("| point"))
  .map(line => ({point: line.split("|")[1]?.trim() ?? "", line}));

describe("docs/deviations.md", () => {
  test.each(rows)("the row on $point names something that checks it, and all that it names is there", ({line}) => {
    const paths = Array.from(line.matchAll(/(?:test|scripts|models)\/[\w./-]+\.\w+/g), ([path]) => path);
    expect(paths.length + (line.includes("same test") ? 1 : 0)).toBeGreaterThan(0);
    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
  });

  test("every estimator in the paper's own reading has its place, and no other is spoken of", () => {
    const spoken = new Set(Array.from(page.matchAll(/`([\w-]+@paper)`/g), ([, name]) => name ?? ""));
    const shares = ["neverPredicted@paper", "secondIsSecond@paper"];
    const own = estimatorList.map(({name}) => name).filter(name => name.endsWith("@paper"));
    expect([...spoken].toSorted()).toEqual([...own, ...shares].toSorted());
  });
});
