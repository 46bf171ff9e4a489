import {spawnSync} from "node:child_process";
import {chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type Build, buildCli, type CallOptions, callCli, type Ended} from "../cli-process.ts";

/**
 * What the operating system refuses, through every command: an error with a next step, never a stack, and nothing that looks done.
 * One row a command; a new command is a new row.
 */

const ROOT = process.getuid?.() === 0;
/** Root may read and write everything: its commands run as nobody. */
const NOBODY = 65534;
const isLinux = existsSync("/proc/self/mem");

interface Row {
  /** Reads a file that stands for `IN`. */
  readonly file?: readonly string[];
  /** Reads a run whose folder stands for `IN`. */
  readonly run?: readonly string[];
  /** Writes to a place that stands for `OUT`. */
  readonly out?: readonly string[];
  /** It is a file: a link that leads nowhere is replaced by it. */
  readonly writesFile?: true;
  /** Needs nothing that could be refused but its own folder. */
  readonly plain?: readonly string[];
}

const MODEL = ["--model", "ladder-xxxs-base", "--reader", "public", "--threads", "1"];
const COLUMNS = ["--id-column", "id", "--text-column", "text", "--labels-column", "labels"];
const QUICK = ["--resamples", "10", "--no-report"];

const rows: Readonly<Record<string, Row>> = {
  study: {file: ["study", "IN"], out: ["study", "study.yaml", "--out", "OUT"]},
  "study (runs)": {out: ["study", "study.yaml", "--runs", "OUT"]},
  init: {
    file: ["init", "IN", "ladder-xxxs-base", "--out", "made"],
    out: ["init", "table.csv", "ladder-xxxs-base", "--out", "OUT"],
  },
  run: {file: ["run", "IN", ...MODEL], out: ["run", "task.yaml", ...MODEL, "--limit", "2", "--out", "OUT"]},
  "run (ids)": {file: ["run", "task.yaml", ...MODEL, "--ids", "IN"]},
  "run (model)": {file: ["run", "task.yaml", "--model", "IN"]},
  "run (data)": {file: ["run", "goemotions", "--data", "IN", ...MODEL]},
  "run (answers)": {run: ["run", "task.yaml", ...MODEL, "--force-answers", "IN"]},
  experiment: {
    file: ["experiment", "label-order", "IN", ...MODEL],
    out: ["experiment", "label-order", "task.yaml", ...MODEL, "--limit", "2", "--out", "OUT"],
  },
  merge: {run: ["merge", "IN"], out: ["merge", "runs/one", "--out", "OUT"]},
  compare: {run: ["compare", "IN", ...QUICK], out: ["compare", "runs/one", ...QUICK, "--out", "OUT"]},
  "compare (predictions)": {file: ["compare", "runs/one", ...QUICK, "--predictions", "IN"]},
  report: {
    run: ["report", "IN", "--resamples", "10"],
    out: ["report", "runs/one", "--resamples", "10", "--out", "OUT"],
  },
  evaluate: {
    file: ["evaluate", "task.yaml", "--predictions", "IN", ...QUICK],
    out: ["evaluate", "task.yaml", "--predictions", "predictions.jsonl", ...QUICK, "--out", "OUT"],
  },
  verify: {run: ["verify", "IN"]},
  export: {run: ["export", "IN", "--out", "made.csv"], out: ["export", "runs/one", "--out", "OUT"], writesFile: true},
  inspect: {run: ["inspect", "IN"]},
  ls: {plain: ["ls"]},
  open: {run: ["open", "IN"], plain: ["open"]},
  rm: {run: ["rm", "IN", "--yes"], plain: ["rm", "nobody", "--yes"]},
  score: {file: ["score", ...MODEL, "--labels", "joy,fear", "--prompt-file", "IN"]},
  "score (model)": {file: ["score", "--model", "IN", "--labels", "joy,fear", "--prompt-file", "prompt.txt"]},
  "models list": {plain: ["models", "list"]},
  "models info": {file: ["models", "info", "IN"]},
  "models verify": {plain: ["models", "verify", "ladder-xxxs-base"]},
  "models pull": {plain: ["models", "pull", "http://127.0.0.1:9/model.gguf", "--id", "mine"]},
  "tasks list": {plain: ["tasks", "list"]},
  "tasks check": {file: ["tasks", "check", "IN"]},
  "tasks import": {
    file: ["tasks", "import", "csv", "--data", "IN", ...COLUMNS, "--out", "made"],
    out: ["tasks", "import", "csv", "--data", "table.csv", ...COLUMNS, "--out", "OUT"],
  },
  "gpu install": {plain: ["gpu", "install", "--dry-run"]},
  doctor: {file: ["doctor", "IN"]},
  demo: {out: ["demo", "--limit", "2", "--out", "OUT"]},
};

