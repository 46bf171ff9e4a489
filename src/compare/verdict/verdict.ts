import {metricNamed} from "../../metric/index.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {measured} from "../../records/results/value.ts";
import type {Against, Verdict, VerdictCell, VerdictRow} from "../../records/results/verdict.ts";
import {bootstrapInterval} from "../../stats/interval.ts";
import {sharedFlipTest} from "../../stats/sign-flips.ts";
import {gapsToPeople} from "../ceiling.ts";
import type {ComparedRun} from "../compared-run.ts";
import type {ComparedTask} from "../compared-task.ts";
import {meansOf} from "../mean-of.ts";
import {exchangesOf} from "../paired.ts";
import type {ScoredRow, ScoredSystem} from "../score-systems.ts";
import type {CompareSettings} from "../settings.ts";
import type {System} from "../system.ts";
import {sizeSentences, variantSentences} from "./changes.ts";
import {columnsOf} from "./columns.ts";
import {bestEstimator, estimatorSentences} from "./estimate.ts";
import {ANSWERS, answerRow, documentsNeeded, standingsOf} from "./standings.ts";
import {trustSentences} from "./trust.ts";
import {whichSentences} from "./which.ts";

/** Metrics that the verdict needs, whatever was chosen for the tables. */
export const VERDICT_METRICS = [ANSWERS, "nll"];

export interface VerdictInput {
  /** Scored by `VERDICT_METRICS`, too. */
  readonly scored: readonly ScoredSystem[];
  readonly systems: readonly System[];
  /** The constant answer, scored with the others; absent where there is none. */
  readonly constant: {readonly labels: readonly string[]; readonly row: ScoredRow} | undefined;
  /** With the compared documents alone. */
  readonly runs: readonly ComparedRun[];
  readonly task: ComparedTask;
  /** Everything else that the comparison says. */
  readonly results: Omit<Results, "verdict">;
}

/**
 * What a comparison says: the ranked table with its paired tests, the sentences, and how many documents would settle what is
 * open. Pure: page, terminal and results.json show this one record.
 */
export function verdictOf(input: VerdictInput, settings: CompareSettings): Verdict {
  const {scored, constant, results, task} = input;
  const columns = columnsOf(results.settings.metrics);
  const standings = standingsOf(scored, constant?.row, settings);
  const people = peopleOf(input, settings);
  const facts = sharedFacts(input);
  const rows = standings.map(({run, ...standing}): VerdictRow => {
    const source = facts(run);
    const cells = columns.flatMap(({name, of}) => {
      const cell = source === undefined ? undefined : of(source(settings));
      return cell === undefined ? [] : [[name, cell] as const];
    });
    const gap = people.get(run);
    return {run, ...standing, ...(gap === undefined ? {} : {people: gap}), cells: Object.fromEntries(cells)};
  });
  const constantCell = constant === undefined ? undefined : metricOf(constant.row, ANSWERS, settings);
  const open = mainDifference(rows);
  const needed = open === undefined ? undefined : documentsNeeded(open.difference);
  const part = {
    rows,
    ...(constant === undefined || constantCell === undefined
      ? {}
      : {constantAnswer: {labels: [...constant.labels], exampleF1: constantCell}}),
    ...(needed === undefined ? {} : {documentsNeeded: needed}),
  };
  const constantNll = scored.flatMap(({rows: own}) => own.filter(({row}) => row.name === "constant"))[0];
  return {
    columns: columns
      .filter(({name}) => rows.some(({cells}) => cells[name] !== undefined))
      .map(({of: _, ...column}) => column),
    ...part,
    sentences: [
      ...whichSentences(part, settings.level),
      ...estimatorSentences(
        rows,
        results,
        constantNll === undefined ? undefined : metricOf(constantNll, "nll", settings),
        settings.level,
      ),
      ...sizeSentences(results, settings.level),
      ...variantSentences(results, settings.level),
      ...trustSentences(rows, {...results, task: {...results.task, documents: task.documents.length}}),
    ],
  };
}

/** The difference that the first sentences are about. */
function mainDifference(rows: readonly VerdictRow[]): Against | undefined {
  const ranked = rows.filter(({rank}) => rank !== undefined);
  const none = ranked.every(({standing}) => standing === "no-better-than-constant");
  return none ? ranked[0]?.constant : ranked[1]?.best;
}

function metricOf(row: ScoredRow | undefined, name: string, {level}: CompareSettings): Measured | undefined {
  const scored = row?.metrics.get(name);
  if (scored === undefined) return undefined;
  return measured(scored.ready.result, bootstrapInterval(scored.draws, {method: scored.metric.interval, level}));
}

/** What the columns read of a run, or nothing for a name that no row has. */
function sharedFacts({scored, runs, results}: VerdictInput) {
  const engines = new Set(runs.map(({manifest}) => JSON.stringify(manifest.engine)));
  return (name: string) => {
    const [system, row] = [scored.find(one => one.name === name), results.runs.find(one => one.run === name)];
    if (system === undefined || row === undefined) return undefined;
    return (settings: CompareSettings) => ({
      row,
      run: runs.find(run => run.name === name),
      results,
      metric: (estimator: string, metric: string): VerdictCell | undefined =>
        metricOf(
          system.rows.find(one => one.row.name === estimator),
          metric,
          settings,
        ),
      answers: answerRow(system)?.row.name,
      best: bestEstimator(system),
      sameMachine: engines.size === 1,
    });
  };
}

/** Each run's answers against one half of the annotators, tested like every other difference but in a family of its own. */
function peopleOf({systems, scored, task}: VerdictInput, settings: CompareSettings): ReadonlyMap<string, Against> {
  const names = new Map(scored.map(system => [system.name, answerRow(system)?.row.name]));
  const gaps = gapsToPeople(systems, task, metricNamed(ANSWERS), settings, ({name}) => names.get(name));
  const lists = [...gaps];
  const documents = lists[0]?.[1].length ?? 0;
  const means = meansOf(
    lists.map(([, values]) => values),
    documents,
    settings,
    "no document has two annotators",
  );
  const flips = exchangesOf({...settings, metrics: [ANSWERS]}, lists.length).get(ANSWERS);
  return new Map(
    lists.flatMap(([name, values], at) => {
      const difference = means[at];
      if (difference === undefined || flips === undefined) return [];
      const test = sharedFlipTest(
        values.flatMap(value => value ?? []),
        flips,
      );
      return [[name, {difference, ...(test.given ? {p: test.p} : {})}] as const];
    }),
  );
}
