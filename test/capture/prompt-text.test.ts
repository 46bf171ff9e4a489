import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Chat, promptTokens, promptWriter} from "../../src/capture/prompt-text.ts";
import type {Model} from "../../src/engine/engine.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {ChatTemplate} from "../../src/prompt/chat/chat-template.ts";
import type {Conversation} from "../../src/prompt/chat/conversation.ts";
import {codeOf} from "../support/code-of.ts";

const [END, BOS] = [256, 257];
const NOW = "2031-03-04T05:06:07";
const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{{ m.role }}\n{{ m.content }}<end>\n{% endfor %}{% if add_generation_prompt %}assistant\n{% endif %}";
const conversation: Conversation = {system: undefined, whole: "say <end> and <bos>\n", turns: undefined};
const rendered = {body: "say <end> and <bos>\n", opening: '{"label": ["', conversation};
const bytes = (text: string) => Array.from(Buffer.from(text, "utf8"));

function chatOf(source: string, turns = false): Chat {
  const tokens = {bos_token: "<bos>", eos_token: "<end>"};
  return {template: new ChatTemplate(source, {tokens, args: {}, now: NOW}), turns, after: {free: "", given: ""}};
}

function written(source: string, said: Conversation, {turns = false, opening = ""} = {}): string {
  return promptWriter(scriptedModel(), chatOf(source, turns))({body: "", opening, conversation: said}, "given").text;
}

describe("promptWriter, raw", () => {
  test("writes the text as it is, with the opening or without", () => {
    const write = promptWriter(scriptedModel());
    expect(write(rendered, "given")).toEqual({
      text: 'say <end> and <bos>\n{"label": ["',
      parts: [{text: 'say <end> and <bos>\n{"label": ["', special: false}],
    });
    expect(write(rendered, "free").text).toBe("say <end> and <bos>\n");
  });
});

describe("promptWriter, with the model's template", () => {
  test("cuts at the template's special tokens alone: what looks like one in the document stays text", () => {
    const {parts} = promptWriter(scriptedModel(), chatOf(TEMPLATE))(rendered, "given");
    expect(parts).toEqual([
      {text: "<bos>", special: true},
      {text: "user\nsay <end> and <bos>\n", special: false},
      {text: "<end>", special: true},
      {text: '\nassistant\n{"label": ["', special: false},
    ]);
  });

  test("the text that is shown is the parts, joined", () => {
    const write = promptWriter(scriptedModel(), chatOf(TEMPLATE));
    for (const opening of ["given", "free"] as const) {
      const {text, parts} = write(rendered, opening);
      expect(parts.map(part => part.text).join("")).toBe(text);
      expect(text.endsWith(opening === "given" ? rendered.opening : "assistant\n")).toBe(true);
    }
  });

  test("a template's own trim acts on the message, as it does in transformers", () => {
    const whole = "  {{ 1 + 1 }} <end> {% x %} \u0001 \n";
    expect(written("<{{ messages[0].content | trim }}>", {...conversation, whole})).toBe(`<${whole.trim()}>`);
  });

  test("no text of a document adds a special token, whatever the template does with it", () => {
    const model = scriptedModel({bos: true});
    const write = promptWriter(model, chatOf(TEMPLATE.replace("m.content", "(m.content | trim)")));
    const piece = fc.constantFrom("<end>", "<bos>", "<", "end>", " ", "\n", "x", "🙂", "{{", "%}");
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 8}), parts => {
        const whole = parts.join("");
        const said = {body: "", opening: "o", conversation: {...conversation, whole}};
        const special = promptTokens(model, write(said, "given")).filter(token => token === END || token === BOS);
        expect(special).toEqual([BOS, END]);
      }),
    );
  });

  test.each([
    ["loses the message", "{{ bos_token }}hello"],
    ["writes the message twice", "{{ messages[0].content }}{{ messages[0].content }}"],
    ["changes the message", "{{ messages[0].content | upper }}"],
    ["has a syntax error", "{% if %}"],
    ["refuses to render", "{{ raise_exception('no') }}"],
    ["does not come to an end", "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"],
    ["writes without an end", "{% for a in range(99999) %}{{ 'x' * 9999 }}{% endfor %}"],
  ])("a template that %s is refused", async (_what, template) => {
    expect(await codeOf(() => written(template, conversation))).toBe("chat-template-failed");
  });
});

describe("system text and turns", () => {
  const turns = [
    {role: "user", content: "one"},
    {role: "assistant", content: "joy"},
    {role: "user", content: "two"},
  ] as const;
  const said: Conversation = {system: "Be exact.", whole: "one joy two", turns};

  test("demonstrations are turns, or stand in one user turn", () => {
    expect(written("{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}", said, {turns: true})).toBe(
      "[system:Be exact.][user:one][assistant:joy][user:two]",
    );
    expect(written("{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}", said)).toBe(
      "[system:Be exact.][user:one joy two]",
    );
  });

  test.each([
    ["raises at one", "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"],
    ["leaves it out", "{% set messages = messages | rejectattr('role', 'eq', 'system') | list %}"],
  ])("a template without a system role that %s gets it in front of the first user turn", (_what, head) => {
    const source = `${head}{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}`;
    expect(chatOf(source).template.systemRole).toBe(false);
    expect(written(source, said, {turns: true})).toBe("[user:Be exact.\n\none][assistant:joy][user:two]");
  });

  test("a task whose templates give no turns is refused with the way out", async () => {
    expect(await codeOf(() => written(TEMPLATE, {...said, turns: undefined}, {turns: true}))).toBe("no-turns");
  });
});

describe("promptTokens", () => {
  test("special parts become their ids, text its own tokens", () => {
    const model = scriptedModel({bos: true});
    expect(promptTokens(model, promptWriter(model, chatOf(TEMPLATE))(rendered, "free"))).toEqual([
      BOS,
      ...bytes("user\nsay <end> and <bos>\n"),
      END,
      ...bytes("\nassistant\n"),
    ]);
  });

  test("BOS is added once where the model wants it and the template does not write it", () => {
    const model = scriptedModel({bos: true});
    const write = promptWriter(model, chatOf("{{ messages[0].content }}"));
    const said = {body: "", opening: "", conversation: {...conversation, whole: "<bos>a"}};
    expect(promptTokens(model, write(said, "free"))).toEqual([BOS, ...bytes("<bos>a")]);
  });

  test("a BOS that the template writes stands there where the model asks for none", () => {
    const model: Model = scriptedModel();
    expect(promptTokens(model, promptWriter(model, chatOf(TEMPLATE))(rendered, "free"))[0]).toBe(BOS);
  });

  test("no BOS where the model wants none", () => {
    const model = scriptedModel();
    const said = {...rendered, body: "a", opening: "b"};
    expect(promptTokens(model, promptWriter(model)(said, "given"))).toEqual(bytes("ab"));
  });
});
