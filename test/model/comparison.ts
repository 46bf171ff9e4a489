import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {type Results, resultsSchema} from "../../src/records/results/results.ts";
import {buildCli, callCli, type Ended} from "../cli-process.ts";

/** Runs that the command line captured and compared, in a folder of their own. */
export interface Comparison extends AsyncDisposable {
  /** Holds `runs` and the comparison, `out`. */
  readonly cwd: string;
  /** How `compare` ended and what it printed. */
  readonly compared: Ended;
  readonly results: Results;
}

/** Captures embedded models on `posts` with one thread, and compares all of them. */
export async function captureAndCompare(
  models: readonly string[],
  flags: {readonly run: readonly string[]; readonly compare?: readonly string[]},
): Promise<Comparison> {
  const cwd = await mkdtemp(join(tmpdir(), "labelscope-model-comparison-"));
  const build = buildCli();
  const dispose = async () => {
    build.remove();
    await rm(cwd, {recursive: true, force: true});
  };
  const call = async (...words: string[]) =>
    await callCli(build, words, {cwd, env: {LABELSCOPE_HOME: join(cwd, "home")}});
  const wanted = models.flatMap(model => ["--model", model]);
  await call("run", "posts", ...wanted, "--threads", "1", ...flags.run, "--quiet");
  const runs = (await readdir(join(cwd, "runs"))).map(name => join("runs", name));
  const compared = await call(
    "compare",
    ...runs,
    "--out",
    "out",
    "--resamples",
    "300",
    ...(flags.compare ?? []),
    "--quiet",
  );
  const results = resultsSchema.parse(JSON.parse(await readFile(join(cwd, "out", "results.json"), "utf8")));
  return {cwd, compared, results, [Symbol.asyncDispose]: dispose};
}
