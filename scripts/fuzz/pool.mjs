import {fork} from "node:child_process";
import {join} from "node:path";

/**
 * A process that answers calls, and what became of it. A call that ends the process is a crash, one that does not return
 * within the patience a hang; the next call then gets a process of its own.
 */
export class Worker {
  constructor({dist, env, patienceMs}) {
    this.options = {dist, env};
    this.patienceMs = patienceMs;
  }

  async start() {
    const {dist, env} = this.options;
    this.child = fork(join(import.meta.dirname, "worker.mjs"), [dist], {
      env,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.words = "";
    this.child.stderr.on("data", chunk => {
      this.words = (this.words + chunk.toString("utf8")).slice(-4000);
    });
    const {outcome, text} = await this.next(120_000);
    if (outcome !== "ready") throw new Error(`no worker: ${outcome} ${text}`);
  }

  async call(request) {
    if (this.child === undefined) await this.start();
    this.words = "";
    this.child.send(request);
    return await this.next(this.patienceMs);
  }

  /** The next message, or the end. */
  async next(patienceMs) {
    const {child} = this;
    return await new Promise(done => {
      const end = answer => {
        clearTimeout(timer);
        child.off("message", end);
        child.off("close", closed);
        done(answer);
      };
      const closed = (code, signal) => {
        this.child = undefined;
        end({
          outcome: "crash",
          text: `${signal ?? `code ${code}`}: ${this.words.trim().split("\n").slice(-3).join(" | ")}`,
        });
      };
      const timer = setTimeout(() => {
        this.child = undefined;
        child.off("close", closed);
        child.kill("SIGKILL");
        end({outcome: "hang", text: `no answer within ${patienceMs / 1000} s`});
      }, patienceMs);
      child.on("message", end);
      child.on("close", closed);
    });
  }

  stop() {
    this.child?.removeAllListeners("close");
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }
}
