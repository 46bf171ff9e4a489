import type {Comparison} from "../compare/compare.ts";
import {type WrittenReport, writeReport} from "../report/write-report.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import type {ComparisonPlace} from "./place.ts";

/** Figures and page into a comparison's folder. */
export async function addReport(
  folder: string,
  {results, runs, systems}: Comparison,
  io: ComparisonPlace,
): Promise<WrittenReport> {
  return await writeReport({
    results,
    runs,
    predictions: systems.filter(({name}) => results.runs.some(({run, kind}) => run === name && kind === "predictions")),
    out: folder,
    signal: io.signal,
    onProgress: (done, total) => io.progress({subject: "figures and page", done, total, unit: "files"}),
  });
}

/** Named after the task and a hash of what was compared and how: the same comparison finds its folder again. */
export function defaultFolder({results}: Comparison): string {
  const {task, settings, runs} = results;
  const compared = runs.map(({run, folder, model, file}) => ({
    run: folder ?? run,
    model: model?.sha256 ?? null,
    file: file ?? null,
  }));
  const hash = sha256(canonicalJson({settings, compared})).slice(0, 8);
  return `comparisons/${task.id}-${hash}`;
}