let build: Build;
let cwd = "";
let full: string | undefined;
let mayRun = true;

beforeAll(async () => {
  build = buildCli();
  cwd = mkdtempSync(join(tmpdir(), "labelscope-refused-"));
  for (const folder of [cwd, dirname(dirname(build.cli))]) chmodSync(folder, 0o755);
  writeInputs();
  const made = await callCli(build, ["run", "task.yaml", ...MODEL, "--limit", "4", "--out", "first", "--json"], {
    cwd,
    env: {LABELSCOPE_HOME: join(cwd, "home")},
  });
  const [folder = ""] = spawnSync("ls", [join(cwd, "first")], {encoding: "utf8"}).stdout.split("\n");
  if (made.code !== 0) throw new Error(made.stderr);
  for (const name of ["runs/one", "runs/closed", "runs/secret", "runs/device"])
    cpSync(join(cwd, "first", folder), join(cwd, name), {recursive: true});
  rmSync(join(cwd, "runs/device/traces.jsonl"));
  symlinkSync("/proc/self/mem", join(cwd, "runs/device/traces.jsonl"));
  chmodSync(join(cwd, "runs/secret/traces.jsonl"), 0);
  chmodSync(join(cwd, "runs/closed"), 0);
  full = mountFull(join(cwd, "full"));
  spawnSync("chmod", ["-R", "a+w", join(cwd, "home")]);
  chmodSync(cwd, 0o777);
  for (const name of ["runs", "comparisons"]) {
    mkdirSync(join(cwd, name), {recursive: true});
    chmodSync(join(cwd, name), 0o777);
  }
  // A checkout that only root may read cannot be run by nobody.
  const tried = await call(["tasks", "list"]);
  mayRun = tried.code === 0;
  if (!mayRun) console.warn(`skipped: another user cannot run this checkout (${tried.stderr.trim()})`);
});

afterAll(() => {
  if (full !== undefined) spawnSync("umount", [full]);
  build.remove();
  rmSync(cwd, {recursive: true, force: true});
});

function writeInputs(): void {
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
  const line = (id: string, labels: readonly string[]) => `${JSON.stringify({id, text: `text of ${id}`, labels})}\n`;
  write("train.jsonl", ["a", "b", "c", "d"].map((id, i) => line(`t${id}`, i % 2 === 0 ? ["joy"] : ["fear"])).join(""));
  write("test.jsonl", ["a", "b", "c", "d"].map(id => line(id, ["joy"])).join(""));
  write(
    "predictions.jsonl",
    ["a", "b", "c", "d"].map(id => `${JSON.stringify({id, labels: {joy: 0.5, fear: 0.25}})}\n`).join(""),
  );
  write(
    "table.csv",
    [
      "id,text,labels",
      ...Array.from({length: 30}, (_, i) => `r${i},text ${i},${i % 2 === 0 ? "joy" : "fear"}`),
      "",
    ].join("\n"),
  );
  write("prompt.txt", 'Input: I loved it!\n{"label": ["');
  const task = {
    version: 1,
    id: "refused",
    title: "Refused",
    labels: ["joy", "fear"],
    none: "none",
    gold: "labels",
    prompt: {instruction: "", demonstration: "{text}\n{answer}\n", query: "{text}\n{opening}"},
    demonstrations: {from: "train", count: 2, multiShare: 0, noneShare: 0},
    data: {train: "train.jsonl", test: "test.jsonl"},
  };
  write("task.yaml", JSON.stringify(task)); // JSON is YAML
  const study = {
    version: 1,
    task: "task.yaml",
    models: ["ladder-xxxs-base"],
    options: {limit: 2, reader: "public", threads: 1},
  };
  write("study.yaml", JSON.stringify(study));
  write("secret", "text");
  chmodSync(join(cwd, "secret"), 0);
  mkdirSync(join(cwd, "closed"));
  write("closed/file", "text");
  chmodSync(join(cwd, "closed"), 0);
  mkdirSync(join(cwd, "locked"));
  chmodSync(join(cwd, "locked"), 0o555);
  symlinkSync("nowhere/at/all", join(cwd, "dangling"));
}

