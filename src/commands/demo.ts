import {dirname, relative, resolve} from "node:path";
import {type Catalog, loadCatalog} from "../catalog/catalog.ts";
import {readGgufInfo} from "../catalog/gguf-info.ts";
import {findEmbedded} from "../catalog/installed.ts";
import {comparisonOf} from "../comparison/comparison-of.ts";
import {writeComparison} from "../comparison/files.ts";
import {addReport, defaultFolder} from "../comparison/write.ts";
import {LabelscopeError} from "../errors.ts";
import {RUN_DEFAULTS} from "../run/options.ts";
import {run} from "../run/run.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {beliefTable, comparedText} from "./demo-text.ts";

/** The built-in task and the family of models that ship with the package, in the precision that all its sizes have. */
const TASK = "posts";
const FAMILY = "ladder";
const WEIGHTS = "F16";
/** A second thread has nothing to do in models this small but wait, and waits spinning where the machine is busy. */
const THREADS = 1;
/** The metrics of the paper's tables: the quick ones. */
const METRICS = ["nll", "l1", "example-f1"];

/** `demo`: the embedded ladder on the embedded task, offline, ending with its comparison and a page. */
export async function demoCommand(
  options: {readonly out: string; readonly limit: number},
  io: CommandIo,
): Promise<CommandResult> {
  const models = await embeddedLadder(await loadCatalog());
  const request = {...RUN_DEFAULTS, task: TASK, models, out: options.out, limit: options.limit, threads: THREADS};
  const outcomes = await run(request, io, {
    signal: io.signal,
    onNotice: io.notice,
    onProgress: progress =>
      io.progress({
        subject: `${progress.model} on ${TASK}`,
        done: progress.done,
        total: progress.total,
        unit: "documents",
        ratePerSecond: progress.documentsPerSecond,
        note: `${progress.documentsPerSecond.toFixed(1)} docs/s`,
      }),
  });
  const finished = outcomes.length === models.length && outcomes.every(outcome => outcome.finished);
  const runs = outcomes.map(({manifest, ...rest}) => ({model: manifest.model, ...rest}));
  const table = beliefTable(outcomes, options.limit);
  if (!finished) return {data: {runs}, text: `${table}Not finished: the same command continues.\n`, exitCode: 130};
  const folders = outcomes.map(({folder}) => folder);
  const comparison = await comparisonOf({runs: folders, metrics: METRICS}, io);
  const folder = resolve(io.cwd, defaultFolder(comparison));
  await writeComparison(folder, comparison);
  const report = await addReport(folder, comparison, io);
  const place = (path: string) => relative(io.cwd, path) || path;
  const program = io.program ?? "labelscope";
  const text = [
    table,
    comparedText(comparison.results, io.columns),
    "",
    "The whole comparison, a page to look at",
    `  ${place(report.page)}`,
    "Tables with intervals and tests",
    `  ${program} compare ${place(dirname(folders[0] ?? ""))}/${TASK}-${FAMILY}-*`,
    "One document step by step",
    `  ${program} inspect ${place(folders[0] ?? "")}`,
    "A model of your own",
    `  ${program} run ${TASK} --model path/to/model.gguf`,
    "",
  ].join("\n");
  return {data: {runs, comparison: {folder, report}}, text};
}

/** Ids of the embedded family's whole models, none quantised, the smallest first. */
async function embeddedLadder(catalog: Catalog): Promise<string[]> {
  const found: {id: string; parameters: number}[] = [];
  for (const entry of catalog.models) {
    const path = await findEmbedded(catalog, entry.id);
    if (entry.family !== FAMILY || entry.quantisation !== WEIGHTS || entry.variant === "lora" || path === undefined)
      continue;
    found.push({id: entry.id, parameters: (await readGgufInfo(path)).nonEmbeddingParameters});
  }
  if (found.length > 0) return found.sort((a, b) => a.parameters - b.parameters).map(({id}) => id);
  throw new LabelscopeError({
    code: "no-ladder",
    message: "the embedded models are missing from this installation",
    next: "install labelscope again, or run a model of your own: labelscope run --help",
  });
}
