import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Script} from "../../src/engine/scripted.ts";
import type {RunOptions} from "../../src/run/options.ts";
import {planRun} from "../../src/run/plan.ts";
import {codeOf} from "../support/code-of.ts";
import {capture, engineOf, optionsOf, saying, tracesOf, type Workspace, workspace} from "./workspace.ts";

const TEMPLATE =
  "{{ bos_token }}{{ strftime_now('%d.%m.%Y') }}{% for m in messages %}<{{ m.role }}>{{ m.content }}<end>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
const NO_DATE = TEMPLATE.replace("{{ strftime_now('%d.%m.%Y') }}", "");
const THINKING = `${NO_DATE}{% if enable_thinking | default(true) %}<think>\n{% else %}<think>\n</think>\n{% endif %}`;

async function planned(place: Workspace, chatTemplate: string | undefined, changes: Partial<RunOptions>, day = 4) {
  const engine = engineOf(chatTemplate === undefined ? {} : {chatTemplate});
  const plan = await planRun(engine, optionsOf(place, changes), {
    cwd: place.folder,
    env: {LABELSCOPE_HOME: join(place.folder, "home")},
    now: () => new Date(2031, 2, day, 5, 6, 7),
  });
  const [model] = plan.models;
  const [first] = model?.documents ?? [];
  if (model === undefined || first === undefined) throw new Error("nothing is planned");
  return {model, text: model.promptOf(first.document)};
}

