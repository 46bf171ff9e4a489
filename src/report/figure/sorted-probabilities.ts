import {runTitles} from "../../compare/run-titles.ts";
import {type Figure, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {lines} from "./lines.ts";

/** Mean probability of the most, second most … probable label at step 1: how fast belief falls off. */
export const sortedProbabilities: Figure = {
  name: "sorted-probabilities",
  section: "dynamics",
  path: "dynamics.<run>.sortedProbabilities",
  read: "How much the most, second most … probable label holds on average; a steep start is a decided model.",
  worry: "A curve that is flat or all in the first rank, whatever the document.",
  draw: results => {
    const name = "sorted-probabilities";
    const title = "Label probabilities at step 1, sorted within each document";
    const titles = runTitles(results);
    const runs = inOrder(results, results.dynamics);
    const numbers = runs.flatMap(
      ([
        ,
        {
          sortedProbabilities: {ranks},
        },
      ]) => ranks.map(({probability}) => probability),
    );
    if (!numbers.some(({value}) => value !== undefined))
      return [{name, title, reason: reasonsOf(numbers) || "no document has a label step"}];
    const dropped = runs.flatMap(
      ([
        run,
        {
          sortedProbabilities: {dropped: count, threshold},
        },
      ]) =>
        count === 0 ? [] : [`${titles.get(run) ?? run} ${count}${threshold > 0 ? ` (top below ${threshold})` : ""}`],
    );
    const picture = lines({
      lines: runs.map(
        (
          [
            run,
            {
              sortedProbabilities: {ranks},
            },
          ],
          index,
        ) => ({
          name: titles.get(run) ?? run,
          index,
          points: ranks.map(({rank, probability}) => ({x: rank, number: probability})),
        }),
      ),
      xLabel: "rank of the label",
      yLabel: "mean probability",
      x: "ordinal",
      bounds: {low: 0, high: 1},
      width: 760,
      height: 340,
    });
    const caption = `The null label counts as a label. Documents dropped: ${dropped.length === 0 ? "none" : dropped.join(", ")}. ${intervalWords(results, numbers)}`;
    return [{name, title, caption, picture}];
  },
};
