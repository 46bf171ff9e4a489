import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {packageRoot} from "../../src/package-root.ts";

const distribution = z.record(z.string(), z.number().min(0).max(1));
const rowSchema = z.object({
  id: z.string(),
  text: z.string().min(1),
  annotations: z.array(z.array(z.string())),
  annotators: z.array(z.string()),
  truth: z.object({marginal: distribution, first: distribution, sets: distribution}).optional(),
});
type Row = z.infer<typeof rowSchema>;

const TASKS = ["posts", "posts-fine"] as const;
const SPLITS = ["train", "calibration", "test"] as const;

async function rowsOf(task: string, split: string): Promise<Row[]> {
  const content = await readFile(join(packageRoot, "models", task, `${split}.jsonl`), "utf8");
  return content
    .trimEnd()
    .split("\n")
    .map(line => rowSchema.parse(JSON.parse(line)));
}

/** Rows with the truth that calibration and test must carry. */
async function known(task: string, split: string) {
  return (await rowsOf(task, split)).map(({truth, ...row}) => {
    if (truth === undefined) throw new Error(`${task} ${row.id} has no truth`);
    const sets = Object.entries(truth.sets).map(([name, p]) => ({labels: name === "" ? [] : name.split(","), p}));
    return {...row, ...truth, sets};
  });
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe.each(TASKS)("the exact truth of %s", task => {
  test("of a label is the sum over the sets that hold it, of a first label over those that it opens", async () => {
    const rows = [...(await known(task, "calibration")), ...(await known(task, "test"))];
    let largest = 0;
    for (const {marginal, first, sets} of rows) {
      const sums = Object.entries(marginal).map(([label, p]) =>
        Math.abs(total(sets.filter(({labels}) => labels.includes(label)).map(set => set.p)) - p),
      );
      const firsts = Object.entries(first).map(([label, p]) =>
        Math.abs(total(sets.filter(({labels}) => (labels[0] ?? "none") === label).map(set => set.p)) - p),
      );
      largest = Math.max(largest, ...sums, ...firsts, Math.abs(total(Object.values(first)) - 1));
      expect(sets.every(({labels}) => labels.join() === [...labels].sort().join())).toBe(true);
    }
    expect(largest).toBeLessThan(2e-4); // sets below a millionth are not stored: at most 128 of them
  });

  test("is what the sampled annotators are drawn from: no label is off by more than four standard errors", async () => {
    const rows = [...(await known(task, "calibration")), ...(await known(task, "test"))];
    for (const label of Object.keys(rows[0]?.marginal ?? {})) {
      // Members of a panel are distinct, so the variance of independent draws bounds that of their mean.
      const expected = total(rows.map(({marginal, annotators}) => (marginal[label] ?? 0) * annotators.length));
      const seen = total(rows.map(({annotations}) => annotations.filter(answer => answer.includes(label)).length));
      const variance = total(rows.map(({marginal: {[label]: p = 0}, annotators}) => p * (1 - p) * annotators.length));
      expect(Math.abs(seen - expected) / Math.sqrt(variance)).toBeLessThan(4);
    }
  });

  test("belongs to posts that training never shows, by five distinct annotators each", async () => {
    const splits = await Promise.all(SPLITS.map(split => rowsOf(task, split)));
    const texts = splits.flat().map(({text}) => text);
    expect(new Set(texts).size).toBe(texts.length);
    const panels = splits.flat().map(({annotators}) => new Set(annotators).size);
    expect(panels).toEqual(panels.map(() => 5));
  });
});

test("the generator has at least 200 clauses, some of them kept for the test split alone", async () => {
  const lines = (await readFile(join(packageRoot, "scripts/ladder/clauses.txt"), "utf8")).split("\n");
  const clauses = lines.filter(line => line.trim() !== "" && !line.startsWith("#"));
  expect(new Set(clauses.map(line => line.split("|")[0]?.trim())).size).toBeGreaterThanOrEqual(200);
  expect(clauses.filter(line => line.startsWith("*")).length).toBeGreaterThan(20);
});
