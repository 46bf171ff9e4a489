import {type ChildProcessWithoutNullStreams, spawn} from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {text} from "node:stream/consumers";
import ts from "typescript";

const root = join(import.meta.dirname, "..");

/** The command line compiled from the sources as they stand, beside links to what it needs; remove it when done. */
export interface Build {
  readonly cli: string;
  readonly remove: () => void;
}

/** Compiles without checking types, which is another job: seconds instead of ten. */
export function buildCli(): Build {
  const folder = mkdtempSync(join(tmpdir(), "labelscope-cli-"));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  };
  for (const name of readdirSync(join(root, "src"), {recursive: true, encoding: "utf8"})) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(join(root, "src", name), "utf8");
    const target = join(folder, "dist", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), {recursive: true});
    writeFileSync(target, ts.transpileModule(source, {compilerOptions: options, fileName: name}).outputText);
  }
  for (const name of ["src", "models", "node_modules"]) symlinkSync(join(root, name), join(folder, name));
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  return {
    cli: join(folder, "dist", "cli.js"),
    remove: () => {
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export interface Ended {
  /** The exit code; the signal's name where one ended it. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Starts the command line; `ended` settles with what it wrote once it is gone. */
export function startCli(
  build: Build,
  flags: readonly string[],
  {cwd = tmpdir(), env = {}, input = ""}: CallOptions = {},
): {readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended>} {
  const child = spawn(process.execPath, [build.cli, ...flags], {cwd, env: {...process.env, NO_COLOR: "1", ...env}});
  child.stdin.on("error", () => {}); // a command that does not read its input closes it
  child.stdin.end(input);
  const code = new Promise<number | string | null>(resolve => {
    child.on("close", (status, signal) => resolve(signal ?? status));
  });
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(([status, stdout, stderr]) => ({
    code: status,
    stdout,
    stderr,
  }));
  return {child, ended};
}

export async function callCli(build: Build, flags: readonly string[], options: CallOptions = {}): Promise<Ended> {
  return await startCli(build, flags, options).ended;
}
