import {existsSync} from "node:fs";
import {chmod, mkdir, readFile, utimes, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test, vi} from "vitest";
import {z} from "zod";
import type {CommandIo} from "../../src/commands/command.ts";
import {compareCommand} from "../../src/commands/compare.ts";
import {inspectCommand} from "../../src/commands/inspect.ts";
import {lsCommand} from "../../src/commands/ls.ts";
import {openCommand} from "../../src/commands/open.ts";
import {rmCommand} from "../../src/commands/rm.ts";
import {aModel, capture, type Workspace, workspace} from "../run/workspace.ts";

function io({folder: cwd}: Workspace, changes: Partial<CommandIo> = {}): CommandIo {
  return {progress: () => {}, notice: () => {}, signal: new AbortController().signal, env: {}, cwd, ...changes};
}

/** Two runs of one model with other shots, one of a second model, and a comparison. */
async function place(): Promise<Workspace> {
  const made = await workspace();
  await aModel(join(made.folder, "other.gguf"), 4096, {"general.name": "other"});
  const few = await capture(made, {shots: 2, limit: 4});
  await capture(made, {shots: 4, limit: 4});
  await capture({...made, model: "other.gguf"}, {shots: 4, limit: 4});
  await compareCommand({runs: [few.folder], out: "comparisons/one", resamples: 20, report: false}, io(made));
  return made;
}

const itemsSchema = z.object({
  items: z.array(
    z.object({
      shelf: z.string(),
      name: z.string(),
      task: z.string(),
      documents: z.number(),
      finished: z.boolean(),
      folder: z.string(),
    }),
  ),
});

describe("what there is", () => {
  test("ls names runs by what differs, says how many documents they hold, and any command takes these names", async () => {
    const made = await place();
    const {data, text} = await lsCommand({}, io(made));
    const {items} = itemsSchema.parse(data);
    expect(items.map(({shelf, name, documents, finished}) => [shelf, name, documents, finished]).sort()).toEqual([
      ["comparisons", "one", 4, true],
      ["runs", "model (2 shots)", 4, true],
      ["runs", "model (4 shots)", 4, true],
      ["runs", "other (4 shots)", 4, true],
    ]);
    expect(text).toMatch(/^what +task +name/);
    expect((await inspectCommand({runs: ["numbers/other (4 shots)"]}, io(made))).text).toContain("other");
    const compared = await compareCommand(
      {runs: ["model (2 shots)", "other (4 shots)"], out: "out", resamples: 20, report: false},
      io(made),
    );
    expect(
      Object.keys(
        z.object({results: z.object({estimates: z.record(z.string(), z.unknown())})}).parse(compared.data).results
          .estimates,
      ),
    ).toEqual(["model (2 shots)", "other (4 shots)"]);
    await expect(inspectCommand({runs: ["othr"]}, io(made))).rejects.toMatchObject({code: "no-run"});
  });

  test("a run that holds fewer documents than were planned is not finished, and a folder with something else is passed over", async () => {
    const made = await workspace();
    const {folder} = await capture(made, {limit: 4});
    const path = join(folder, "traces.jsonl");
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, lines.slice(0, 2).join("\n"));
    await mkdir(join(made.folder, "runs", "notes"));
    const {items} = itemsSchema.parse((await lsCommand({shelf: "runs"}, io(made))).data);
    expect(items.map(({documents, finished}) => [documents, finished])).toEqual([[1, false]]);
  });

  test("an empty folder says where things would be", async () => {
    const {text} = await lsCommand({}, io(await workspace()));
    expect(text).toBe("nothing yet in runs/, comparisons/, studies/, experiments/\n");
  });
});

describe("rm", () => {
  test("asks, and removes only what was named", async () => {
    const made = await place();
    const questions: string[] = [];
    const answering = (answer: boolean) => io(made, {ask: async question => questions.push(question) > 0 && answer});
    await rmCommand({names: ["other (4 shots)"], yes: false}, answering(false));
    expect(itemsSchema.parse((await lsCommand({}, io(made))).data).items).toHaveLength(4);
    await rmCommand({names: ["other (4 shots)", "one"], yes: false}, answering(true));
    expect(questions[1]).toMatch(
      /runs: runs\/numbers-other[^\n]*\ncomparisons: comparisons\/one[^\n]*\nremove 2 folders/,
    );
    const {items} = itemsSchema.parse((await lsCommand({}, io(made))).data);
    expect(items.map(({name}) => name).sort()).toEqual(["model (2 shots)", "model (4 shots)"]);
  });

  test("by age it takes what was not written since, and refuses where it cannot ask", async () => {
    const made = await place();
    const {items} = itemsSchema.parse((await lsCommand({shelf: "runs"}, io(made))).data);
    const old = items[0]?.folder ?? "";
    const long = new Date(Date.now() - 40 * 24 * 60 * 60 * 1000);
    for (const file of ["manifest.json", "traces.jsonl"]) await utimes(join(old, file), long, long);
    await expect(rmCommand({names: [], olderThan: 30, yes: false}, io(made))).rejects.toMatchObject({
      code: "not-confirmed",
    });
    const {data} = await rmCommand({names: [], olderThan: 30, yes: true}, io(made));
    expect(data).toEqual({removed: [old]});
    expect(existsSync(old)).toBe(false);
    await expect(rmCommand({names: [], yes: true}, io(made))).rejects.toMatchObject({code: "usage"});
    await expect(rmCommand({names: ["nowhere"], yes: true}, io(made))).rejects.toMatchObject({code: "nothing-called"});
  });
});

describe("open", () => {
  test("starts the browser that BROWSER names with the newest page, or says where the page is", async () => {
    const made = await place();
    await expect(openCommand({}, io(made))).rejects.toMatchObject({code: "no-page"});
    await writeFile(join(made.folder, "comparisons", "one", "report.html"), "<p>page</p>");
    const browser = join(made.folder, "browser.sh");
    await writeFile(browser, `#!/bin/sh\nprintf '%s' "$1" > "${made.folder}/opened"\n`);
    await chmod(browser, 0o755);
    const {text, data} = await openCommand({name: "one"}, io(made, {env: {BROWSER: browser}}));
    expect(text).toBe("comparisons/one/report.html\n");
    expect(data).toMatchObject({opened: true});
    await vi.waitFor(async () =>
      expect(await readFile(join(made.folder, "opened"), "utf8")).toBe(
        join(made.folder, "comparisons/one/report.html"),
      ),
    );
    const notices: string[] = [];
    const none = await openCommand({}, io(made, {env: {BROWSER: "/nowhere"}, notice: line => notices.push(line)}));
    expect(none.data).toMatchObject({opened: false});
    expect(notices).toHaveLength(1);
  });
});
