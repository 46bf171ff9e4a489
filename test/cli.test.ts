import {execFileSync, spawn} from "node:child_process";
import {once} from "node:events";
import {closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, relative} from "node:path";
import {Readable} from "node:stream";
import {text} from "node:stream/consumers";
import {CommanderError} from "commander";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {experimentList} from "../src/experiment/index.ts";
import {createProgram} from "../src/program/program.ts";
import {version} from "../src/version.ts";
import {type Build, buildCli, callCli} from "./cli-process.ts";
import {aManifest, aTrace} from "./store/records.ts";

let build: Build;
let cwd = "";
beforeAll(() => {
  build = buildCli();
  cwd = mkdtempSync(join(tmpdir(), "labelscope-cwd-"));
}, 60_000);
afterAll(() => {
  build.remove();
  rmSync(cwd, {recursive: true, force: true});
});

const call = async (...flags: string[]) =>
  await callCli(build, flags, {cwd, env: {LABELSCOPE_HOME: join(cwd, "home")}});

/** Every command as it is typed, e.g. `models pull`. */
function commands(): string[][] {
  const program = createProgram("0", {read: async () => ""}, async () => {});
  return program.commands.flatMap(command =>
    command.commands.length === 0 ? [[command.name()]] : command.commands.map(inner => [command.name(), inner.name()]),
  );
}

/** What a command line writes and how it ends before any command is called, in this process. */
async function parse(flags: readonly string[]): Promise<{exit: number; out: string; err: string; called: boolean}> {
  const seen = {exit: 0, out: "", err: "", called: false};
  const program = createProgram("0", {read: async () => ""}, async () => {
    seen.called = true;
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({commands}) => commands)]) {
    command.exitOverride().configureOutput({
      writeOut: text => {
        seen.out += text;
      },
      writeErr: text => {
        seen.err += text;
      },
    });
  }
  await program.parseAsync(["node", "labelscope", ...flags]).catch(error => {
    if (!(error instanceof CommanderError)) throw error;
    seen.exit = error.exitCode;
  });
  return seen;
}

describe("help", () => {
  test.each(commands().map(words => [words.join(" "), words] as const))(
    "%s --help shows its flags and an example that begins with it",
    async (name, words) => {
      const {exit, out, err} = await parse([...words, "--help"]);
      expect({exit, err}).toEqual({exit: 0, err: ""});
      expect(out).toContain(`Usage: labelscope ${name}`);
      expect(out).toContain("--json");
      expect(out.slice(out.indexOf("Example:"))).toContain(`labelscope ${name}`);
    },
  );

  test("an example's own command line is one that the program takes", async () => {
    let examples = 0;
    for (const words of commands()) {
      const {out} = await parse([...words, "--help"]);
      const lines = out
        .slice(out.indexOf("Example:"))
        .split("\n")
        .filter(line => line.includes(`labelscope ${words.join(" ")}`));
      for (const line of lines) {
        const flags = line.slice(line.indexOf("labelscope ")).split(" ").slice(1);
        const {err, called} = await parse(flags);
        expect({line, err, called}).toEqual({line, err: "", called: true});
        examples++;
      }
    }
    expect(examples).toBeGreaterThanOrEqual(commands().length);
  });

  test("experiment --help names every experiment before its flags, and the list of commands stays short", async () => {
    const {out} = await parse(["experiment", "--help"]);
    const before = out.slice(0, out.indexOf("Options:"));
    for (const {name} of experimentList) expect(before).toMatch(new RegExp(`^  ${name} +[a-z].*$`, "m"));
    expect(before.split("\n").slice(5)).not.toContainEqual(expect.stringMatching(/^\S/));
    const {out: all} = await parse(["--help"]);
    expect(all).toMatch(/^ {2}experiment .*a plan of runs/m);
    expect(all).not.toContain("order-marginal");
  });

  test("labelscope --help lists every command, and --version is the package's", async () => {
    const {code, stdout, stderr} = await call("--help");
    expect({code, stderr}).toEqual({code: 0, stderr: ""});
    for (const [word = ""] of commands()) expect(stdout).toMatch(new RegExp(`^  ${word}\\b`, "m"));
    expect((await call("--version")).stdout).toBe(`${version}\n`);
  });

  test("a bare labelscope and a bare group show their commands on stderr and could not run", async () => {
    for (const flags of [[], ["models"]]) {
      const {code, stdout, stderr} = await call(...flags);
      expect({code, stdout}).toEqual({code: 2, stdout: ""});
      expect(stderr).toContain("Commands:");
    }
  });
});

