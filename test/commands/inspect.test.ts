import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {inspectCommand} from "../../src/commands/inspect.ts";
import {writeManifest} from "../../src/store/manifest-file.ts";
import {aManifest, aStep, aTrace, emptyFolder} from "../store/records.ts";

const TRACES = [
  aTrace("a", {
    document: {id: "a", text: "tabs\tand \u001b[31mcolours\u202e\nsecond line", annotations: [["joy"], []]},
    steps: [aStep({branch: {close: 0.6, goOn: 0.2, stop: 0.75}})],
  }),
  aTrace("doc-b", {
    answer: {tokens: [9], text: "zebra", wellFormed: false, problems: ["other-text", "not-closed"], labels: []},
    steps: [aStep({kind: "cut", forced: true, emitted: {text: "zebra", kind: "other"}})],
  }),
];

async function aRun(traces = TRACES): Promise<CommandIo> {
  const cwd = await emptyFolder();
  await mkdir(join(cwd, "run"));
  await writeManifest(join(cwd, "run"), aManifest());
  await writeFile(join(cwd, "run", "traces.jsonl"), traces.map(trace => `${JSON.stringify(trace)}\n`).join(""));
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd};
}

describe("inspect", () => {
  test("shows the first document: labels by probability, the emitted one marked, the stop probability", async () => {
    const {text, data} = await inspectCommand({run: "run"}, await aRun());
    const lines = text.split("\n");
    const bars = lines.filter(line => /^ {2}(joy|fear|none) /.test(line));
    expect(bars.map(line => line.trim().split(/\s+/).slice(0, 2))).toEqual([
      ["joy", "0.7500"],
      ["fear", "0.2500"],
      ["none", "0.0000"],
    ]);
    expect(bars.map(line => line.includes("← emitted"))).toEqual([true, false, false]);
    expect(bars[0]).toContain("█".repeat(18));
    expect(text).toContain("step 1 (last): entropy 0.811 bits, vocabulary 2.000, label mass 0.900, stop 0.750");
    expect(text).toContain("annotators [joy] []");
    expect(data).toMatchObject({trace: {document: {id: "a"}}, manifest: {name: "tiny-model-00000000"}});
  });

  test("a document's control characters are spelled out, so that it cannot move the cursor or hide text", async () => {
    const {text} = await inspectCommand({run: "run"}, await aRun());
    expect(text).toContain("tabs\\u0009and \\u001b[31mcolours\\u202e\nsecond line");
    expect(text).not.toContain("\u001b");
  });

  test("--id shows that document, with what is wrong about its answer", async () => {
    const {text} = await inspectCommand({run: "run", id: "doc-b"}, await aRun());
    expect(text).toContain('answer "zebra" — not well-formed: other-text, not-closed');
    expect(text).toContain("step 1 (forced, cut)");
    expect(text).toContain('emitted "zebra", which is no label');
  });

  test("an id that is not there is answered with near ones", async () => {
    await expect(inspectCommand({run: "run", id: "doc-c"}, await aRun())).rejects.toMatchObject({
      code: "unknown-document",
      next: [expect.stringMatching(/^one of 2 documents, e\.g\. doc-b/)],
    });
  });

  test("a run without a document yet, and a folder that is no run, are told apart", async () => {
    await expect(inspectCommand({run: "run"}, await aRun([]))).rejects.toMatchObject({
      code: "unknown-document",
      message: expect.stringContaining("holds no document yet"),
    });
    await expect(inspectCommand({run: "elsewhere"}, await aRun())).rejects.toMatchObject({code: "no-run"});
    await expect(inspectCommand({run: "run/traces.jsonl"}, await aRun())).rejects.toMatchObject({code: "no-run"});
  });
});
