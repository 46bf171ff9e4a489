import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {mkdtemp, rm} from "node:fs/promises";
import {createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {isExact, lowerOf, upperOf} from "../../src/math/bounded.ts";
import type {Trace} from "../../src/records/trace.ts";
import {RUN_DEFAULTS, type RunOptions} from "../../src/run/options.ts";
import {run} from "../../src/run/run.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";

const MODEL = join(import.meta.dirname, "../../models/ladder-xs-base.f16.gguf");
const PYTHON = process.env.LABELSCOPE_TEST_PYTHON ?? "python3";

const found = spawnSync(PYTHON, ["-c", "import xllamacpp"], {encoding: "utf8"});
const missing = found.status !== 0;
if (missing)
  console.log(
    `skipped: a real llama.cpp server needs Python with the wheel xllamacpp (${PYTHON}; LABELSCOPE_TEST_PYTHON names another)`,
  );

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>(resolve => server.close(() => resolve()));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.skipIf(missing)("a real llama.cpp server", () => {
  let [folder, url] = ["", ""];
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "labelscope-llama-"));
    const port = await freePort();
    const child = spawn(PYTHON, [join(import.meta.dirname, "../support/llama-server.py"), MODEL, String(port)], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    server = child;
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", code => reject(new Error(`the server ended with ${code}`)));
    });
    url = `llamacpp+http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    server?.kill("SIGKILL");
    await rm(folder, {recursive: true, force: true});
  });

  const tracesOf = async (model: string, changes: Partial<RunOptions> = {}): Promise<Trace[]> => {
    const options = {
      ...RUN_DEFAULTS,
      task: "posts",
      models: [model],
      limit: 12,
      threads: 1,
      out: join(folder, "runs"),
      ...changes,
    };
    const place = {cwd: folder, env: {LABELSCOPE_HOME: join(folder, "home")}};
    const [outcome] = await run(options, place, {signal: new AbortController().signal});
    const traces: Trace[] = [];
    for await (const trace of readTraces(join(outcome?.folder ?? "", TRACES))) traces.push(trace);
    return traces.sort((one, other) => (one.document.id < other.document.id ? -1 : 1));
  };

  test.each(["first-token", "exact"] as const)(
    "%s scores, answers and masses are those of the engine here; every bound holds",
    async labelScoring => {
      const [served, local] = [await tracesOf(url, {labelScoring}), await tracesOf(MODEL, {labelScoring})];
      expect(served.map(({document}) => document.id)).toEqual(local.map(({document}) => document.id));
      let steps = 0;
      for (const [index, trace] of served.entries()) {
        const twin = local[index];
        expect(trace.answer).toEqual(twin?.answer);
        for (const [place, step] of trace.steps.entries()) {
          const other = twin?.steps[place];
          const gaps = step.probabilities.map((p, label) => Math.abs(p - (other?.probabilities[label] ?? Number.NaN)));
          expect(Math.max(...gaps)).toBeLessThan(5e-3); // half precision in the cache, other batches
          expect(Math.abs(step.labelMass - (other?.labelMass ?? Number.NaN))).toBeLessThan(5e-3);
          const [bits = Number.NaN, truth = Number.NaN] = [step.vocabEntropyBits, other?.vocabEntropyBits];
          expect([isExact(bits), isExact(truth)]).toEqual([false, true]);
          expect(lowerOf(bits)).toBeLessThan(lowerOf(truth) + 0.02);
          expect(upperOf(bits)).toBeGreaterThan(lowerOf(truth) - 0.02);
          steps++;
        }
      }
      expect(steps).toBeGreaterThan(11);
    },
  );
});