describe("usage errors say why on stderr, and call nothing", () => {
  const wrong: [string[], string][] = [
    [["runn"], "(Did you mean run?)"],
    [["run", "--model", "m"], "missing required argument 'task'"],
    [["run", "goemotions"], "required option '--model <spec>' not specified"],
    [["run", "goemotions", "--model", "m", "--limt", "3"], "(Did you mean --limit?)"],
    [["run", "goemotions", "--modle", "m"], "(Did you mean --model?)"],
    [["run", "--modle=m"], "(Did you mean --model?)"],
    [["run", "goemotions", "--limit", "three", "--modle", "m"], "(Did you mean --model?)"],
    [["tasks", "check", "--dta", "x"], "(Did you mean --data?)"],
    [["models", "pull", "--nonsense"], "unknown option '--nonsense'"],
    [["--completion", "tcsh"], "Allowed choices are bash, zsh, fish"],
    [["run", "goemotions", "--model", "m", "--limit", "three"], "expected a whole number of at least 1"],
    [["run", "goemotions", "--model", "m", "--sequences", "500"], "expected a whole number from 1 to 128"],
    [["run", "goemotions", "--model", "m", "--shard", "5/4"], "expected I/N with 1 ≤ I ≤ N"],
    [["run", "goemotions", "--model", "m", "--format", "xml"], "Allowed choices are json, list"],
    [["run", "goemotions", "--model", "m", "--multi-share", "2"], "expected a number from 0 to 1"],
    [["run", "goemotions", "extra", "--model", "m"], "too many arguments"],
    [["merge"], "missing required argument 'runs'"],
    [["score", "--model", "m"], "required option '--labels <names>' not specified"],
    [["score", "--model", "m", "--labels", "a,,b"], "expected names with commas between them"],
    [["models", "pul"], "(Did you mean pull?)"],
    [["inspect"], "missing required argument 'runs'"],
  ];
  test.each(wrong)("%j: %s", async (flags, reason) => {
    const {exit, out, err, called} = await parse(flags);
    expect({out, called}).toEqual({out: "", called: false});
    expect(exit).not.toBe(0);
    expect(err).toContain(reason);
    expect(err).toContain("--help");
  });

  test("the process exits with 2 for them", async () => {
    for (const flags of [["runn"], ["run", "goemotions", "--model", "m", "--limit", "three"], ["models", "pull"]]) {
      const {code, stdout, stderr} = await call(...flags);
      expect({flags, code, stdout}).toEqual({flags, code: 2, stdout: ""});
      expect(stderr).toMatch(/^error: /);
    }
  });
});

test("what looks like a flag is none where it is a flag's value or stands after --", async () => {
  for (const flags of [
    ["score", "--model", "m", "--labels", "--joy,fear"],
    ["models", "pull", "--", "--odd-name"],
  ])
    expect(await parse(flags)).toMatchObject({err: "", called: true});
});

describe("completion", () => {
  const script = async (shell: string) => (await parse(["--completion", shell])).out;

  test("is printed for each shell, calls nothing, and knows every command", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const {exit, err, out, called} = await parse(["--completion", shell]);
      expect({exit, err, called}).toEqual({exit: 0, err: "", called: false});
      for (const words of commands()) expect(out).toContain(words.at(-1));
    }
  });

  test.skipIf(!existsSync("/bin/bash"))("in bash completes commands, flags, choices and files", async () => {
    writeFileSync(join(cwd, "completion.bash"), await script("bash"));
    writeFileSync(join(cwd, "my-table.csv"), "");
    const complete = async (...words: string[]) => {
      const list = words.map(word => `'${word}'`).join(" ");
      const source = `source completion.bash; COMP_WORDS=(labelscope ${list}); COMP_CWORD=${words.length}; _labelscope; printf '%s\n' "\${COMPREPLY[@]}"`;
      const child = spawn("/bin/bash", ["--norc", "-c", source], {cwd});
      return (await text(child.stdout)).split("\n").filter(line => line !== "");
    };
    expect(await complete("stu")).toEqual(["study"]);
    expect(await complete("models", "p")).toEqual(["pull"]);
    expect(await complete("run", "--label-s")).toEqual(["--label-scoring"]);
    expect(await complete("run", "posts", "--format", "")).toEqual(["json", "list"]);
    expect(await complete("tasks", "import", "csv", "--data", "my-t")).toEqual(["my-table.csv"]);
    expect(await complete("tasks", "check", "my-t")).toEqual(["my-table.csv"]);
  });

  test.each(["zsh", "fish"])("in %s is a script that the shell can read", async shell => {
    writeFileSync(join(cwd, `completion.${shell}`), await script(shell));
    const child = spawn(shell, ["-n", `completion.${shell}`], {cwd});
    const ended = once(child, "close").catch(() => undefined);
    child.once("error", () => {});
    const said = await text(child.stderr);
    const end = await ended;
    if (end === undefined) console.log(`skipped: there is no ${shell} here`);
    expect(end === undefined || (end[0] === 0 && said === "")).toBe(true);
  });
});

