import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "SECURITY.md"), "utf8");
const promised = page.slice(page.indexOf("## Promised"), page.indexOf("## Not promised"));

/** The rows of the table of promises: what is promised, and what is said to hold it. */
const promises = promised
  .split("\n")
  .filter(line => line.startsWith("| **"))
  .map((line): [string, string] => {
    const cells = line.split(" | ");
    return [/\*\*(.+?)\*\*/.exec(line)?.[1] ?? "", cells.at(-1) ?? ""];
  });

describe("SECURITY.md", () => {
  test("has a table of promises", () => {
    expect(promises.length).toBeGreaterThanOrEqual(10);
  });

  test.each(promises)("%s: names what holds it, and it is there", (_promise, heldBy) => {
    const paths = [...heldBy.matchAll(/`((?:test|scripts)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
    expect(paths.filter(path => path.startsWith("test/"))).not.toEqual([]);
    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
  });
});
