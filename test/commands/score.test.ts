import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {bar, massWarning, type ScoreOptions, scoreCommand} from "../../src/commands/score.ts";
import {scoreResultSchema} from "../../src/records/score.ts";
import {labelStepSchema} from "../../src/records/trace.ts";
import {aModel, engineOf, workspace} from "../run/workspace.ts";
import {emptyFolder} from "../store/records.ts";

async function refusal(changes: Partial<ScoreOptions>, cwd?: string): Promise<unknown> {
  const folder = cwd ?? (await emptyFolder());
  const io: CommandIo = {
    progress: () => {},
    notice: () => {},
    signal: new AbortController().signal,
    env: {LABELSCOPE_HOME: join(folder, "home")},
    cwd: folder,
  };
  const options: ScoreOptions = {
    model: "model.gguf",
    labels: ["joy", "fear"],
    labelScoring: "auto",
    flashAttention: false,
    strict: false,
    top: 10,
    readInput: async () => "a prompt",
    ...changes,
  };
  return await scoreCommand(options, io).catch(error => error);
}

describe("score, before any model is loaded", () => {
  test("an empty prompt", async () => {
    expect(await refusal({readInput: async () => ""})).toMatchObject({code: "empty-prompt"});
  });

  test("a prompt file that is not there, and a folder in its place", async () => {
    expect(await refusal({promptFile: "gone.txt"})).toMatchObject({
      code: "file-missing",
      message: expect.stringContaining("gone.txt"),
    });
    expect(await refusal({promptFile: "."})).toMatchObject({
      code: "file-missing",
      message: expect.stringContaining("it is a folder"),
    });
  });

  test("a prompt file of bytes that are no text", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "latin1.txt"), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    expect(await refusal({promptFile: "latin1.txt"}, folder)).toMatchObject({code: "not-utf8"});
  });

  test("the prompt file wins over standard input, which is then not read", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "empty.txt"), "");
    const readInput = async () => {
      throw new Error("standard input was read");
    };
    expect(await refusal({promptFile: "empty.txt", readInput}, folder)).toMatchObject({code: "empty-prompt"});
  });

  test("a label that is named twice", async () => {
    expect(await refusal({labels: ["joy", "fear", "joy"]})).toMatchObject({
      code: "usage",
      message: '--labels names "joy" twice',
    });
  });

  test("a model that is not there, and one that is not known", async () => {
    expect(await refusal({})).toMatchObject({code: "model-missing"});
    expect(await refusal({model: "smollm2-135m-instrct"})).toMatchObject({code: "model-unknown"});
  });
});

test("--json has the words of a trace's label step, and what it says adds up", async () => {
  const place = await workspace();
  const ended = await scoreCommand(
    {
      model: place.model,
      labels: ["joy", "fear", "none"],
      labelScoring: "auto",
      flashAttention: false,
      strict: true,
      top: 2,
      readInput: async () => 'Input: document 0\n{"label": ["',
    },
    {
      progress: () => {},
      notice: () => {},
      signal: new AbortController().signal,
      env: {LABELSCOPE_HOME: join(place.folder, "home")},
      cwd: place.folder,
      openEngine: () => engineOf(),
    },
  );
  const data = scoreResultSchema.parse(JSON.parse(JSON.stringify(ended.data)));
  expect(data).toEqual(ended.data);
  // The script gives joy 5, fear 0.5 and none 0.
  expect(data.labels.map(({name, logit, score}) => [name, logit, score])).toEqual([
    ["joy", 5, 5],
    ["fear", 0.5, 0.5],
    ["none", 0, 0],
  ]);
  const sum = Math.exp(5) + Math.exp(0.5) + 1;
  expect(data.labels[0]?.p).toBeCloseTo(Math.exp(5) / sum, 6);
  expect(data.promptTokenIds).toHaveLength(data.promptTokens);
  const shared = Object.keys(data).filter(name => name in labelStepSchema.shape);
  expect(shared).toEqual(
    expect.arrayContaining(["logSumExp", "entropyBits", "vocabEntropyBits", "labelMass", "argmaxIsLabel", "topTokens"]),
  );
});

describe("a small label mass", () => {
  const labels = ["joy"];
  const topTokens = [{token: 2, text: " the", logit: 3, p: 0.9}];

  test("is warned of below .5, with what the model would rather say, and not from there on", () => {
    const [first = ""] = massWarning({labelMass: 0.4999, labels, topTokens});
    expect(first).toContain("warning: label mass 0.4999");
    expect(first).toContain('" the"');
    expect(massWarning({labelMass: 0.5, labels, topTokens})).toEqual([]);
  });
});

describe("bar", () => {
  test.each([
    [0, ""],
    [1, "█".repeat(24)],
    [0.5, "█".repeat(12)],
    [1 / 24 / 8, "▏"],
    [1 / 24 + 7 / 8 / 24, "█▉"],
  ])("%d is %j", (p, text) => {
    expect(bar(p)).toBe(text);
  });
});

test("what a model's file says that bears on its numbers is said, as run and doctor do", async () => {
  const place = await workspace();
  const notices: string[] = [];
  for (const extra of [{"tokenizer.ggml.pre": "gpt-2"}, {}]) {
    await aModel(join(place.folder, place.model), 4096, {"tokenizer.ggml.model": "gpt2", ...extra});
    await scoreCommand(
      {
        model: place.model,
        labels: ["joy"],
        labelScoring: "auto",
        flashAttention: false,
        strict: true,
        top: 1,
        readInput: async () => '{"label": ["',
      },
      {
        progress: () => {},
        notice: line => notices.push(line),
        signal: new AbortController().signal,
        env: {LABELSCOPE_HOME: join(place.folder, "home")},
        cwd: place.folder,
        openEngine: () => engineOf(),
      },
    );
    notices.push("next");
  }
  const [named, unnamed = ""] = notices.join("\n").split("next");
  expect(named).not.toContain("pre-tokenizer");
  expect(unnamed).toContain("no pre-tokenizer (tokenizer.ggml.pre)");
});