describe("under --json an error is JSON on stdout, too", () => {
  test.each([
    [["run", "goemotions", "--model", "m"], 2, "data-missing"],
    [["run", "goemotions", "--modle", "m"], 2, "usage"],
    [["run", "--model", "m"], 2, "usage"],
  ])("%j", async (flags, exit, code) => {
    const ended = await call(...flags, "--json");
    expect(ended.code).toBe(exit);
    const {error} = JSON.parse(ended.stdout);
    expect(error).toMatchObject({code, message: expect.any(String), details: expect.any(Array)});
    expect(error.next.length).toBeGreaterThan(0);
    expect(ended.stderr).toContain(error.message);
  });

  test("also one that nobody foresaw, with its stack", async () => {
    const broken = await callCli({...build, cli: brokenCli(build)}, ["tasks", "list", "--json"], {cwd});
    expect(broken.code).toBe(2);
    expect(JSON.parse(broken.stdout).error).toMatchObject({code: "unexpected", message: "Error: broken on purpose"});
  });
});

describe("what could not run exits with 2 and prints code, message and advice", () => {
  const refused: [string[], string, string][] = [
    [["run", "goemotion", "--model", "m"], "task-not-found: ", "did you mean goemotions?"],
    [["run", "goemotions", "--model", "m"], "data-missing: ", "--data DIR"],
    [
      ["score", "--model", "m", "--labels", "a", "--prompt-file", "missing.txt"],
      "file-missing: ",
      "check --prompt-file",
    ],
    [["inspect", "nothing-here"], "no-run: ", "has made"],
    [["models", "info", "nothing.gguf"], "model-missing: ", "check the path"],
  ];
  test.each(refused)("%j", async (flags, code, next) => {
    const ended = await call(...flags);
    expect(ended).toMatchObject({code: 2, stdout: ""});
    const lines = ended.stderr.trimEnd().split("\n");
    expect(lines[0]?.startsWith(code)).toBe(true);
    expect(lines.slice(1).every(line => line.startsWith("  "))).toBe(true);
    expect(ended.stderr.slice(ended.stderr.indexOf("  Next: "))).toContain(next);
  });

  test("commands to type stand as the program was called, in help and in advice", async () => {
    const typed = `node ${relative(cwd, build.cli)}`;
    expect((await call("run", "--help")).stdout).toContain(`${typed} run my-task.yaml`);
    expect((await call("models", "list", "--present")).stdout).not.toContain("labelscope models");
    expect((await call("tasks", "import", "posts")).stderr).toContain(`${typed} tasks import posts --data DIR`);
  });

  test("an error that labelscope did not expect keeps its stack and asks for a report", async () => {
    const broken = await callCli({...build, cli: brokenCli(build)}, ["tasks", "list"], {cwd});
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/^unexpected: Error: broken on purpose\n {4}at /);
    expect(broken.stderr).toContain("Next: this is a bug in labelscope");
  });
});

describe("output", () => {
  const runFolder = () => {
    const folder = mkdtempSync(join(cwd, "run-"));
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(aManifest({schema: 1})));
    const many = Array.from(
      {length: 40},
      (_, i) =>
        `${JSON.stringify(aTrace(`d${i}`, {schema: 1, document: {id: `d${i}`, text: "x".repeat(40_000), labels: []}}))}\n`,
    );
    writeFileSync(join(folder, "traces.jsonl"), many.join(""));
    return folder;
  };

  test("--json prints one JSON value on stdout and nothing else", async () => {
    for (const flags of [
      ["tasks", "list"],
      ["models", "list"],
      ["inspect", runFolder()],
    ]) {
      const {code, stdout, stderr} = await call(...flags, "--json");
      expect({code, stderr}).toEqual({code: 0, stderr: ""});
      expect(JSON.parse(stdout)).toBeTypeOf("object");
      expect(stdout.endsWith("\n")).toBe(true);
    }
  });

  test("every command's text ends with a line end", async () => {
    for (const flags of [
      ["tasks", "list"],
      ["models", "list"],
      ["inspect", runFolder()],
    ]) {
      expect((await call(...flags)).stdout).toMatch(/[^\n]\n$/);
    }
  });

  test("a reader that closes the pipe early is no error", async () => {
    const child = spawn(process.execPath, [build.cli, "inspect", runFolder(), "--json"], {cwd});
    child.stdout.destroy();
    let errors = "";
    child.stderr.on("data", chunk => {
      errors += chunk;
    });
    const [code] = await once(child, "close");
    expect({code, errors}).toEqual({code: 0, errors: ""});
  });
});

