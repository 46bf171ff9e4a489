import {runTitles} from "../../compare/run-titles.ts";
import type {Results} from "../../records/results/results.ts";
import {type Drawing, type Figure, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {lines} from "./lines.ts";
import {runForest} from "./run-forest.ts";

/** In which order labels come, whether the first is the best one, and how often there are several. */
export const order: Figure = {
  name: "order",
  section: "dynamics",
  path: "dynamics.<run>.order, .accuracyByOrder, .multiLabel",
  read: "Where answers with several labels stand between chance and a fixed order.",
  worry: "A share of alphabetical answers far above chance: the order is a habit, not a ranking.",
  draw: results => [
    runForest(results, {
      name: "order-of-labels",
      title: "Order of the labels within an answer",
      words: "Over answers with at least two labels. By chance: the share that random orders of the same answers have.",
      panels: [
        {
          heading: "Answers in this order",
          xLabel: "share of answers",
          domain: [0, 1],
          series: [
            {name: "alphabetical", of: dynamics => dynamics.order.alphabetical},
            {name: "as in the prompt", of: dynamics => dynamics.order.prompt},
            {name: "by chance", of: dynamics => dynamics.order.byChance},
          ],
        },
      ],
    }),
    accuracy(results),
    multiLabelRate(results),
  ],
};

function accuracy(results: Results): Drawing {
  const name = "accuracy-by-order";
  const title = "Precision of the first, second … emitted label";
  const titles = runTitles(results);
  const runs = inOrder(results, results.dynamics);
  const numbers = runs.flatMap(([, {accuracyByOrder}]) => Object.values(accuracyByOrder));
  if (!numbers.some(({value}) => value !== undefined))
    return {name, title, reason: reasonsOf(numbers) || "no answer has two labels"};
  const picture = lines({
    lines: runs.map(([run, {accuracyByOrder}], index) => ({
      name: titles.get(run) ?? run,
      index,
      points: Object.entries(accuracyByOrder).map(([place, number]) => ({x: Number(place), number})),
    })),
    xLabel: "place in the answer",
    yLabel: "precision against the gold set",
    x: "ordinal",
    bounds: {low: 0, high: 1},
    faintBelow: 10,
    width: 640,
    height: 300,
  });
  const caption = `On documents with at least two emitted labels; a faint dot stands for fewer than 10. ${intervalWords(results, numbers)}`;
  return {name, title, caption, picture};
}

/** One panel a run is enough here: demonstrations of different shares are different runs. */
function multiLabelRate(results: Results): Drawing {
  return runForest(results, {
    name: "multi-label-rate",
    title: "How often answers have several labels",
    words: `Shares of demonstrations: ${demonstrations(results)}.`,
    panels: [
      {
        heading: "Several labels in",
        xLabel: "share of documents",
        domain: [0, 1],
        series: [
          {name: "the answer", of: ({multiLabel}) => multiLabel.answers},
          {name: "the gold set", of: ({multiLabel}) => multiLabel.gold},
          {
            name: "the demonstrations",
            of: ({
              multiLabel: {
                demonstrations: {share, count},
              },
            }) => (share === undefined ? undefined : {value: share, n: count}),
          },
        ],
      },
    ],
  });
}

function demonstrations(results: Results): string {
  const titles = runTitles(results);
  return inOrder(results, results.dynamics)
    .map(
      ([
        run,
        {
          multiLabel: {
            demonstrations: {multi, count},
          },
        },
      ]) => `${titles.get(run) ?? run} ${multi} of ${count}`,
    )
    .join(", ");
}
