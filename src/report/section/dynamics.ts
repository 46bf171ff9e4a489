import {runTitles} from "../../compare/run-titles.ts";
import type {Dynamics, StepGroup} from "../../records/results/dynamics.ts";
import type {Results} from "../../records/results/results.ts";
import {inOrder} from "../figure/figure.ts";
import {formatShare} from "../format.ts";
import {type Html, html} from "../html.ts";
import {type Cell, count, number, table, text} from "../table.ts";
import {type Drawn, figuresOf, part} from "./markup.ts";

const share = {format: formatShare};
const HEAD = {title: "Generation", question: "How does belief move while an answer is written?"};

/** How the models generate: spikiness, entropy by step, the second label's fate, order, diversity. */
export function dynamicsSection(results: Results, drawn: readonly Drawn[]): Html {
  const titles = runTitles(results);
  const runs = inOrder(results, results.dynamics).map(([run, dynamics]) => ({
    run,
    title: titles.get(run) ?? run,
    dynamics,
  }));
  if (runs.length === 0)
    return part(
      "dynamics",
      HEAD,
      html`<p>No run of a model is among the compared ones: nothing was generated step by step.</p>`,
    );
  return part(
    "dynamics",
    HEAD,
    html`<p>What each model's greedy answers show. A label step is a place at which an element of the list starts; <em>intermediate</em> steps are followed by another element, the <em>last</em> one is not.</p>`,
    figuresOf(drawn, "dynamics"),
    steps(runs),
    fates(runs),
    answers(runs),
    probeScores(results, titles),
  );
}

interface Named {
  readonly run: string;
  readonly title: string;
  readonly dynamics: Dynamics;
}

function steps(runs: readonly Named[]): Html {
  const groups = ["all", "intermediate", "last"] as const;
  const rows = runs.flatMap(({run, title, dynamics}) =>
    Object.entries(dynamics.steps).flatMap(([place, step]) =>
      groups.flatMap((kind): Cell[][] => {
        const group: StepGroup = step[kind];
        if (kind !== "all" && group.n === 0) return [];
        const path = `dynamics.${run}.steps.${place}.${kind}`;
        return [
          [
            text(title),
            text(place),
            text(kind),
            count(group.n, `${path}.n`),
            number(group.entropyBits.mean, `${path}.entropyBits.mean`),
            number(group.vocabEntropyBits.mean, `${path}.vocabEntropyBits.mean`),
            number(group.topProbability.mean, `${path}.topProbability.mean`),
            number(medianOf(group), `${path}.topToSecond.box.median`),
            number(group.labelMass.mean, `${path}.labelMass.mean`),
            number(group.argmaxIsLabel, `${path}.argmaxIsLabel`, share),
            number(group.stop, `${path}.stop`),
          ],
        ];
      }),
    ),
  );
  return table({
    name: "steps",
    caption: "Label steps: means over documents",
    columns: [
      {title: "Run"},
      {title: "Step"},
      {title: "Kind"},
      {title: "Documents"},
      {title: "Entropy, bits", help: "of the label distribution"},
      {title: "Vocabulary, bits", help: "entropy of the full vocabulary"},
      {title: "Top probability"},
      {title: "Top to second", help: "median of the ratio"},
      {title: "Label mass"},
      {title: "Best token is a label"},
      {title: "Stop", help: "probability that the list closes after this element"},
    ],
    rows,
  });
}

function medianOf({topToSecond}: StepGroup) {
  const {box, mean, n} = topToSecond;
  return box === undefined ? {reason: mean.reason ?? "no ratio is finite", n} : {value: box.median, n};
}

