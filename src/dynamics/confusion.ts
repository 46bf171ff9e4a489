import type {Confusion} from "../records/results/dynamics.ts";
import {labelsOf, NO_DOCUMENTS, type RunView} from "./run-view.ts";

const MALFORMED = "(malformed)";

/**
 * What is emitted for which gold label, as counts of documents.
 *
 * With several labels a document there is no single right cell. `together` counts a document in every pair of its gold and
 * its emitted labels: its rows divided by `gold` are P(emitted | gold), the recall on the diagonal. `instead` counts only
 * pairs of a gold label that was missed and an emitted one that is not gold. An empty gold set is the null label's row, a
 * null answer its column; a malformed answer that names no label has a column of its own.
 *
 * @param why why there are no answers of the model's own, where there are none
 */
export function confusion(view: RunView, why?: string): Confusion {
  const none = view.noneLabel ?? "(none)";
  const rows = [...labelsOf(view), none];
  const columns = [...rows, MALFORMED];
  const pairs = (why === undefined ? view.traced : []).flatMap(({answer, gold}) => {
    if (gold === undefined) return [];
    const said = answer.labels.length > 0 ? answer.labels : [answer.wellFormed ? none : MALFORMED];
    return [{wanted: gold.length > 0 ? gold : [none], said}];
  });
  const count = (holds: (pair: (typeof pairs)[number]) => boolean) => pairs.filter(holds).length;
  const table = (holds: (pair: (typeof pairs)[number], row: string, column: string) => boolean) =>
    rows.map(row => columns.map(column => count(pair => holds(pair, row, column))));
  const unannotated = view.traced.length === 0 ? NO_DOCUMENTS : "no document is annotated";
  return {
    rows,
    columns,
    gold: rows.map(row => count(({wanted}) => wanted.includes(row))),
    emitted: columns.map(column => count(({said}) => said.includes(column))),
    together: table(({wanted, said}, row, column) => wanted.includes(row) && said.includes(column)),
    instead: table(
      ({wanted, said}, row, column) =>
        wanted.includes(row) && !said.includes(row) && said.includes(column) && !wanted.includes(column),
    ),
    n: pairs.length,
    ...(pairs.length === 0 ? {reason: why ?? unannotated} : {}),
  };
}