describe("at the edges of a terminal", () => {
  const small = () => {
    const folder = mkdtempSync(join(cwd, "run-"));
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(aManifest({schema: 1})));
    writeFileSync(join(folder, "traces.jsonl"), `${JSON.stringify(aTrace("d0", {schema: 1}))}\n`);
    return folder;
  };

  test.each(["1000000000", "-5", "1e400", "wide"])("COLUMNS=%s is no reason to fail", async columns => {
    const {code, stdout, stderr} = await callCli(build, ["inspect", small()], {cwd, env: {COLUMNS: columns}});
    expect({code, stderr}).toEqual({code: 0, stderr: ""});
    expect(Math.max(...stdout.split("\n").map(line => line.length))).toBeLessThanOrEqual(1000);
  });

  test.skipIf(!existsSync("/dev/full"))("a full stdout is said, of a result and of help", async () => {
    for (const flags of [["tasks", "list"], ["--help"]]) {
      const full = openSync("/dev/full", "w");
      const child = spawn(process.execPath, [build.cli, ...flags], {cwd, stdio: ["ignore", full, "pipe"]});
      const [errors, [code]] = await Promise.all([text(child.stderr ?? Readable.from([])), once(child, "close")]);
      closeSync(full);
      expect({flags, code}).toEqual({flags, code: 2});
      expect(errors).toMatch(
        /^output-failed: stdout did not take the output: no space is left where it goes\n {2}Next: /,
      );
    }
  });

  test("a working directory that is gone is said", async () => {
    const gone = mkdtempSync(join(cwd, "gone-"));
    const child = spawn("sh", ["-c", 'rmdir "$PWD" && exec "$0" "$@"', process.execPath, build.cli, "tasks", "list"], {
      cwd: gone,
    });
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(code).toBe(2);
    expect(errors).toMatch(/^folder-gone: .*\n {2}Next: cd to a folder that is there/);
  });

  test.skipIf(!existsSync("/proc/self/status"))("SIGHUP ends a command as SIGINT and SIGTERM do", async () => {
    const child = spawn(process.execPath, [build.cli, "score", "--model", "m", "--labels", "a"], {cwd});
    // Waits for its input; the lowest bit of the signals that are caught is SIGHUP.
    const caught = () => /^SigCgt:\s*[0-9a-f]*[13579bdf]$/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"));
    await vi.waitFor(() => expect(caught()).toBe(true), {timeout: 30_000, interval: 50});
    child.kill("SIGHUP");
    const [said] = await once(child.stderr, "data");
    expect(String(said)).toContain("stopping; what is finished is kept");
    child.kill("SIGHUP");
    expect(await once(child, "close")).toEqual([null, "SIGHUP"]);
  });

  test.skipIf(!existsSync("/proc/self/status"))(
    "a second Ctrl-C ends a command that waits for a pipe nobody writes to",
    async () => {
      const pipe = join(cwd, "pipe");
      execFileSync("mkfifo", [pipe]);
      const child = spawn(
        process.execPath,
        [build.cli, "score", "--model", "m", "--labels", "a", "--prompt-file", pipe],
        {cwd},
      );
      // Waits in the kernel for whoever opens the other end: only a thread of the pool does so.
      const waits = () =>
        readdirSync(`/proc/${child.pid}/task`).some(thread =>
          readFileSync(`/proc/${child.pid}/task/${thread}/wchan`, "utf8").includes("wait_for_partner"),
        );
      await vi.waitFor(() => expect(waits()).toBe(true), {timeout: 30_000, interval: 50}).catch(() => undefined);
      child.kill("SIGINT");
      const [said] = await once(child.stderr, "data");
      expect(String(said)).toContain("again to stop at once");
      child.kill("SIGINT");
      expect(await once(child, "close")).toEqual([null, "SIGINT"]);
    },
  );
});

/** A copy of the entry whose command fails in a way that nobody foresaw. */
function brokenCli({cli}: Build): string {
  const beside = (name: string) => cli.replace(/cli\.js$/, name);
  writeFileSync(beside("broken.js"), 'export async function tasksList() { throw new Error("broken on purpose"); }\n');
  const whole = readFileSync(cli, "utf8");
  const broken = whole.replace(/\.\/bundle\/tasks-\w+\.js/, "./broken.js");
  if (broken === whole) throw new Error("the bundle loads its tasks otherwise");
  writeFileSync(beside("broken-cli.js"), broken);
  return beside("broken-cli.js");
}
