import {describe, expect, test} from "vitest";
import {promptTokens, promptWriter} from "../../src/capture/prompt-text.ts";
import type {Model} from "../../src/engine/engine.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {codeOf} from "../support/code-of.ts";

const [END, BOS] = [256, 257];

function withTemplate(chatTemplate: string | undefined, bos = false): Model {
  return {...scriptedModel({bos}), chatTemplate};
}

const TEMPLATE =
  "{{ bos_token }}user\n{{ messages[0].content }}<end>\n{% if add_generation_prompt %}assistant\n{% endif %}";
const rendered = {body: "say <end> and <bos>\n", opening: '{"label": ["'};
const bytes = (text: string) => Array.from(Buffer.from(text, "utf8"));

describe("promptWriter, raw", () => {
  test("writes the text as it is, with the opening or without", () => {
    const {write, templated} = promptWriter(withTemplate(TEMPLATE), "raw");
    expect(templated).toBe(false);
    expect(write(rendered, "given")).toEqual({
      text: 'say <end> and <bos>\n{"label": ["',
      parts: [{text: 'say <end> and <bos>\n{"label": ["', special: false}],
    });
    expect(write(rendered, "free").text).toBe("say <end> and <bos>\n");
  });

  test("is used where the model has no template of its own", () => {
    const {write, templated} = promptWriter(withTemplate(undefined), "auto");
    expect(templated).toBe(false);
    expect(write(rendered, "free").text).toBe("say <end> and <bos>\n");
  });
});

describe("promptWriter, with the model's template", () => {
  test("cuts at the template's special tokens alone: what looks like one in the document stays text", () => {
    const {write, templated} = promptWriter(withTemplate(TEMPLATE, true), "auto");
    expect(templated).toBe(true);
    expect(write(rendered, "given").parts).toEqual([
      {text: "<bos>", special: true},
      {text: "user\nsay <end> and <bos>\n", special: false},
      {text: "<end>", special: true},
      {text: '\nassistant\n{"label": ["', special: false},
    ]);
  });

  test("the text that is shown is the parts, joined", () => {
    const {write} = promptWriter(withTemplate(TEMPLATE, true), "auto");
    for (const opening of ["given", "free"] as const) {
      const {text, parts} = write(rendered, opening);
      expect(parts.map(part => part.text).join("")).toBe(text);
      expect(text.endsWith(opening === "given" ? rendered.opening : "assistant\n")).toBe(true);
    }
  });

  test("a document is never trimmed or changed by the template", () => {
    const {write} = promptWriter(withTemplate("{{ messages[0].content | trim }}!"), "auto");
    const body = "  {{ 1 + 1 }} <end> {% x %} \u0001 \n";
    expect(write({body, opening: ""}, "free").text).toBe(`${body}!`);
  });

  test.each([
    ["loses the message", "{{ bos_token }}hello"],
    ["writes the message twice", "{{ messages[0].content }}{{ messages[0].content }}"],
    ["has a syntax error", "{% if %}"],
    ["refuses to render", "{{ raise_exception('no') }}"],
  ])("a template that %s is refused", async (_what, template) => {
    expect(await codeOf(() => promptWriter(withTemplate(template), "auto"))).toBe("chat-template-failed");
  });
});

describe("promptTokens", () => {
  test("special parts become their ids, text its own tokens", () => {
    const model = withTemplate(TEMPLATE, true);
    const {write} = promptWriter(model, "auto");
    expect(promptTokens(model, write(rendered, "free"))).toEqual([
      BOS,
      ...bytes("user\nsay <end> and <bos>\n"),
      END,
      ...bytes("\nassistant\n"),
    ]);
  });

  test("BOS is added once where the model wants it and the template does not write it", () => {
    const model = withTemplate("{{ messages[0].content }}", true);
    const {write} = promptWriter(model, "auto");
    expect(promptTokens(model, write({body: "<bos>a", opening: ""}, "free"))).toEqual([BOS, ...bytes("<bos>a")]);
  });

  test("no BOS where the model wants none", () => {
    const model = withTemplate(undefined);
    const {write} = promptWriter(model, "raw");
    expect(promptTokens(model, write({body: "a", opening: "b"}, "given"))).toEqual(bytes("ab"));
  });
});
