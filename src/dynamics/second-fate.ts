import type {Fate, RankingDynamics} from "../records/results/fate.ts";
import type {LabelStep} from "../records/trace.ts";
import {meanOf, type Samples, shareOf} from "./measure.ts";
import {emittedUpTo, NO_DOCUMENTS, type RunView, rankLabels, type TracedDocument} from "./run-view.ts";
import {MOST_STEPS} from "./steps.ts";

interface Followed {
  readonly row: number;
  readonly document: TracedDocument;
  readonly step: LabelStep;
  readonly next: LabelStep;
  /** Index of the second most probable label at the step. */
  readonly runnerUp: number;
}

/**
 * What becomes of the second label at each step that some document goes on from.
 *
 * The runner-up is the second most probable *label*: the null label cannot follow another label, so a runner-up that is
 * the null label would never be emitted by construction. At r + 1 it competes, as METHODS §5 says. Documents whose
 * runner-up had been emitted by then (labels are not masked) are left out and counted.
 *
 * @param forced why the answers are not the model's own, where they are not: then what it emits says nothing
 * Source: METHODS §5; [Ma et al. 2025, Table 4]
 */
export function secondFates(view: RunView, samples: Samples, forced?: string): Record<string, Fate> {
  const goesOn = (r: number) => view.traced.some(({steps}) => steps.has(r) && steps.has(r + 1));
  const places = Array.from({length: MOST_STEPS}, (_, index) => index + 1).filter(r => r === 1 || goesOn(r));
  return Object.fromEntries(places.map(r => [String(r), fateAt(view, samples, r, forced)]));
}

function fateAt(view: RunView, samples: Samples, r: number, forced?: string): Fate {
  const leftOut = {noNextStep: 0, noLabelEmitted: 0, alreadyEmitted: 0};
  const followed: Followed[] = [];
  for (const document of view.traced) {
    const [step, next] = [document.steps.get(r), document.steps.get(r + 1)];
    if (step === undefined) continue;
    const runnerUp = rankLabels(step, view.none)[1];
    if (next === undefined || runnerUp === undefined) leftOut.noNextStep++;
    else if (step.emitted.kind !== "label") leftOut.noLabelEmitted++;
    else if (emittedUpTo(document, r).has(view.labels[runnerUp] ?? "")) leftOut.alreadyEmitted++;
    else followed.push({row: document.row, document, step, next, runnerUp});
  }
  const why = view.traced.length === 0 ? NO_DOCUMENTS : `no document has label steps ${r} and ${r + 1} and a runner-up`;
  const share = (some: readonly Followed[], holds: (one: Followed) => boolean, otherwise = why) =>
    shareOf(
      samples,
      some.map(one => ({row: one.row, holds: holds(one)})),
      otherwise,
    );
  const mean = (value: (one: Followed) => number | undefined, otherwise = why) => {
    const known = followed.flatMap(one => {
      const number = value(one);
      return number === undefined ? [] : [{row: one.row, value: number}];
    });
    return meanOf(samples, known, otherwise);
  };
  const nextArgmax = ({next}: Followed) => rankLabels(next)[0];
  const isArgmax = (one: Followed) => nextArgmax(one) === one.runnerUp;
  const nameOf = ({runnerUp}: Pick<Followed, "runnerUp">) => view.labels[runnerUp] ?? "";
  const others = followed.filter(one => !isArgmax(one));
  return {
    n: followed.length,
    leftOut,
    isNextArgmax: share(followed, isArgmax),
    noneIsNextArgmax: share(followed, one => view.none >= 0 && nextArgmax(one) === view.none),
    isEmittedNext: share(
      forced === undefined ? followed : [],
      ({next, ...one}) => next.emitted.kind === "label" && next.emitted.label === nameOf(one),
      forced,
    ),
    neverEmittedOtherwise: share(
      forced === undefined ? others : [],
      one => !one.document.answer.labels.includes(nameOf(one)),
      forced ?? (followed.length === 0 ? why : "the runner-up is the next argmax in every document"),
    ),
    probabilityBefore: mean(({step, runnerUp}) => step.probabilities[runnerUp]),
    probabilityAfter: mean(({next, runnerUp}) => next.probabilities[runnerUp]),
    probabilityBeforeOfNext: mean(
      ({step, next}) =>
        next.emitted.kind === "label" ? step.probabilities[view.labels.indexOf(next.emitted.label ?? "")] : undefined,
      followed.length === 0 ? why : `no document emits a new label at step ${r + 1}`,
    ),
  };
}

/**
 * How often step 1 already ranks the label that is emitted second, in second place.
 *
 * Over documents that emit a label at steps 1 and 2; the null label is set aside in the ranking. The first step is the
 * model's own: an answer without a label step (`forced`) emits nothing.
 *
 * Source: METHODS §5; [Ma et al. 2025, Fig. 11]
 */
export function rankingDynamics(view: RunView, samples: Samples, forced?: string): RankingDynamics {
  const labels = view.labels.filter((_, index) => index !== view.none);
  const seconds = (forced === undefined ? view.traced : []).flatMap(({row, steps}) => {
    const [first, second] = [steps.get(1), steps.get(2)];
    if (first?.emitted.kind !== "label" || second?.emitted.kind !== "label") return [];
    const ranked = rankLabels(first, view.none).map(index => view.labels[index]);
    const rank = ranked.indexOf(second.emitted.label) + 1;
    const best = ranked.find(label => label !== first.emitted.label);
    return [{row, rank, bestOfRest: best === second.emitted.label}];
  });
  const why = forced ?? (view.traced.length === 0 ? NO_DOCUMENTS : "no document emits a second label");
  const share = (holds: (one: (typeof seconds)[number]) => boolean) =>
    shareOf(
      samples,
      seconds.map(one => ({row: one.row, holds: holds(one)})),
      why,
    );
  return {
    n: seconds.length,
    secondIsRankedSecond: share(({rank}) => rank === 2),
    secondIsBestOfRest: share(({bestOfRest}) => bestOfRest),
    ranks: labels.map((_, index) => seconds.filter(({rank}) => rank === index + 1).length),
  };
}
