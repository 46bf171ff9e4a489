import {spawn} from "node:child_process";
import {join} from "node:path";
import {packageRoot} from "../../package-root.ts";

const child = join(packageRoot, "src", "engine", "first-load", "child.mjs");

/** Lines of the child's stderr that are kept: its last words. */
const MOST_LINES = 200;
const MOST_CHARACTERS = 64 * 1024;

/** What the child is to load. */
export interface Trial {
  readonly path: string;
  readonly as: "model" | "encoder";
  /** A LoRA that is put on the model. */
  readonly adapter?: string;
}

/** How a child ended: by itself with a code, by a signal, or by our patience. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly lines: readonly string[];
}

/**
 * Runs one trial in a child process and waits for its end.
 *
 * @throws the system's error where no process can be started, and the signal's reason when it is aborted: the child is then
 *   killed
 */
export async function runChild(trial: Trial, options: {patienceMs: number; signal?: AbortSignal}): Promise<ChildEnd> {
  options.signal?.throwIfAborted();
  return await new Promise<ChildEnd>((done, fail) => {
    const running = spawn(process.execPath, [child, JSON.stringify(trial)], {
      stdio: ["ignore", "ignore", "pipe"],
      // The engine would start a debugger to print where it ended.
      env: {...process.env, GGML_NO_BACKTRACE: "1"},
      windowsHide: true,
    });
    let text = "";
    let timedOut = false;
    running.stderr.setEncoding("utf8").on("data", (piece: string) => {
      text = (text + piece).slice(-MOST_CHARACTERS);
    });
    const kill = () => running.kill("SIGKILL");
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, options.patienceMs);
    options.signal?.addEventListener("abort", kill, {once: true});
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", kill);
    };
    running.once("error", error => {
      settle();
      fail(error);
    });
    running.once("close", (code, signal) => {
      settle();
      if (options.signal?.aborted === true) return fail(options.signal.reason);
      const lines = text.split("\n").map(line => line.trimEnd());
      done({code, signal, timedOut, lines: lines.filter(line => line !== "").slice(-MOST_LINES)});
    });
  });
}
