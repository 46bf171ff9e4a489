import {spawn} from "node:child_process";
import {once} from "node:events";
import {copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import type {CommandIo} from "../../src/commands/command.ts";
import {modelsInfo} from "../../src/commands/models.ts";
import {type RunCommandOptions, runCommand} from "../../src/commands/run.ts";
import {type ScoreOptions, scoreCommand} from "../../src/commands/score.ts";
import {createRng} from "../../src/math/rng.ts";
import {scoreResultSchema} from "../../src/records/score.ts";
import {RUN_DEFAULTS} from "../../src/run/options.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {TRACES} from "../../src/store/trace-file.ts";
import {type Build, buildCli, callCli, startCli} from "../cli-process.ts";
import {timeless, tracesOf} from "../run/workspace.ts";
import {withFinalNorm} from "../support/corrupt-model.ts";
import {smallestModel} from "../support/models.ts";

/** The embedded task, whose data ships, and the smallest embedded model. */
const TASK = "posts";
const model = smallestModel();

let cwd = "";
let env: Record<string, string> = {};
let build: Build;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "labelscope-model-run-"));
  env = {LABELSCOPE_HOME: join(cwd, "home")};
  build = buildCli();
});
afterAll(async () => {
  build.remove();
  await rm(cwd, {recursive: true, force: true});
});

interface Said {
  readonly notices: string[];
  readonly io: CommandIo;
}

function listening(signal = new AbortController().signal): Said {
  const notices: string[] = [];
  return {
    notices,
    io: {progress: () => {}, notice: line => notices.push(line), signal, env: {...process.env, ...env}, cwd},
  };
}

/** Runs the embedded task on the smallest model; gives its traces and what was said. */
async function run(changes: Partial<RunCommandOptions> & {readonly out: string}) {
  const {notices, io} = listening();
  const options = {
    ...RUN_DEFAULTS,
    task: TASK,
    models: [model],
    threads: 1,
    limit: 6,
    dryRun: false,
    showPrompt: false,
    ...changes,
  };
  const result = await runCommand(options, io);
  const [name = ""] = options.dryRun || options.showPrompt !== false ? [] : await readdir(join(cwd, options.out));
  const folder = join(cwd, options.out, name);
  return {result, notices, folder, traces: name === "" ? [] : await tracesOf(folder)};
}

/** The same run as a command line, strict, in a process of its own. */
function flags(out: string, limit: number): string[] {
  return ["run", TASK, "--model", model, "--strict", "--threads", "1", "--limit", String(limit), "--out", out];
}

async function onlyFolder(out: string): Promise<string> {
  const [name = ""] = await readdir(join(cwd, out)).catch(() => []);
  return join(cwd, out, name);
}

