import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {inspectCommand} from "../../src/commands/inspect.ts";
import {writeManifest} from "../../src/store/manifest-file.ts";
import {aManifest, aStep, aTrace, emptyFolder, write} from "../store/records.ts";

const TRACES = [
  aTrace("a", {
    document: {id: "a", text: "tabs\tand \u001b[31mcolours\u202e\nsecond line", annotations: [["joy"], []]},
    steps: [
      aStep({
        branch: {close: 0.6, goOn: 0.2, stop: 0.75},
        topTokens: [
          {token: 2, text: "joy", logit: 2},
          {token: 5, text: "a\u0007", logit: 1},
        ],
      }),
    ],
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
  await write(join(cwd, "run"), "trace", traces);
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd};
}

describe("inspect", () => {
  test("shows the first document: labels by probability, the emitted one marked, the stop probability", async () => {
    const {text, data} = await inspectCommand({runs: ["run"]}, await aRun());
    const lines = text.split("\n");
    const bars = lines.filter(line => /^ {2}(joy|fear|none) /.test(line));
    expect(bars.map(line => line.trim().split(/\s+/).slice(0, 2))).toEqual([
      ["joy", "0.7500"],
      ["fear", "0.2500"],
      ["none", "0.0000"],
    ]);
    expect(bars.map(line => line.endsWith("◀"))).toEqual([true, false, false]);
    expect(bars.map(line => line.split("█").length - 1)).toEqual([24, 8, 0]);
    expect(bars.map(line => /\d\/\d/.exec(line)?.[0])).toEqual(["1/2", undefined, "1/2"]);
    expect(text).toContain("step 1 (last)\nentropy 0.811 bits, vocabulary 2.000, label mass 0.900, stop 0.750");
    // e^(2 − 3) and e^(1 − 3): logit minus log-sum-exp
    expect(text).toContain('best tokens "joy" 0.3679 "a\\\\u0007" 0.1353');
    expect(text).toContain("annotators [joy] []");
    expect(data).toMatchObject({runs: [{trace: {document: {id: "a"}}, manifest: {name: "tiny-model-00000000"}}]});
  });

  test("ends with what its marks mean, and only those that can stand there", async () => {
    const marksOf = async (labels: object) => {
      const io = await aRun([aTrace("a", {document: {id: "a", text: "t", ...labels}, steps: [aStep({})]})]);
      const {text} = await inspectCommand({runs: ["run"]}, io);
      const legend = text.slice(text.lastIndexOf("\n\n")).trim().split("\n");
      expect(legend.every(line => /^\S+ {2,}\S.{1,60}$/.test(line))).toBe(true);
      return legend.map(line => line.split(" ")[0]);
    };
    expect(await marksOf({annotations: [["joy"], [], ["joy"]]})).toEqual(["bar", "k/3", "◀", "stop"]);
    expect(await marksOf({labels: ["joy"]})).toEqual(["bar", "given", "◀", "stop"]);
  });

  test("two runs stand side by side within 80 columns; one without the document says so", async () => {
    const io = await aRun();
    for (const [name, traces] of [
      ["other", TRACES],
      ["empty", []],
    ] as const) {
      await mkdir(join(io.cwd, name));
      await writeManifest(join(io.cwd, name), aManifest({model: {...aManifest().model, id: `model-${name}`}}));
      await write(join(io.cwd, name), "trace", traces);
    }
    const {text} = await inspectCommand({runs: ["run", "other", "run"]}, io);
    expect(text.split("\n").filter(line => line.startsWith("step 1 (last)"))).toEqual([
      `step 1 (last)${" ".repeat(28)}step 1 (last)`,
    ]);
    expect(Math.max(...text.split("\n").map(line => line.length))).toBeLessThanOrEqual(80);
    const {text: lacking} = await inspectCommand({runs: ["run", "empty"]}, io);
    expect(lacking).toContain("no trace of this document");
  });

  test("runs of different tasks are refused", async () => {
    const io = await aRun();
    await mkdir(join(io.cwd, "far"));
    await writeManifest(join(io.cwd, "far"), aManifest({task: {...aManifest().task, id: "another"}}));
    await expect(inspectCommand({runs: ["run", "far"]}, io)).rejects.toMatchObject({code: "different-tasks"});
  });

  test("a document's control characters are spelled out, so that it cannot move the cursor or hide text", async () => {
    const {text} = await inspectCommand({runs: ["run"]}, await aRun());
    expect(text).toContain("tabs\\u0009and \\u001b[31mcolours\\u202e\nsecond line");
    expect(text).not.toContain("\u001b");
  });

  test("--id shows that document, with what is wrong about its answer", async () => {
    const {text} = await inspectCommand({runs: ["run"], id: "doc-b"}, await aRun());
    expect(text).toContain('answer "zebra" — not well-formed: other-text, not-closed');
    expect(text).toContain("step 1 (forced, cut)");
    expect(text).toContain('emitted "zebra", which is no label');
  });

  test("shows what the model thought before it answered, and why no more", async () => {
    const thought = {tokens: [5, 6], text: "Hm, \u001b[31m well", end: "budget" as const};
    const {text} = await inspectCommand({runs: ["run"]}, await aRun([{...aTrace("doc-a"), thought}]));
    expect(text).toContain('thought "Hm, \\u001b[31m well" (2 tokens, cut off by --reasoning)');
    expect((await inspectCommand({runs: ["run"]}, await aRun())).text).not.toContain("thought");
  });

  test("an id that is not there is answered with near ones", async () => {
    await expect(inspectCommand({runs: ["run"], id: "doc-c"}, await aRun())).rejects.toMatchObject({
      code: "unknown-document",
      next: [expect.stringMatching(/^--id ID, one of 2 documents, e\.g\. doc-b/)],
    });
  });

  test("a run without a document yet, and a folder that is no run, are told apart", async () => {
    await expect(inspectCommand({runs: ["run"]}, await aRun([]))).rejects.toMatchObject({
      code: "unknown-document",
      message: expect.stringContaining("holds no document yet"),
    });
    await expect(inspectCommand({runs: ["elsewhere"]}, await aRun())).rejects.toMatchObject({code: "no-run"});
    await expect(inspectCommand({runs: ["run/traces.jsonl"]}, await aRun())).rejects.toMatchObject({code: "no-run"});
  });
});
