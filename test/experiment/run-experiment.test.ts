import {readdir, readFile, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {capture, engineOf, tracesOf, workspace} from "../run/workspace.ts";
import {experiment, traceCounts, writtenBy} from "./support.ts";

async function manifestsOf({folder}: {readonly folder: string}): Promise<string[]> {
  const names = (await readdir(join(folder, "runs"))).sort();
  return await Promise.all(
    names.map(async name => await readFile(join(folder, "runs", name, "manifest.json"), "utf8")),
  );
}

describe("an experiment from plan to report", () => {
  test("captures every run, and writes its tables with the numbers of its own file", async () => {
    const place = await workspace();
    const plans: string[] = [];
    const outcome = await experiment(place, {}, {onPlan: text => plans.push(text)});
    const written = await writtenBy(place, outcome);
    expect(outcome).toMatchObject({kind: "finished", results: written});
    expect(await traceCounts(place)).toEqual([12, 12, 12]);
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatch(
      /3 runs, 0 of them there already; 28 documents and \d+ tokens to go, about \d+ s and [\d.]+ kB/,
    );
    // One document in four is answered "fear, joy": alphabetical in any prompt, and never as the reversed prompt has it.
    const rows = new Map(written.tables[0]?.rows.map(({setting, cells}) => [setting, cells]));
    expect(rows.get("reversed")?.alphabetical).toMatchObject({value: 1, n: 3});
    expect(rows.get("reversed")?.prompt).toMatchObject({value: 0, n: 3});
    const folder = join(place.folder, outcome.kind === "finished" ? outcome.folder : "");
    expect((await readdir(folder)).sort()).toEqual(["experiment.json", "figures", "order.csv", "report.html"]);
    const csv = await readFile(join(folder, "order.csv"), "utf8");
    expect(csv).toContain("\nmodel,reversed,alphabetical,1,");
    expect((await stat(join(folder, "figures", "label-order-order.png"))).size).toBeGreaterThan(1000);
  });

  test("the same command again evaluates nothing and writes the same bytes", async () => {
    const place = await workspace();
    const first = await experiment(place, {out: "report"});
    const before = await readFile(join(place.folder, "report", "experiment.json"), "utf8");
    const manifests = await manifestsOf(place);
    const batches: unknown[] = [];
    const again = await experiment(
      place,
      {out: "report"},
      {engine: engineOf({onExtend: items => batches.push(items)})},
    );
    expect(again).toEqual(first);
    expect(batches).toEqual([]);
    expect(await readFile(join(place.folder, "report", "experiment.json"), "utf8")).toBe(before);
    expect(await manifestsOf(place)).toEqual(manifests);
  });

  test("a run that was made by run is reused, and its documents beyond the limit stay out of the tables", async () => {
    const place = await workspace();
    const {folder} = await capture(place, {labelOrder: "reversed", out: "runs"});
    const kept = await readFile(join(folder, "traces.jsonl"), "utf8");
    const written = await writtenBy(place, await experiment(place, {run: {limit: 5}}));
    expect(await readFile(join(folder, "traces.jsonl"), "utf8")).toBe(kept);
    expect((await traceCounts(place)).sort()).toEqual([12, 5, 5]);
    expect(written.task.documents).toBe(5);
    expect(written.tables[0]?.rows.map(({cells}) => cells["multi-label"]?.n)).toEqual([5, 5, 5]);
  });

  test("a plan under way shows how far the whole of it has come", async () => {
    const place = await workspace();
    const seen: number[] = [];
    await experiment(place, {}, {onProgress: ({done, total}) => seen.push(done / total)});
    expect(seen.at(-1)).toBe(1);
    expect(seen.toSorted((one, other) => one - other)).toEqual(seen);
  });

  test("a dry run says what it would cost and leaves nothing behind", async () => {
    const place = await workspace();
    const outcome = await experiment(place, {dryRun: true});
    expect(outcome).toMatchObject({
      kind: "planned",
      text: expect.stringMatching(/36 documents and \d+ tokens to go, about/),
    });
    expect(await readdir(place.folder)).not.toContain("runs");
    expect(await readdir(place.folder)).not.toContain("experiments");
  });

  test("what other captures an estimator needs is made in every run", async () => {
    const place = await workspace();
    const request = {experiment: "shots", values: ["0", "2"], estimators: ["marginal"], run: {limit: 4}} as const;
    const written = await writtenBy(place, await experiment(place, request));
    const cells = written.tables.find(({name}) => name === "marginal")?.rows.map(row => row.cells.l1?.n);
    expect(cells).toEqual([4, 4]);
    const batches: unknown[] = [];
    await experiment(place, request, {engine: engineOf({onExtend: items => batches.push(items)})});
    expect(batches).toEqual([]);
    const other = {...request, run: {...request.run, treeWidth: 0.2}};
    await expect(experiment(place, other)).rejects.toMatchObject({code: "run-changed"});
  });
});

describe("an experiment that stops before its end", () => {
  test("interrupted in the middle it keeps what is finished, and the same command does the rest once", async () => {
    const place = await workspace();
    const controller = new AbortController();
    const stopped = await experiment(
      place,
      {run: {sequences: 1}},
      {
        signal: controller.signal,
        onProgress: ({done}) => {
          if (done >= 17) controller.abort();
        },
      },
    );
    expect(stopped).toMatchObject({kind: "unfinished", total: 36});
    const kept = await traceCounts(place);
    expect(kept.reduce((sum, count) => sum + count, 0)).toBeLessThan(36);
    expect(Math.max(...kept)).toBe(12);
    expect(await experiment(place, {run: {sequences: 1}})).toMatchObject({kind: "finished"});
    expect(await traceCounts(place)).toEqual([12, 12, 12]);
    const folders = await readdir(join(place.folder, "runs"));
    const ids = (await tracesOf(join(place.folder, "runs", folders[1] ?? ""))).map(({document}) => document.id);
    expect(new Set(ids).size).toBe(12);
  });

  test("an engine that breaks ends it with its error, and the next command goes on", async () => {
    const place = await workspace();
    let batches = 0;
    const engine = engineOf({
      onExtend: () => {
        if (++batches > 30) throw new Error("the engine broke");
      },
    });
    await expect(experiment(place, {run: {sequences: 1}}, {engine})).rejects.toThrow("the engine broke");
    const kept = (await traceCounts(place)).reduce((sum, count) => sum + count, 0);
    expect(kept).toBeGreaterThan(0);
    expect(await experiment(place)).toMatchObject({kind: "finished"});
    expect(await traceCounts(place)).toEqual([12, 12, 12]);
  });

  test("a plan longer than --max-minutes is declined with advice, and only the calibration was captured", async () => {
    const place = await workspace();
    const declined = experiment(place, {maxMinutes: 1e-9, run: {limit: 12}});
    await expect(declined).rejects.toMatchObject({
      code: "plan-too-long",
      next: expect.arrayContaining([
        expect.stringContaining("a smaller --limit (now 12)"),
        expect.stringContaining("fewer --values (now 3 settings)"),
        expect.stringContaining("--yes"),
      ]),
    });
    expect(await traceCounts(place)).toEqual([8]);
  });

  test("--yes begins it all the same and stops in time", async () => {
    const place = await workspace();
    const outcome = await experiment(place, {maxMinutes: 1e-9, yes: true});
    expect(outcome).toMatchObject({kind: "unfinished", done: 8, total: 36});
    expect(await experiment(place, {maxMinutes: 1e6})).toMatchObject({kind: "finished"});
  });

  test("a plan larger than the disk is declined whatever else was said", async () => {
    const place = await workspace();
    const full = experiment(place, {yes: true}, {availableBytes: async () => 1000});
    await expect(full).rejects.toMatchObject({code: "plan-too-large", facts: {availableBytes: 1000}});
    expect(await traceCounts(place)).toEqual([8]);
  });

  test("a run whose task has changed since is refused by name", async () => {
    const place = await workspace();
    await experiment(place);
    const path = join(place.folder, "task.yaml");
    await writeFile(path, (await readFile(path, "utf8")).replace("Numbered", "Counted"));
    await expect(experiment(place)).rejects.toMatchObject({code: "run-changed", facts: {changed: ["the task file"]}});
  });
});
