import {join} from "node:path";
import {csvText} from "../compare/csv.ts";
import {makeFolder} from "../make-folder.ts";
import {type ExperimentResults, experimentSchema} from "../records/results/experiment.ts";
import {type ExperimentDrawing, experimentPage} from "../report/experiment-page.ts";
import {drawExperiment} from "../report/figure/experiment.ts";
import type {Drawing} from "../report/figure/figure.ts";
import {fileSvg} from "../report/figure/frame.ts";
import {pageAssets} from "../report/page-assets.ts";
import {toPng} from "../report/png.ts";
import {explainFileError} from "../store/disk-full.ts";
import {removeDrafts, writeWhole} from "../write-whole.ts";
import {experimentCsv} from "./experiment-csv.ts";
import {experimentNamed} from "./index.ts";

const EXPERIMENT_FILE = "experiment.json";

/**
 * Writes an experiment's folder: experiment.json, a CSV file a table, figures and report.html. Files of an earlier command
 * there are replaced, each whole or not at all; the same results give the same bytes.
 *
 * @throws `disk-full` and the other refusals of the file system, by name
 */
export async function writeExperiment(folder: string, results: ExperimentResults): Promise<void> {
  const drawn = experimentNamed(results.experiment)
    .figures(results)
    .map((figure): ExperimentDrawing => ({table: figure.table, drawing: drawExperiment(results, figure)}));
  const page = experimentPage(results, drawn, await pageAssets());
  const files: (readonly [name: string, content: string | Uint8Array])[] = [
    [EXPERIMENT_FILE, `${JSON.stringify(experimentSchema.parse(results), null, 1)}\n`],
    ...results.tables.map(table => [`${table.name}.csv`, csvText(experimentCsv(table))] as const),
    ...(await Promise.all(drawn.map(({drawing}) => picturesOf(drawing)))).flat(),
    ["report.html", page],
  ];
  try {
    await makeFolder(join(folder, "figures"));
    for (const each of [folder, join(folder, "figures")]) await removeDrafts(each, "dead");
    for (const [name, content] of files) await writeWhole(join(folder, name), content);
  } catch (error) {
    throw explainFileError(folder, error);
  }
}

async function picturesOf(drawing: Drawing): Promise<(readonly [name: string, content: string | Uint8Array])[]> {
  if ("reason" in drawing) return [];
  const svg = fileSvg(drawing.picture, drawing);
  const path = join("figures", drawing.name);
  return [
    [`${path}.svg`, svg],
    [`${path}.png`, await toPng(svg)],
  ];
}
