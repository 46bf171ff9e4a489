import type {Figure} from "./figure.ts";
import {runForest} from "./run-forest.ts";

/** What becomes of the runner-up: is the second most probable label at step 1 what the model says next? */
export const secondFate: Figure = {
  name: "second-label-fate",
  section: "dynamics",
  path: "dynamics.<run>.secondFate.1",
  read: "How often the runner-up of step 1 is what the model turns to next, or never says at all.",
  worry: "“Never emitted” near 1: the runner-up’s probability is then no plan to say it.",
  draw: results => [
    runForest(results, {
      name: "second-label-fate",
      title: "What becomes of the second most probable label of step 1",
      words:
        "Over documents that emit a label at step 1, have a step 2 and whose runner-up was not yet emitted; the null label is set aside as a runner-up and competes at step 2.",
      panels: [
        {
          heading: "At step 2 the most probable is",
          xLabel: "share of documents",
          domain: [0, 1],
          series: [
            {name: "the runner-up", of: ({secondFate: fates}) => fates["1"]?.isNextArgmax},
            {name: "the null label", of: ({secondFate: fates}) => fates["1"]?.noneIsNextArgmax},
          ],
        },
        {
          heading: "Where it is not: never emitted",
          xLabel: "share of those documents",
          domain: [0, 1],
          series: [{name: "never emitted", of: ({secondFate: fates}) => fates["1"]?.neverEmittedOtherwise}],
        },
        {
          heading: "Its probability",
          xLabel: "mean probability",
          domain: [0, 1],
          series: [
            {name: "at step 1", of: ({secondFate: fates}) => fates["1"]?.probabilityBefore},
            {name: "at step 2", of: ({secondFate: fates}) => fates["1"]?.probabilityAfter},
            {name: "at 1, of the next", of: ({secondFate: fates}) => fates["1"]?.probabilityBeforeOfNext},
          ],
        },
      ],
    }),
    runForest(results, {
      name: "ranking",
      title: "Does step 1 already rank the label that is emitted second?",
      words: "Over documents that emit a second label; the null label is set aside.",
      panels: [
        {
          heading: "The second emitted label is",
          xLabel: "share of documents",
          domain: [0, 1],
          series: [
            {name: "second at step 1", of: ({ranking}) => ranking.secondIsRankedSecond},
            {name: "best of the rest at step 1", of: ({ranking}) => ranking.secondIsBestOfRest},
          ],
        },
      ],
    }),
  ],
};
