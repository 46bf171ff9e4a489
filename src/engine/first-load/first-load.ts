import {loadCatalog} from "../../catalog/catalog.ts";
import {keptSha256, sha256Files} from "../../catalog/hash.ts";
import {LabelscopeError} from "../../errors.ts";
import {type ChildEnd, runChild, type Trial} from "./run-child.ts";
import {keepVerdict, readVerdict} from "./verdict.ts";

export interface FirstLoadOptions {
  /** Where verdicts and checksums are kept. */
  readonly home: string;
  /** The engine's name and version: a verdict holds for it only. */
  readonly engine: string;
  readonly signal?: AbortSignal;
  /** Default: 30 s, and a second more for each 20 MB. */
  readonly patienceMs?: number;
}

/** The files of a trial, hashed in this order; `paths` holds all parts of a model. */
export interface LoadedFiles {
  readonly paths: readonly string[];
  readonly fileSizeBytes: number;
  readonly as: Trial["as"];
  readonly adapter?: string;
  /** Throws if the files contradict themselves. Called unless they are known; before they are hashed, which takes longer. */
  readonly check?: () => void;
}

const PATIENCE = {baseMs: 30_000, bytesPerMs: 20_000};
/** Signals by which the engine ends itself or is ended for what it did. Not SIGKILL: that is the system, short of memory. */
const CRASHES = ["SIGABRT", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP"];
/** Windows has no signals: exit codes of abort() and of an access violation there. */
const CRASH_CODES: readonly (number | null)[] = [134, 139, 0xc0000005, 0xc0000409];

/**
 * Loads files that nobody has loaded yet in a process of its own, and evaluates one token there: a file that ends the engine
 * ends that process, and this one says so.
 *
 * The verdict is kept by SHA-256. Files of the catalogue whose checksum is known need none.
 *
 * @returns the checksums, in the order of `LoadedFiles`: the model, its adapter
 * @throws what `check` throws; `model-damaged` with the engine's last words if the process was ended by them;
 *   `model-load-failed` if the engine refused the file, was killed or did not end; the signal's reason
 */
export async function requireLoadable(files: LoadedFiles, options: FirstLoadOptions): Promise<readonly string[]> {
  const {home, engine, signal} = options;
  const isHashed = (await keptSha256(files.paths, home)) !== undefined;
  if (!isHashed) files.check?.();
  const hashing = {home, ...(signal === undefined ? {} : {signal})};
  const hashes = [await sha256Files(files.paths, hashing)];
  if (files.adapter !== undefined) hashes.push(await sha256Files([files.adapter], hashing));
  const kept = await readVerdict(home, engine, hashes);
  const [path = ""] = files.paths;
  if (kept?.outcome === "loads") return hashes;
  if (kept?.outcome === "ends-the-engine") throw endsTheEngine(files, kept.signal, kept.words);
  const known = new Set((await loadCatalog()).models.flatMap(({sha256}) => sha256 ?? []));
  if (hashes.every(hash => known.has(hash))) return hashes;
  if (isHashed) files.check?.();
  const patienceMs = options.patienceMs ?? PATIENCE.baseMs + files.fileSizeBytes / PATIENCE.bytesPerMs;
  const trial = {path, as: files.as, ...(files.adapter === undefined ? {} : {adapter: files.adapter})};
  const end = await runChild(trial, {patienceMs, ...(signal === undefined ? {} : {signal})}).catch(cause => {
    signal?.throwIfAborted();
    throw refused(files, [`no process could be started: ${cause instanceof Error ? cause.message : cause}`]);
  });
  if (end.code === 0) {
    await keepVerdict(home, engine, hashes, {outcome: "loads"});
    return hashes;
  }
  if (end.timedOut) throw refused(files, [`it did not load within ${Math.round(patienceMs / 1000)} s`]);
  if (!isCrash(end)) throw refused(files, end.signal === null ? lastWords(end) : [killed(end.signal)]);
  const verdict = {
    outcome: "ends-the-engine",
    signal: end.signal ?? `code ${end.code}`,
    words: lastWords(end),
  } as const;
  await keepVerdict(home, engine, hashes, verdict);
  throw endsTheEngine(files, verdict.signal, verdict.words);
}

function isCrash({code, signal}: ChildEnd): boolean {
  return signal === null ? CRASH_CODES.includes(code) : CRASHES.includes(signal);
}

/** The last lines; what the engine says of itself at an abort is among them. */
function lastWords({lines}: ChildEnd): string[] {
  return lines.slice(-4);
}

function killed(signal: string): string {
  return `the process that loaded it was ended by ${signal}: there may be too little memory`;
}

function endsTheEngine({paths, adapter}: LoadedFiles, signal: string, words: readonly string[]): LabelscopeError {
  const path = adapter ?? paths[0];
  return new LabelscopeError({
    code: "model-damaged",
    message: `${path} ends the engine when it is loaded (${signal})`,
    details: words,
    next: [
      "fetch the file again, or convert it anew if it is your own",
      "labelscope models info FILE shows what it says",
    ],
    facts: {path, signal},
  });
}

/** A LoRA that the engine names in its last words does not fit the model; anything else is the model's own fault. */
function refused({paths, adapter}: LoadedFiles, details: readonly string[]): LabelscopeError {
  const path = adapter ?? paths[0] ?? "";
  if (adapter === undefined || !details.some(line => /adapter|lora/i.test(line))) return loadFailed(path, details);
  return new LabelscopeError({
    code: "adapter-rejected",
    message: `the LoRA adapter ${adapter} does not fit this model`,
    details,
    next: [
      "labelscope models info shows the architecture of both files",
      "give the model that the adapter was made for",
    ],
    facts: {adapter},
  });
}

function loadFailed(path: string, details: readonly string[]): LabelscopeError {
  return new LabelscopeError({
    code: "model-load-failed",
    message: `the engine could not load ${path}`,
    details,
    next: [
      "labelscope models info FILE shows what the file says of itself",
      "labelscope models verify, or pull it again",
      "if the machine was busy or short of memory, repeat the command",
    ],
    facts: {path},
  });
}
