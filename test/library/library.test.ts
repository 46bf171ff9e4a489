import {join} from "node:path";
import {expect, test} from "vitest";
import {compare, importTable, run, score} from "../../src/index.ts";
import {engineOf, workspace} from "../run/workspace.ts";

test("functions of the library take one object with the commands' defaults, and run on an engine that is given", async () => {
  const {folder, task, model} = await workspace();
  const here = {cwd: folder, env: {LABELSCOPE_HOME: join(folder, "home")}};
  const engine = engineOf();
  const notices: string[] = [];
  const onNotice = (line: string) => void notices.push(line);
  const [outcome] = await run({...here, task, models: [model], engine, onNotice});
  expect(outcome).toMatchObject({finished: true, captured: 12});
  expect(notices.join("\n")).toContain("model: 1 thread: a second one has nothing to do in a model this small");
  const compared = await compare({...here, runs: [outcome?.folder ?? ""], report: false, resamples: 50});
  expect(compared.results.task.documents).toBe(12);
  const prompt = 'Input: document 0\n{"label": ["';
  const read = await score({...here, model, prompt, labels: ["joy", "fear"], engine});
  expect(read.labels[0]?.p).toBeGreaterThan(0.9);
  const made = await importTable({...here, data: "test.jsonl", out: "imported", split: "test"});
  expect(made.documents).toEqual({test: 12});
});
