import {join} from "node:path";
import type {ComparedRun} from "../compare/compared-run.ts";
import {runTitles} from "../compare/run-titles.ts";
import type {System} from "../compare/system.ts";
import {makeFolder} from "../make-folder.ts";
import type {Results} from "../records/results/results.ts";
import {removeDrafts, writeWhole} from "../write-whole.ts";
import {explorerData, explorerRoom} from "./explorer-data.ts";
import {fileSvg} from "./figure/frame.ts";
import {drawAll} from "./figure/index.ts";
import {reportPage} from "./page.ts";
import {pageAssets} from "./page-assets.ts";
import {toPng} from "./png.ts";

export const REPORT = "report.html";
const FIGURES = "figures";
/** Figures drawn beside each other: one is compressed while the next are rendered; a drawn one takes 10 MB. */
const AT_ONCE = 4;

export interface ReportInput {
  readonly results: Results;
  /** The runs behind the results, for the step explorer. */
  readonly runs: readonly ComparedRun[];
  /** Predictions made elsewhere, which have estimates of documents and no traces; default none. */
  readonly predictions?: readonly System[];
  /** The comparison's folder. */
  readonly out: string;
  /** Called with the number of files written and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What was written, and figures that could not be drawn with the reason. */
export interface WrittenReport {
  readonly page: string;
  readonly pageBytes: number;
  readonly figures: readonly string[];
  readonly undrawn: readonly {readonly name: string; readonly reason: string}[];
}

/** Writes report.html and figures/*.svg|png of a comparison, each whole or not at all. The same results and runs give the same bytes. */
export async function writeReport({
  results,
  runs,
  predictions,
  out,
  onProgress,
  signal,
}: ReportInput): Promise<WrittenReport> {
  const drawn = drawAll(results);
  const folder = join(out, FIGURES);
  await makeFolder(folder);
  for (const each of [out, folder]) await removeDrafts(each, "dead");
  const figures: string[] = [];
  const undrawn: {name: string; reason: string}[] = [];
  for (let start = 0; start < drawn.length; start += AT_ONCE) {
    signal?.throwIfAborted();
    const written = drawn.slice(start, start + AT_ONCE).map(async ({drawing}) => {
      if ("reason" in drawing) {
        undrawn.push({name: drawing.name, reason: drawing.reason});
        return;
      }
      figures.push(drawing.name);
      const svg = fileSvg(drawing.picture, drawing);
      await writeWhole(join(folder, `${drawing.name}.svg`), svg);
      await writeWhole(join(folder, `${drawing.name}.png`), await toPng(svg));
    });
    await Promise.all(written);
    onProgress?.(figures.length + undrawn.length, drawn.length + 1);
  }
  const assets = await pageAssets();
  const titles = runTitles(results);
  const bare = reportPage(results, drawn, explorerData([], titles), assets);
  const explorer = explorerData(runs, titles, predictions, explorerRoom(Buffer.byteLength(bare)));
  const page = reportPage(results, drawn, explorer, assets);
  const path = join(out, REPORT);
  await writeWhole(path, page);
  onProgress?.(drawn.length + 1, drawn.length + 1);
  return {page: path, pageBytes: Buffer.byteLength(page), figures, undrawn};
}