describe("--chat", () => {
  const SHOTS = {shots: 2, multiShare: 0, noneShare: 0.5, seed: 0, limit: 1};

  test("auto gives demonstrations as turns: the user has the document, the assistant the answer, without the raw prompt's line breaks", async () => {
    const {text} = await planned(await workspace(), NO_DATE, {chat: "auto", ...SHOTS});
    expect(text).toMatch(
      /^<bos><user>Labels: anger, fear, joy\.\n\nInput: document \d+ \(t\d+\)<end><assistant>\{"label": \["[a-z]+"\]\}<end><user>Input: document \d+ \(t\d+\)<end><assistant>\{"label": \["[a-z]+"\]\}<end><user>Input: document \d+ \(d\d+\)<end><assistant>\{"label": \["$/,
    );
  });

  test("single gives the raw prompt in one user turn", async () => {
    const place = await workspace();
    const raw = await planned(place, NO_DATE, SHOTS);
    const single = await planned(place, NO_DATE, {chat: "single", ...SHOTS});
    const body = raw.text.slice(0, -'{"label": ["'.length);
    expect(single.text).toBe(`<bos><user>${body}<end><assistant>{"label": ["`);
  });

  test("a task's system text has a turn of its own, and stands in front of a raw prompt", async () => {
    const place = await workspace();
    const file = join(place.folder, "task.yaml");
    const yaml = await readFile(file, "utf8");
    await writeFile(file, yaml.replace("  instruction:", '  system: "You are exact."\n  instruction:'));
    const chat = await planned(place, NO_DATE, {chat: "auto", ...SHOTS});
    expect(chat.text.startsWith("<bos><system>You are exact.<end><user>Labels:")).toBe(true);
    expect((await planned(place, NO_DATE, SHOTS)).text.startsWith("You are exact.\n\nLabels:")).toBe(true);
  });

  test("a model without a template is asked raw, and its run is another than the raw one", async () => {
    const place = await workspace();
    const [raw, auto] = [
      await planned(place, undefined, SHOTS),
      await planned(place, undefined, {chat: "auto", ...SHOTS}),
    ];
    expect(auto.text).toBe(raw.text);
    expect(auto.model.templated).toBe(false);
    expect(auto.model.folder).not.toBe(raw.model.folder);
  });

  test("--chat-arg reaches the template with its JSON type", async () => {
    const template = `${NO_DATE}{{ mode | tojson }}{{ mode is boolean }}`;
    const {text} = await planned(await workspace(), template, {chat: "single", chatArgs: {mode: false}, ...SHOTS});
    expect(text).toContain('<assistant>falseTrue{"label": ["');
  });

  test("advice after a template that fails names only what works", async () => {
    const place = await workspace();
    const adviceFor = async (template: string, changes: Partial<RunOptions> = {}) => {
      const error = await planned(place, template, {chat: "auto", ...SHOTS, ...changes}).catch(error => error);
      return error.next.map((line: string) => /--chat \w+/.exec(line)?.[0]);
    };
    const oneTurn = `{% if messages | length > 1 %}{{ raise_exception('one turn') }}{% endif %}${NO_DATE}`;
    expect(await adviceFor(oneTurn)).toEqual(["--chat single", "--chat raw"]);
    await planned(place, oneTurn, {chat: "single", ...SHOTS});
    for (const broken of ["{% if", "{{ raise_exception('never') }}", "{{ messages[0].content | upper }}", "{{ 1 }}"])
      expect(await adviceFor(broken)).toEqual(["--chat raw"]);
    expect(await adviceFor("{{ messages[0].content | upper }}", {chat: "single"})).toEqual(["--chat raw"]);
  });

  test("options of a template without a template to take them are refused", async () => {
    const place = await workspace();
    expect(await codeOf(() => planned(place, NO_DATE, {chatArgs: {a: 1}}))).toBe("usage");
    expect(await codeOf(() => planned(place, NO_DATE, {reasoning: 4}))).toBe("usage");
    expect(await codeOf(() => planned(place, undefined, {chat: "auto", reasoning: 4}))).toBe("no-thought");
    expect(await codeOf(() => planned(place, NO_DATE, {chat: "auto", reasoning: 4}))).toBe("no-thought");
    expect(await codeOf(() => planned(place, THINKING, {chat: "auto", reasoning: 4, estimators: ["unary"]}))).toBe(
      "usage",
    );
  });
});

describe("a date in a chat template", () => {
  test("is that of the run's start, also when the run is continued another day", async () => {
    const place = await workspace();
    const options = {chat: "auto", shots: 1, multiShare: 0, noneShare: 0, limit: 2} as const;
    const engine = engineOf({chatTemplate: TEMPLATE});
    const {folder, manifest} = await capture(place, options, {engine, now: () => new Date(2031, 2, 4, 5, 6, 7)});
    expect(manifest.prompt.chat?.now).toBe("2031-03-04T05:06:07");
    const later = await planned(place, TEMPLATE, {...options, limit: 4}, 9);
    expect(later.model.folder).toBe(folder);
    expect(later.text.startsWith("<bos>04.03.2031<user>")).toBe(true);
    expect((await planned(place, TEMPLATE, {...options, fresh: true}, 9)).text.startsWith("<bos>09.03.2031")).toBe(
      true,
    );
    await capture(place, {...options, limit: 4}, {engine, now: () => new Date(2031, 2, 9)});
    expect(await tracesOf(folder)).toHaveLength(4);
  });

  test("is not recorded where the template shows none", async () => {
    const {model} = await planned(await workspace(), NO_DATE, {chat: "auto", limit: 1});
    expect(model.chat).toBeDefined();
    expect(model.chat?.now).toBeUndefined();
  });
});

/** Writes a thought, piece by piece, and then an answer. */
const thinking =
  (thought: readonly string[]): Script =>
  text => {
    const opened = text.slice(text.lastIndexOf("<think>\n") + 8);
    if (opened.includes('{"label": ["')) return saying(["joy", '"]}'])(text);
    const place = thought.findIndex((_, count) => thought.slice(0, count).join("") === opened);
    return {[thought[place] ?? "?"]: 5};
  };

describe("--reasoning", () => {
  const options = {chat: "auto", reasoning: 12, limit: 2, shots: 0} as const;
  const run = async (thought: readonly string[], changes: Partial<RunOptions> = {}) => {
    const seen: string[] = [];
    const script: Script = text => {
      seen.push(text);
      return thinking(thought)(text);
    };
    const outcome = await capture(
      await workspace(),
      {...options, ...changes},
      {
        engine: engineOf({
          chatTemplate: THINKING,
          script,
          tokens: ["joy", "fear", "anger", "none", '", "', '"]}', '"]', "</think>", "Hm"],
        }),
      },
    );
    return {outcome, seen, traces: await tracesOf(outcome.folder)};
  };

  test("the model thinks until it closes its thought, and label steps are read after that", async () => {
    const {traces, seen} = await run(["Hm", ".", "</think>"]);
    expect(traces.map(({thought}) => thought?.text)).toEqual(["Hm.</think>", "Hm.</think>"]);
    expect(traces.map(({thought}) => thought?.end)).toEqual(["closed", "closed"]);
    expect(traces.map(({answer}) => answer.labels)).toEqual([["joy"], ["joy"]]);
    expect(seen.some(text => text.endsWith('<think>\nHm.</think>\n\n{"label": ["'))).toBe(true);
    expect(seen.some(text => text.endsWith('<think>\n{"label": ["'))).toBe(false);
  });

  test("a thought that is cut by the budget, or by the end of the turn, is closed for the model", async () => {
    const cut = await run(["Hm", "Hm", "Hm", "Hm"], {reasoning: 3});
    expect(cut.traces[0]?.thought).toMatchObject({text: "HmHmHm", end: "budget"});
    expect(cut.seen.some(text => text.endsWith('<think>\nHmHmHm\n</think>\n\n{"label": ["'))).toBe(true);
    const ended = await run(["Hm", "<end>"]);
    expect(ended.traces[0]?.thought).toMatchObject({text: "Hm", end: "turn"});
    expect(ended.seen.some(text => text.endsWith('<think>\nHm\n</think>\n\n{"label": ["'))).toBe(true);
  });

  test("lanes side by side and one after another read the same", async () => {
    const [one, several] = [
      await run(["Hm", "</think>"], {sequences: 1}),
      await run(["Hm", "</think>"], {sequences: 4}),
    ];
    const steps = ({traces}: typeof one) => traces.map(({steps, thought}) => [steps, thought]);
    expect(steps(several)).toEqual(steps(one));
  });

  test("a template that opens a thought without --reasoning is remarked, with the argument that switches it off", async () => {
    const place = await workspace();
    const {model} = await planned(place, THINKING, {chat: "auto", limit: 1});
    expect(model.remarks.join()).toContain("--chat-arg enable_thinking=false");
    const off = await planned(place, THINKING, {chat: "auto", limit: 1, chatArgs: {enable_thinking: false}});
    expect(off.model.remarks).toEqual([]);
    const both = {chat: "auto", reasoning: 3, chatArgs: {enable_thinking: false}} as const;
    expect(await codeOf(() => planned(place, THINKING, both))).toBe("no-thought");
  });
});
