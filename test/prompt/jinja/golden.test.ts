import {readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {Template} from "../../../src/prompt/jinja/template.ts";
import {TemplateError} from "../../../src/prompt/jinja/template-error.ts";
import {fromJson} from "../../../src/prompt/jinja/value.ts";

const outcome = {text: z.string().optional(), error: z.string().optional()};
const golden = z
  .object({
    now: z.string(),
    templates: z.record(z.string(), z.string()),
    conversations: z.record(z.string(), z.record(z.string(), z.unknown())),
    cases: z.array(z.object({template: z.string(), conversation: z.string(), ...outcome})),
    short: z.array(z.object({source: z.string(), ...outcome})),
  })
  .parse(JSON.parse(await readFile(new URL("../../golden/chat-templates.golden.json", import.meta.url), "utf8")));

function rendered(source: string, conversation: string): {readonly text?: string; readonly error?: string} {
  const values = Object.entries(golden.conversations[conversation] ?? {});
  try {
    const template = new Template(source);
    return {
      text: template.render(new Map(values.map(([name, value]) => [name, fromJson(value)])), golden.now).text.text,
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return {error: error.message};
  }
}

describe("a chat template renders as jinja2 does, to the byte, and is refused where jinja2 refuses it", () => {
  test.each(golden.cases)("$template, $conversation", ({template, conversation, text, error}) => {
    const ours = rendered(golden.templates[template] ?? "", conversation);
    expect(ours.text).toBe(text);
    expect(ours.error === undefined).toBe(error === undefined);
  });

  test("at least 25 templates are compared", () => {
    expect(Object.keys(golden.templates).length).toBeGreaterThanOrEqual(25);
  });
});

describe("an expression or statement gives what jinja2 gives", () => {
  test.each(golden.short)("$source", ({source, text, error}) => {
    const ours = rendered(source, "turns");
    expect(ours.text).toBe(text);
    expect(ours.error === undefined).toBe(error === undefined);
  });
});
