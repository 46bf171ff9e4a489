import {formatBytes} from "../catalog/format-bytes.ts";
import {alignColumns} from "../catalog/table.ts";
import {formatMinutes} from "./decline.ts";
import type {Price} from "./price.ts";

/** A line per run with what it holds and what is left of it. */
export function priceTable({runs}: Price): string {
  const head = ["setting", "model", "captured", "tokens to go", "time"];
  const rows = runs.map(({planned, done, total, finished, cost}) => [
    planned.setting,
    planned.model.source.id,
    `${done}/${total}`,
    String(cost.tokens),
    finished ? "done" : cost.seconds === undefined ? "not known" : formatMinutes(cost.seconds / 60),
  ]);
  return alignColumns([head, ...rows], [2, 3, 4]);
}

/** What all of them together will take. */
export function priceSum({runs, cost}: Price): string {
  const todo = runs.filter(({finished}) => !finished).length;
  return (
    `${runs.length} runs, ${runs.length - todo} of them there already; ${cost.documents} documents and ${cost.tokens} tokens to go, ` +
    `about ${cost.seconds === undefined ? "an unknown time" : formatMinutes(cost.seconds / 60)} and ` +
    `${cost.bytes === undefined ? "an unknown size" : formatBytes(cost.bytes)} on disk`
  );
}
