import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {expect, test} from "vitest";
import {z} from "zod";
import {byName, recordOf} from "../../src/records/record-of.ts";

const names = fc.oneof(fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"), fc.string());

test("every name keeps its value, what is not there is undefined, and JSON gives the same back", () => {
  fc.assert(
    fc.property(fc.dictionary(names, fc.integer()), fc.array(names), (object, others) => {
      const entries = Object.entries(object);
      const read = recordOf(z.number()).parse(JSON.parse(JSON.stringify(byName(entries))));
      expect(new Map(Object.entries(read))).toEqual(new Map(entries));
      for (const name of others) expect(read[name]).toBe(new Map(entries).get(name));
    }),
  );
});

test("what is no record, and a value that does not fit, are said with their place", () => {
  const schema = z.strictObject({labels: recordOf(z.number().max(1))});
  expect(schema.safeParse({labels: []}).error?.issues).toMatchObject([{code: "invalid_type", path: ["labels"]}]);
  const wrong = schema.safeParse(JSON.parse('{"labels": {"joy": 0.5, "__proto__": 2, "fear": "x"}}'));
  expect(wrong.error?.issues).toMatchObject([
    {code: "too_big", path: ["labels", "__proto__"]},
    {code: "invalid_type", path: ["labels", "fear"]},
  ]);
});

test("no schema of the records has names of labels or runs as keys in another way", () => {
  const folder = join(import.meta.dirname, "../../src/records");
  const files = readdirSync(folder, {recursive: true, encoding: "utf8"}).filter(name => name.endsWith(".ts"));
  const found = files.flatMap(name =>
    [...readFileSync(join(folder, name), "utf8").matchAll(/z\.record\(z\.string\(\), (\w+)/g)].map(
      ([, value]) => `${name}: ${value}`,
    ),
  );
  // Facts of the engine, hashes by split and the verdict's columns are named by this program; template variables
  // (`--chat-arg`) and declared facts (`--declare`) on the command line, where no such name is taken.
  const own = ["manifest.ts: factSchema", "results/runs.ts: factSchema", "results/runs.ts: z"];
  own.push("results/verdict.ts: verdictCellSchema", "manifest.ts: z", "model.ts: z", "score.ts: z");
  expect(found.filter(one => !own.includes(one))).toEqual([]);
});
