import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {runCommand} from "../../src/commands/run.ts";
import {scoreCommand} from "../../src/commands/score.ts";
import {scoreResultSchema} from "../../src/records/score.ts";
import {RUN_DEFAULTS} from "../../src/run/options.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {tracesOf} from "../run/workspace.ts";
import {withChatTemplate} from "../support/chat-model.ts";

const ladder = join(import.meta.dirname, "../../models/ladder-xxs-base.f16.gguf");
const TEMPLATE =
  "{% for m in messages %}{{ m.content }}\n{% endfor %}{% if think | default(true) %}<think>\n{% endif %}{# </think> #}";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-reasoning-"));
  await writeFile(join(cwd, "thinks.gguf"), withChatTemplate(await readFile(ladder), TEMPLATE));
});
afterAll(async () => {
  await rm(cwd, {recursive: true, force: true});
});

const engine = {threads: 1, strict: true, reader: "public"} as const;
const io = (): CommandIo => ({
  progress: () => {},
  notice: () => {},
  signal: new AbortController().signal,
  env: {...process.env, LABELSCOPE_HOME: join(cwd, "home")},
  cwd,
});

test.each([{}, {think: false}])(
  "a real model thinks, and its label step is what score reads after the prompt, the thought and the opening (%j)",
  async chatArgs => {
    const options = {
      ...RUN_DEFAULTS,
      ...engine,
      task: "posts",
      models: ["thinks.gguf"],
      chat: "auto",
      chatArgs,
    } as const;
    const asked = {
      ...options,
      limit: 1,
      shots: 2,
      reasoning: 7,
      out: `runs-${Object.keys(chatArgs).length}`,
      dryRun: false,
    };
    const [{prompt}] = (await runCommand({...asked, showPrompt: true}, io())).data as [{prompt: {text: string}}];
    // What is shown is what the model goes on with: a thought that the template, or else --reasoning, has opened.
    expect(prompt.text.split("<think>\n")).toEqual([expect.not.stringContaining("</think>"), ""]);
    await runCommand({...asked, showPrompt: false}, io());
    const [name = ""] = await readdir(join(cwd, asked.out));
    const folder = join(cwd, asked.out, name);
    const [trace] = await tracesOf(folder);
    expect(trace?.thought).toMatchObject({
      end: "budget",
      tokens: expect.toSatisfy((tokens: number[]) => tokens.length === 7),
    });
    const manifest = await readManifest(folder);
    expect(manifest?.prompt.chat?.thought).toEqual({open: "<think>", close: "</think>", most: 7});

    const text = `${prompt.text}${trace?.thought?.text}\n</think>\n\n{"label": ["`;
    const labels = manifest?.labels ?? [];
    const score = {model: ladder, labels, labelScoring: "first-token", flashAttention: false, top: 1} as const;
    const {data} = await scoreCommand({...score, ...engine, readInput: async () => text}, io());
    const scored = scoreResultSchema.parse(data).labels.map(({p}) => p);
    expect(trace?.steps[0]?.answerTokens).toBe(0);
    expect(scored).toHaveLength(labels.length);
    for (const [place, p] of scored.entries()) expect(trace?.steps[0]?.probabilities[place]).toBeCloseTo(p, 5);
  },
);