/** A disk on which no space is left; undefined where none can be made. */
function mountFull(path: string): string | undefined {
  mkdirSync(path);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k,mode=1777", "tmpfs", path]).status !== 0) return undefined;
  spawnSync("dd", ["if=/dev/zero", `of=${join(path, "filler")}`, "bs=4k"], {stdio: "ignore"});
  return path;
}

async function call(flags: readonly string[], options: CallOptions = {}): Promise<Ended> {
  const env = {LABELSCOPE_HOME: join(cwd, "home"), BROWSER: "true", ...options.env};
  return await callCli(build, flags, {cwd, ...(ROOT ? {uid: NOBODY} : {}), ...options, env});
}

/** What is wrong with how a command ended. */
function wrongIn({code, stderr}: Ended): string[] {
  return [
    ...(typeof code === "number" && code <= 2 ? [] : [`it ended with ${code}`]),
    ...(/unexpected:|bug in labelscope|^\s+at \S/m.test(stderr) ? ["it shows a stack"] : []),
    ...(code === 2 && !/Next: \S|--help shows/.test(stderr) ? ["it says no next step"] : []),
  ];
}

const refused = async (flags: readonly string[], options?: CallOptions) => {
  const ended = await call(flags, options);
  expect({wrong: wrongIn(ended), code: ended.code, stderr: ended.stderr}).toEqual({
    wrong: [],
    code: 2,
    stderr: expect.any(String),
  });
};

/** The rows that have a part, and places to put into it. */
function casesOf(part: "file" | "run" | "out", places: readonly string[]): [string, string, string[]][] {
  const word = part === "out" ? "OUT" : "IN";
  return Object.entries(rows)
    .flatMap(([name, row]) =>
      places.map((place): [string, string, string[]] => [
        name,
        place,
        (row[part] ?? []).map(flag => (flag === word ? place : flag)),
      ]),
    )
    .filter(([, , flags]) => flags.length > 0);
}

describe.skipIf(!isLinux)("what the system refuses is an error with a next step", () => {
  const files = ["secret", "closed/file", "dangling", "/proc/self/mem"];
  test.each(casesOf("file", files))("%s reads %s", async (_name, _place, flags) => {
    if (!mayRun) return expect(mayRun).toBe(false);
    await refused(flags);
  });

  // A run's records that cannot be read are an error of `verify`, too: whether it is whole cannot be told.
  const runs = ["runs/closed", "runs/secret", "runs/device"];
  test.each(casesOf("run", runs))("%s reads %s", async (_name, _place, flags) => {
    if (!mayRun) return expect(mayRun).toBe(false);
    await refused(flags);
  });

  const outs = ["locked/out", "dangling", "task.yaml/out", "full/out"];
  test.each(casesOf("out", outs))("%s writes to %s", async (name, place, flags) => {
    if (!mayRun || (place.startsWith("full") && full === undefined)) return expect(true).toBe(true);
    if (place === "dangling" && rows[name]?.writesFile) expect(wrongIn(await call(flags))).toEqual([]);
    else await refused(flags);
  });

  const every = Object.entries(rows).map(([name, {plain, file, run, out}]): [string, string[]] => [
    name,
    [...(plain ?? file ?? run ?? out ?? [])].map(flag => (flag === "IN" || flag === "OUT" ? "nothing" : flag)),
  ]);
  test.each(every)("%s in a folder that is not there any more", async (_name, flags) => {
    if (!mayRun) return expect(mayRun).toBe(false);
    await refused(flags, {folderGone: true});
  });

  test.each(every)("%s under COLUMNS=1000000000, with 48 open files", async (_name, flags) => {
    if (!mayRun) return expect(mayRun).toBe(false);
    const ended = await call(flags, {env: {COLUMNS: "1000000000"}, openFiles: 48});
    expect(wrongIn(ended)).toEqual([]);
  });
});