async function lines(out: string): Promise<number> {
  const text = await readFile(join(await onlyFolder(out), TRACES), "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

describe("a run on a real model", () => {
  test("both readers give the same label logits to the bit in strict mode, and say which they are", async () => {
    const native = await run({out: "native", strict: true, reader: "native"});
    const open = await run({out: "public", strict: true, reader: "public"});
    expect(native.traces).toHaveLength(6);
    const scores = ({traces}: typeof native) =>
      traces.map(trace => [trace.document.id, trace.answer.tokens, trace.steps.map(step => step.scores)]);
    expect(scores(open)).toEqual(scores(native));
    expect((await readManifest(native.folder))?.engine).toMatchObject({reader: "native"});
    expect((await readManifest(open.folder))?.engine).toMatchObject({reader: "public"});
  });

  test("strict mode repeats to the bit", async () => {
    const [one, other] = [await run({out: "once", strict: true}), await run({out: "twice", strict: true})];
    expect(timeless(other.traces)).toEqual(timeless(one.traces));
  });

  test("side by side with a shared prefix it stays near strict mode, and finds the same documents", async () => {
    const [strict, beside] = [await run({out: "near-strict", strict: true}), await run({out: "near-default"})];
    const byId = new Map(beside.traces.map(trace => [trace.document.id, trace]));
    const gaps = strict.traces.map(trace => {
      const other = byId.get(trace.document.id);
      return Math.abs((other?.steps[0]?.entropyBits ?? Number.NaN) - (trace.steps[0]?.entropyBits ?? Number.NaN));
    });
    expect(gaps).toHaveLength(6);
    expect(Math.max(...gaps)).toBeLessThan(0.02);
  });

  test("probabilities sum to 1, entropies keep to their bounds, and the model knows its task", async () => {
    // The smallest model of the ladder may answer out of form now and then; this one may not.
    const {traces, result} = await run({out: "known", limit: 30, models: ["ladder-s-base"]});
    const steps = traces.flatMap(trace => trace.steps);
    expect(steps.length).toBeGreaterThanOrEqual(30);
    for (const {probabilities, entropyBits, labelMass} of steps) {
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      expect(entropyBits).toBeLessThanOrEqual(3);
      expect(labelMass).toBeLessThanOrEqual(1);
    }
    expect(result.text).toMatch(/30\/30\s+100 %/);
    expect(result.exitCode).toBeUndefined();
  });

  test("whole labels have the same best label as first tokens where no label shares one", async () => {
    const [first, exact] = [await run({out: "first"}), await run({out: "exact", labelScoring: "exact"})];
    const top = ({traces}: typeof first) => traces.map(trace => [trace.document.id, trace.steps[0]?.top]).sort();
    expect(top(exact)).toEqual(top(first));
  });

  test("constrained decoding gives well-formed answers alone, in either format", async () => {
    for (const format of ["json", "list"] as const) {
      const {traces} = await run({out: `constrained-${format}`, decode: "constrained", format});
      expect(traces.map(trace => trace.answer.problems)).toEqual(traces.map(() => []));
    }
  });

  test("--dry-run and --show-prompt capture nothing; the prompt is the one whose tokens are counted in the trace", async () => {
    const shown = await run({out: "dry", showPrompt: true});
    expect(await readdir(cwd)).not.toContain("dry");
    expect(shown.result.data).toMatchObject([{documents: 6, prompt: {text: expect.stringMatching(/\{"label": \["$/)}}]);
    const captured = await run({out: "wet", limit: 1});
    const [{prompt}] = shown.result.data as [{prompt: {id: string; tokens: number[]}}];
    expect(captured.traces.map(trace => [trace.document.id, trace.promptTokens])).toEqual([
      [prompt.id, prompt.tokens.length],
    ]);
    await expect(run({out: "dry", showPrompt: "no-such-id"})).rejects.toMatchObject({code: "unknown-document"});
  });
});

describe("score", () => {
  const options: ScoreOptions = {
    model,
    labels: [],
    labelScoring: "first-token",
    flashAttention: false,
    strict: true,
    threads: 1,
    top: 3,
    readInput: async () => "",
  };

  test("gives the same distribution as the run's first step on the same prompt", async () => {
    const shown = await run({out: "dry", showPrompt: true, strict: true});
    const {traces, folder} = await run({out: "scored", limit: 1, strict: true});
    const [{prompt}] = shown.result.data as [{prompt: {text: string; tokens: number[]}}];
    const labels = (await readManifest(folder))?.labels ?? [];
    const {data} = await scoreCommand({...options, labels, readInput: async () => prompt.text}, listening().io);
    const first = traces[0]?.steps[0];
    expect(data).toMatchObject({
      promptTokens: prompt.tokens.length,
      promptTokenIds: prompt.tokens,
      labelScoring: "first-token",
      labels: labels.map(name => ({name})),
    });
    const scored = data as {labels: {logit: number; score: number; p: number}[]; [field: string]: unknown};
    expect(scoreResultSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
    expect(scored.labels.map(({logit}) => logit)).toEqual(first?.scores);
    expect(scored.labels.map(({score}) => score)).toEqual(first?.scores);
    expect(scored.labels.map(({p}) => p)).toEqual(first?.probabilities);
    for (const field of ["logSumExp", "entropyBits", "vocabEntropyBits", "labelMass", "argmaxIsLabel"] as const) {
      expect([field, scored[field]]).toEqual([field, first?.[field]]);
    }
    expect(scored).toMatchObject({topTokens: first?.topTokens.slice(0, 3).map(({token, logit}) => ({token, logit}))});
  });

  test("prints JSON on stdout alone, reads standard input, and refuses a label given twice", async () => {
    const score = ["score", "--model", model, "--threads", "1", "--json", "--labels"];
    const ended = await callCli(build, [...score, "joy,fear,none"], {
      cwd,
      env,
      input: 'Input: what a day\n{"label": ["',
    });
    expect({code: ended.code, stderr: ended.stderr}).toEqual({code: 0, stderr: ""});
    const data = JSON.parse(ended.stdout);
    expect(data.labels.map(({name}: {name: string}) => name)).toEqual(["joy", "fear", "none"]);
    expect(data.labels.reduce((sum: number, {p}: {p: number}) => sum + p, 0)).toBeCloseTo(1, 9);
    const twice = await callCli(build, [...score, "joy,joy"], {cwd, env, input: "a"});
    expect(JSON.parse(twice.stdout)).toMatchObject({error: {code: "usage", next: [expect.any(String)]}});
    expect(twice).toMatchObject({code: 2, stderr: expect.stringContaining('--labels names "joy" twice')});
  });

  test("a prompt longer than the context is refused with both sizes", async () => {
    const long = scoreCommand(
      {...options, labels: ["joy"], readInput: async () => "word ".repeat(5000)},
      listening().io,
    );
    await expect(long).rejects.toMatchObject({
      code: "context-overflow",
      message: expect.stringMatching(/^the prompt needs \d{4,} tokens, the context of .+ holds 1024$/),
    });
  });
});

describe("nothing is lost", () => {
  const LIMIT = 60;

  test("killed at random moments and started again, a run holds every document once, equal to one that was left alone", async () => {
    const straight = await callCli(build, flags("straight", LIMIT), {cwd, env});
    expect(straight.code).toBe(0);
    const rng = createRng("kill");
    let landed = 0;
    for (let kill = 0; kill < 8; kill++) {
      const before = await lines("killed");
      const {child, ended} = startCli(build, flags("killed", LIMIT), {cwd, env});
      // A run that was killed while it started has no more lines; every other kill waits for some.
      const wanted = kill % 4 === 3 ? before : before + 1 + Math.floor(rng() * 5);
      while (child.exitCode === null && (await lines("killed")) < wanted)
        await new Promise(resolve => setTimeout(resolve, 1));
      await new Promise(resolve => setTimeout(resolve, rng() * (kill % 4 === 3 ? 800 : 20)));
      child.kill("SIGKILL");
      if ((await ended).code === "SIGKILL") landed++;
    }
    expect(landed).toBeGreaterThanOrEqual(5);
    const last = await callCli(build, flags("killed", LIMIT), {cwd, env});
    expect(last.code).toBe(0);
    const traces = await tracesOf(await onlyFolder("killed"));
    expect(traces).toHaveLength(LIMIT);
    expect(new Set(traces.map(trace => trace.key)).size).toBe(LIMIT);
    expect(timeless(traces)).toEqual(timeless(await tracesOf(await onlyFolder("straight"))));
  });

  test("SIGINT ends with 130 and a way to go on, keeps what is finished, and the same command does the rest", async () => {
    const {child, ended} = startCli(build, flags("interrupted", 300), {cwd, env});
    while (child.exitCode === null && (await lines("interrupted")) < 3)
      await new Promise(resolve => setTimeout(resolve, 5));
    child.kill("SIGINT");
    const {code, stdout, stderr} = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("stopping; what is finished is kept");
    expect(stdout).toContain("Not finished: the same command continues.");
    const kept = await lines("interrupted");
    expect(kept).toBeGreaterThanOrEqual(3);
    expect(kept).toBeLessThan(298);
    const again = await callCli(build, flags("interrupted", kept + 2), {cwd, env});
    expect(again.code).toBe(0);
    const traces = await tracesOf(await onlyFolder("interrupted"));
    expect(traces).toHaveLength(kept + 2);
    expect(new Set(traces.map(trace => trace.key)).size).toBe(kept + 2);
  });

  test("of two processes on one run the second is refused and the first is not disturbed", async () => {
    const {child, ended} = startCli(build, flags("shared", 200), {cwd, env});
    while (child.exitCode === null && (await lines("shared")) < 1) await new Promise(resolve => setTimeout(resolve, 5));
    child.kill("SIGSTOP");
    const second = await callCli(build, flags("shared", 200), {cwd, env});
    child.kill("SIGCONT");
    expect(second).toMatchObject({code: 2, stdout: "", stderr: expect.stringContaining(`pid ${child.pid}`)});
    expect(second.stderr).toContain("run-locked: ");
    expect((await ended).code).toBe(0);
    const traces = await tracesOf(await onlyFolder("shared"));
    expect(traces).toHaveLength(200);
    expect(new Set(traces.map(trace => trace.key)).size).toBe(200);
  });

  test("progress that nobody reads any more does not end the run", async () => {
    const child = spawn(process.execPath, [build.cli, ...flags("unread", 3)], {cwd, env: {...process.env, ...env}});
    child.stderr.destroy();
    child.stdout.resume();
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(await lines("unread")).toBe(3);
  });

  test("a model file that changed since the run began is refused and named", async () => {
    const copy = join(cwd, "changing.gguf");
    await copyFile(model, copy);
    const {folder} = await run({out: "changing", models: [copy], limit: 2});
    const kept = await readFile(join(folder, TRACES), "utf8");
    await withFinalNorm(model, copy, 0.5);
    await expect(run({out: "changing", models: [copy]})).rejects.toMatchObject({
      code: "run-changed",
      details: ["changed: the model file"],
    });
    expect(await readFile(join(folder, TRACES), "utf8")).toBe(kept);
    const fresh = await run({out: "changing", models: [copy], limit: 2, fresh: true});
    expect(fresh.notices).toEqual(
      expect.arrayContaining([expect.stringContaining("--fresh: the earlier run was moved to")]),
    );
    expect(await readFile(join(folder, "replaced-1", TRACES), "utf8")).toBe(kept);
  });

  test("full logits are a matrix with a row a label step, also after a kill", async () => {
    const full = [...flags("full", 30), "--full-logits"];
    const {child, ended} = startCli(build, full, {cwd, env});
    while (child.exitCode === null && (await lines("full")) < 4) await new Promise(resolve => setTimeout(resolve, 1));
    child.kill("SIGKILL");
    await ended;
    expect((await callCli(build, full, {cwd, env})).code).toBe(0);
    const folder = await onlyFolder("full");
    const steps = (await tracesOf(folder)).flatMap(trace => trace.steps);
    const bytes = await readFile(join(folder, "logits.npy"));
    const [, rows, columns] = /\((\d+), (\d+)\)/.exec(bytes.toString("latin1", 0, 128)) ?? [];
    expect(Number(rows)).toBe(steps.length);
    expect(bytes.length).toBe(128 + Number(rows) * Number(columns) * 4);
    const largest = steps.map(({logitsRow = -1}) => {
      const start = 128 + logitsRow * Number(columns) * 4;
      return Math.max(...Array.from({length: Number(columns)}, (_, i) => bytes.readFloatLE(start + 4 * i)));
    });
    expect(largest).toEqual(steps.map(step => step.topTokens[0]?.logit));
  });
});

describe("bad input costs nothing", () => {
  const refused = async (code: string, changes: Partial<RunCommandOptions>) => {
    await expect(run({out: "refused", ...changes})).rejects.toMatchObject({code});
    await expect(stat(join(cwd, "refused"))).rejects.toMatchObject({code: "ENOENT"});
  };

  test("a missing, an empty, a truncated and a foreign file are refused by their own names", async () => {
    const whole = await readFile(model);
    await writeFile(join(cwd, "empty.gguf"), "");
    await writeFile(join(cwd, "half.gguf"), whole.subarray(0, Math.floor(whole.length / 2)));
    await writeFile(join(cwd, "head.gguf"), whole.subarray(0, 1000));
    await writeFile(join(cwd, "zip.gguf"), "PK\u0003\u0004 and so on, much longer than a header");
    await refused("model-missing", {models: ["gone.gguf"]});
    await refused("model-empty", {models: ["empty.gguf"]});
    await refused("model-truncated", {models: ["half.gguf"]});
    await refused("model-truncated", {models: ["head.gguf"]});
    await refused("not-a-gguf", {models: ["zip.gguf"]});
  });

  test("a prompt longer than the context", async () => {
    await refused("context-overflow", {context: 100});
  });

  test("weights that are NaN are refused before a trace is stored", async () => {
    const path = await withFinalNorm(model, join(cwd, "nan.gguf"), Number.NaN);
    await expect(run({out: "nan", models: [path]})).rejects.toMatchObject({
      code: expect.stringMatching(/^(model-load-failed|nan-logits)$/),
    });
    expect(await lines("nan")).toBe(0);
  });

  test("a model that does not know the task's format: every document is kept, with the rate and an example", async () => {
    const task = join(cwd, "odd.yaml");
    const shipped = join(import.meta.dirname, "../../models/posts");
    const text = (await readFile(join(shipped, "task.yaml"), "utf8"))
      .replace(/^labels: .*$/m, "labels: [zebra, walrus, {name: quokka}]")
      .replace(/^id: .*$/m, "id: odd")
      .replace(/^demonstrations: .*$/m, "demonstrations: {count: 0}")
      .replace(/^data: .*$/m, "data: {test: odd.jsonl}");
    await writeFile(task, text);
    const documents = Array.from({length: 12}, (_, i) => ({
      id: `o${i}`,
      text: `animal number ${i}`,
      labels: ["zebra"],
    }));
    await writeFile(join(cwd, "odd.jsonl"), documents.map(document => `${JSON.stringify(document)}\n`).join(""));
    const {traces, notices} = await run({out: "odd", task, limit: 12, format: "list"});
    expect(traces).toHaveLength(12);
    expect(traces.some(trace => trace.answer.wellFormed)).toBe(false);
    expect(notices).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^warning: .*only 0 of 12 answers are well-formed \(0 %\); e\.g\. document "o\d+"/),
      ]),
    );
  });
});

test("models info --task shows how the labels are tokenised", async () => {
  const {text} = await modelsInfo({spec: model, task: TASK, data: undefined}, listening().io);
  for (const label of ["admiration", "surprise", "none"]) expect(text).toMatch(new RegExp(`${label}.*\\d`));
});
