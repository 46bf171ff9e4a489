import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {CommandIo, CommandResult} from "../../src/commands/command.ts";
import {createProgram} from "../../src/program/program.ts";
import {engineOf, type Workspace, workspace} from "../run/workspace.ts";

const TEMPLATE =
  "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant {{ mode | tojson }} {{ name | tojson }}>";

/** What a command line gives, with a model that has a chat template. */
async function typed(place: Workspace, words: readonly string[]): Promise<CommandResult> {
  const io: CommandIo = {
    progress: () => {},
    notice: () => {},
    signal: new AbortController().signal,
    env: {LABELSCOPE_HOME: join(place.folder, "home")},
    cwd: place.folder,
    openEngine: () => engineOf({chatTemplate: TEMPLATE}),
  };
  let result: CommandResult | undefined;
  const program = createProgram("0", {read: async () => ""}, async call => {
    result = await call(io);
  });
  await program.parseAsync(["node", "labelscope", ...words]);
  if (result === undefined) throw new Error("no command was called");
  return result;
}

describe("flags as they are typed reach what they are for", () => {
  const CHAT = ["--chat", "auto", "--chat-arg", "mode=false", "--chat-arg", "name=no JSON"];

  test("--chat-arg in run: the template has both values, one as JSON and one as a string", async () => {
    const place = await workspace();
    const {text} = await typed(place, [
      "run",
      place.task,
      "--model",
      place.model,
      ...CHAT,
      "--limit",
      "1",
      "--show-prompt",
    ]);
    expect(text).toContain('<assistant false "no JSON">');
  });

  test("--chat-arg in experiment: without a chat it is refused as in run", async () => {
    const place = await workspace();
    for (const words of [["run"], ["experiment", "shots"]]) {
      const given = [...words, place.task, "--model", place.model, "--chat-arg", "mode=false", "--dry-run"];
      await expect(typed(place, given)).rejects.toMatchObject({
        code: "usage",
        message: expect.stringMatching("--chat-arg"),
      });
    }
  });
});
