import {type ChildProcessWithoutNullStreams, spawn, spawnSync} from "node:child_process";
import {copyFileSync, mkdtempSync, rmSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {text} from "node:stream/consumers";

const root = join(import.meta.dirname, "..");

/** The command line compiled from the sources as they stand, beside links to what it needs; remove it when done. */
export interface Build {
  readonly cli: string;
  readonly remove: () => void;
}

/** Bundles as a build does, without checking types, which is another job: seconds instead of ten. */
export function buildCli(): Build {
  const folder = mkdtempSync(join(tmpdir(), "labelscope-cli-"));
  const parameters = [join(root, "scripts", "bundle.mjs"), join(root, "src", "cli.ts"), join(folder, "dist")];
  const {status, stderr} = spawnSync(process.execPath, parameters, {encoding: "utf8"});
  if (status !== 0) throw new Error(`the command line could not be bundled: ${stderr}`);
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
  /** How many files the process may have open; needs bash. */
  readonly openFiles?: number;
  /** The user that it runs as; only root may choose. */
  readonly uid?: number;
  /** Calls it in a folder that is removed first; needs bash. */
  readonly folderGone?: boolean;
}

/** Starts the command line; `ended` settles with what it wrote once it is gone. */
export function startCli(
  build: Build,
  flags: readonly string[],
  {cwd = tmpdir(), env = {}, input = "", openFiles, uid, folderGone = false}: CallOptions = {},
): {readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended>} {
  const words = [process.execPath, build.cli, ...flags];
  const before = [
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles}`]),
    ...(folderGone ? ['gone=$(mktemp -d) && cd "$gone" && rmdir "$gone"'] : []),
  ];
  const shell = ["bash", "-c", [...before, 'exec "$@"'].join("; "), "bash"];
  const [program = "", ...parameters] = before.length === 0 ? words : [...shell, ...words];
  const user = uid === undefined ? {} : {uid, gid: uid};
  const child = spawn(program, parameters, {cwd, env: {...process.env, NO_COLOR: "1", ...env}, ...user});
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