function fates(runs: readonly Named[]): Html {
  const rows = runs.flatMap(({run, title, dynamics}) =>
    Object.entries(dynamics.secondFate).map(([place, fate]): Cell[] => {
      const path = `dynamics.${run}.secondFate.${place}`;
      return [
        text(title),
        text(place),
        count(fate.n, `${path}.n`),
        number(fate.isNextArgmax, `${path}.isNextArgmax`, share),
        number(fate.noneIsNextArgmax, `${path}.noneIsNextArgmax`, share),
        number(fate.isEmittedNext, `${path}.isEmittedNext`, share),
        number(fate.neverEmittedOtherwise, `${path}.neverEmittedOtherwise`, share),
        number(fate.probabilityBefore, `${path}.probabilityBefore`),
        number(fate.probabilityAfter, `${path}.probabilityAfter`),
        number(fate.probabilityBeforeOfNext, `${path}.probabilityBeforeOfNext`),
      ];
    }),
  );
  return table({
    name: "second-fate",
    caption: "What becomes of the runner-up at step r",
    columns: [
      {title: "Run"},
      {title: "Step r"},
      {title: "Documents"},
      {title: "Most probable at r + 1"},
      {title: "Null label is, at r + 1"},
      {title: "Emitted at r + 1"},
      {title: "Never emitted", help: "of the documents where it is not the most probable at r + 1"},
      {title: "Its probability at r"},
      {title: "At r + 1"},
      {title: "At r, of the next label"},
    ],
    rows,
  });
}

function answers(runs: readonly Named[]): Html {
  const rows = runs.map(({run, title, dynamics}): Cell[] => {
    const path = `dynamics.${run}`;
    const {diversity, order, multiLabel, wellFormed, ranking, paper} = dynamics;
    return [
      text(title),
      count(dynamics.documents, `${path}.documents`),
      number(wellFormed.share, `${path}.wellFormed.share`, share),
      count(diversity.answers.distinct, `${path}.diversity.answers.distinct`),
      text(diversity.answers.mostCommon?.answer ?? "–"),
      number(diversity.answers.mostCommonShare, `${path}.diversity.answers.mostCommonShare`, share),
      count(diversity.gold.distinct, `${path}.diversity.gold.distinct`),
      number(multiLabel.answers, `${path}.multiLabel.answers`, share),
      number(multiLabel.gold, `${path}.multiLabel.gold`, share),
      number(order.alphabetical, `${path}.order.alphabetical`, share),
      number(order.prompt, `${path}.order.prompt`, share),
      number(ranking.secondIsRankedSecond, `${path}.ranking.secondIsRankedSecond`, share),
      number(paper?.["secondIsSecond@paper"].share, `${path}.paper.secondIsSecond@paper.share`, share),
      number(paper?.["neverPredicted@paper"].share, `${path}.paper.neverPredicted@paper.share`, share),
    ];
  });
  return table({
    name: "answers",
    caption: "Answers: well-formed, different, with several labels, in which order",
    columns: [
      {title: "Run"},
      {title: "Documents"},
      {title: "Well-formed"},
      {title: "Different answers"},
      {title: "Most common"},
      {title: "Its share"},
      {title: "Different gold sets"},
      {title: "Several labels"},
      {title: "In the gold set"},
      {title: "Alphabetical", help: "of the answers with several labels"},
      {title: "Prompt's order"},
      {title: "Second was ranked second", help: "the second emitted label is the second most probable one at step 1"},
      {
        title: "Second is second@paper",
        help: "as Figure 11 counts: where the runner-up at step 1 is in the answer at all",
      },
      {
        title: "Never predicted@paper",
        help: "as Table 4 counts: all steps pooled, the null label and emitted ones compete",
      },
    ],
    rows,
  });
}

/** Only where a run has probes: most captured nothing for them. */
function probeScores({probes = {}}: Results, titles: ReadonlyMap<string, string>): Html {
  const rows = Object.entries(probes).flatMap(([run, found]): Cell[][] => {
    if ("reason" in found) return [];
    return found.scores.map((score, place): Cell[] => {
      const path = `probes.${run}.scores.${place}`;
      return [
        text(titles.get(run) ?? run),
        text(score.trainedOn),
        text(score.scoredOn),
        text(score.labels === "all" ? "all" : "after the first"),
        count(score.pairs, `${path}.pairs`),
        count(score.positives, `${path}.positives`),
        number(score.averagePrecision, `${path}.averagePrecision`),
        number(score.microF1, `${path}.microF1`),
      ];
    });
  });
  if (rows.length === 0) return html``;
  return table({
    name: "probes",
    caption: "Probes of the hidden state at the first label step, trained on gold and on the model's own answers",
    columns: [
      {title: "Run"},
      {title: "Trained on"},
      {title: "Scored on"},
      {title: "Labels", help: "after the first: the label that the answer names first is left out"},
      {title: "Pairs", help: "of a document and a label"},
      {title: "In the target"},
      {title: "Average precision", help: "by chance the share of pairs in the target"},
      {title: "Micro-F1"},
    ],
    rows,
  });
}
