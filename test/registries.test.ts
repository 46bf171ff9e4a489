import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {serverKinds} from "../src/engine/remote/index.ts";
import {estimatorList} from "../src/estimate/index.ts";
import {experiments} from "../src/experiment/index.ts";
import {metrics} from "../src/metric/index.ts";
import {figures} from "../src/report/figure/index.ts";
import {builtInTasks} from "../src/task/index.ts";
import {someResults, withKlReports} from "./report/synthetic.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");

/** What an entry needs beside its file and its line: a text that has to stand somewhere, or a file. */
type Need =
  | {readonly what: string; readonly text: string; readonly or?: string; readonly somewhereIn: string}
  | {readonly what: string; readonly file: string};

/** The texts of a file, or of the tests in a folder. */
function textsOf(place: string): string[] {
  if (/\.\w+$/.test(place)) return [read(place)];
  return readdirSync(join(root, place)).flatMap(name => (name.endsWith(".ts") ? [read(`${place}/${name}`)] : []));
}

/** A sentence for each thing that is missing. */
function missing(kind: string, name: string, needs: readonly Need[]): string[] {
  return needs.flatMap(need => {
    if ("file" in need) {
      return existsSync(join(root, need.file))
        ? []
        : [`The ${kind} "${name}" has no ${need.what}: write ${need.file}.`];
    }
    return textsOf(need.somewhereIn).some(text => text.includes(need.text) || text.includes(need.or ?? need.text))
      ? []
      : [`The ${kind} "${name}" has no ${need.what}: write ${need.text} in ${need.somewhereIn}.`];
  });
}

/** `unary@paper` lives in unary-paper.ts. */
const fileOf = (name: string) => name.replace("@", "-");

/** Figures of which the results of the tests hold nothing to draw: nobody would see them go wrong. */
const drawn = withKlReports(someResults().results);
const undrawn = figures.flatMap(({name, draw}) =>
  draw(drawn).some(drawing => !("reason" in drawing))
    ? []
    : [`The figure "${name}" draws nothing in the tests: give the results of test/report/synthetic.ts what it draws.`],
);

const registries: Readonly<Record<string, {readonly names: readonly string[]; needs(name: string): Need[]}>> = {
  estimator: {
    names: estimatorList.map(({name}) => name),
    needs: name => [
      {what: "row in the docs", text: `| \`${name}\``, somewhereIn: "docs/estimators.md"},
      {
        what: "test of its values",
        text: `"${name}"`,
        or: `/estimate/${fileOf(name)}.ts"`,
        somewhereIn: "test/estimate",
      },
    ],
  },
  metric: {
    names: Object.keys(metrics),
    needs: name => [
      {what: "row in the docs", text: `| \`${name}\` |`, somewhereIn: "docs/measurements/metrics.md"},
      {what: "golden value", text: `"${name}"`, somewhereIn: "test/golden/metrics.golden.json"},
    ],
  },
  "data set": {
    names: Object.keys(builtInTasks),
    needs: name => [
      {what: "row in the docs", text: `\`${name}\``, somewhereIn: "docs/tasks.md"},
      {what: "test", file: `test/task/${name}.test.ts`},
      {what: "fixture", file: name === "posts" ? "models/posts" : `test/fixtures/${name}`},
    ],
  },
  engine: {
    names: serverKinds.map(({tag}) => tag),
    needs: name => [
      {what: "section in the docs", text: name, somewhereIn: "docs/engines.md"},
      {what: "run of the contract", text: `${name.replace("cpp", "")}Http(`, somewhereIn: "test/contract"},
    ],
  },
  experiment: {
    names: Object.keys(experiments),
    needs: name => [
      {what: "row in the docs", text: `\`${name}\``, somewhereIn: "docs/experiments.md"},
      {what: "test", text: name, somewhereIn: "test/experiment"},
    ],
  },
};

describe.each(Object.entries(registries))("each %s", (kind, {names, needs}) => {
  test("has what it needs beside its file and its line", () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.flatMap(name => missing(kind, name, needs(name)))).toEqual([]);
  });
});

test("each figure draws something in the tests", () => {
  expect(undrawn).toEqual([]);
});

test("what is missing is said in a sentence", () => {
  expect(missing("metric", "kappa", registries.metric?.needs("kappa") ?? [])).toEqual([
    'The metric "kappa" has no row in the docs: write | `kappa` | in docs/measurements/metrics.md.',
    'The metric "kappa" has no golden value: write "kappa" in test/golden/metrics.golden.json.',
  ]);
  expect(missing("data set", "x", [{what: "fixture", file: "test/fixtures/x"}])).toEqual([
    'The data set "x" has no fixture: write test/fixtures/x.',
  ]);
});

test("docs/extending.md walks through each registry, and every file that it names is there", () => {
  const page = read("docs/extending.md");
  const named = [...page.matchAll(/`((?:src|test|docs|scripts)\/[^`\s]+)`/g)].flatMap(([, path]) => path ?? []);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter(path => !existsSync(join(root, path)))).toEqual([]);
  for (const kind of [...Object.keys(registries), "figure"]) expect(page).toContain(`| ${kind} | \`src/`);
});
