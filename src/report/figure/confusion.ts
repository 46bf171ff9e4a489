import {runTitles} from "../../compare/run-titles.ts";
import type {Confusion} from "../../records/results/dynamics.ts";
import {plural} from "../format.ts";
import {type Drawing, type Figure, fileName, inOrder} from "./figure.ts";
import {heatMap} from "./heat-map.ts";
import {inGrid} from "./picture.ts";

/** Emitted labels against gold ones: what was found, and what was said instead of what was missed. */
export const confusion: Figure = {
  name: "confusion",
  section: "dynamics",
  path: "dynamics.<run>.confusion",
  read: "Rows are gold labels, columns what was emitted; the diagonal on the left is what was found.",
  worry: "A dark column: one label is said whatever the gold one is.",
  firstOpen: true,
  draw: results => {
    const titles = runTitles(results);
    return inOrder(results, results.dynamics).map(([run, {confusion: record}]): Drawing => {
      const name = fileName("confusion", run);
      const title = `Emitted labels against gold labels: ${titles.get(run) ?? run}`;
      if (record.n === 0)
        return {name, title, reason: record.reason ?? "no document has both an answer and a gold set"};
      const panels = [
        {heading: "In the gold set and in the answer", picture: panel(record, record.together)},
        {heading: "Gold alone × answer alone: said instead", picture: panel(record, record.instead)},
      ];
      const caption = `Documents, counted; shading: share of the gold label's documents (number behind each row). Left, the diagonal is what was found and the rest what stood beside it; right, what was emitted on documents where the row was missed. n = ${plural(record.n, "document")}; counts, no intervals.`;
      return {name, title, caption, picture: inGrid(panels, 2)};
    });
  },
};

function panel(record: Confusion, counts: readonly (readonly number[])[]) {
  return heatMap({
    rows: record.rows.map((row, i) => `${row} (${record.gold[i] ?? 0})`),
    columns: record.columns,
    shares: counts.map((row, i) =>
      row.map(count => (record.gold[i] === undefined || record.gold[i] === 0 ? undefined : count / record.gold[i])),
    ),
    texts: counts.map(row => row.map(count => (count === 0 ? "" : String(count)))),
    rowLabel: "gold (documents)",
    columnLabel: "emitted",
  });
}
