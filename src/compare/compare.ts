import {dynamicsOf} from "../dynamics/dynamics.ts";
import {LabelscopeError} from "../errors.ts";
import {createRng} from "../math/rng.ts";
import {metricNamed} from "../metric/index.ts";
import {byName} from "../records/record-of.ts";
import {RESULTS_SCHEMA, type Results} from "../records/results/results.ts";
import {agreementOf} from "./agreement.ts";
import {ceilingOf} from "./ceiling.ts";
import {checkComparable} from "./check-runs.ts";
import type {ComparedRun} from "./compared-run.ts";
import {type ComparedTask, taskOfRuns} from "./compared-task.ts";
import {curvesOf} from "./curves.ts";
import {documentSamples} from "./document-samples.ts";
import {estimatorResults} from "./estimator-results.ts";
import {lawEntropy} from "./law-entropy.ts";
import {pairsOf} from "./pairs.ts";
import {coveredBy, type Predictions, rowOfPredictions, systemOfPredictions} from "./predictions.ts";
import {systemsOf} from "./rows.ts";
import {runProbes} from "./run-probes.ts";
import {comparedDocuments, runRow} from "./run-row.ts";
import {type ScoredSystem, scoreSystems} from "./score-systems.ts";
import type {CompareSettings} from "./settings.ts";
import type {System} from "./system.ts";
import {variantsOf} from "./variants.ts";
import {constantAnswer} from "./verdict/constant-answer.ts";
import {VERDICT_METRICS, verdictOf} from "./verdict/verdict.ts";
import type {LogitsReader} from "./vocabulary-view.ts";
import {warningsOfComparison, warningsOfRun} from "./warnings.ts";

/** What is compared: runs, predictions made elsewhere, or both. */
export interface CompareInput {
  readonly runs: readonly ComparedRun[];
  readonly predictions?: readonly Predictions[];
  /** The full logits of runs that stored them, by run: without them the vocabulary's KL is a lower bound. */
  readonly logits?: Readonly<Record<string, LogitsReader>>;
  /** What predictions are held to where there is no run. */
  readonly task?: ComparedTask;
  /** The version that compares. */
  readonly labelscope: string;
}

/** A comparison: its numbers, and the estimates of every document behind them. */
export interface Comparison {
  readonly results: Results;
  readonly task: ComparedTask;
  readonly systems: readonly System[];
  /** The runs with the compared documents alone. */
  readonly runs: readonly ComparedRun[];
}

/**
 * Everything that labelscope says about some runs: estimates, metrics with intervals, paired tests, the ceiling block.
 *
 * A pure function of stored records: no model, no file, no clock; the same runs and settings give the same numbers, in
 * whatever order the documents were captured.
 *
 * @throws LabelscopeError as `checkComparable`, `systemsOf` and `coveredBy`; `unknown-metric`, `repeated-name`
 */
export function compare(input: CompareInput, settings: CompareSettings): Comparison {
  const {runs, predictions = []} = input;
  const chosen = [...new Set(settings.metrics)].map(metricNamed);
  const options = {...settings, metrics: chosen.map(({name}) => name), chosen};
  if (input.task === undefined || runs.length > 0) checkComparable(runs);
  refuseRepeatedNames([...runs, ...predictions].map(({name}) => name));
  const held = runs.length > 0 ? taskOfRuns(runs) : (input.task ?? taskOfRuns(runs));
  const task = coveredBy(held, predictions);
  const systems = [
    ...systemsOf(runs, task, settings.estimators, settings.paper),
    ...predictions.map(one => systemOfPredictions(one, task)),
  ];
  const constant = constantAnswer(task);
  const needed = VERDICT_METRICS.filter(name => !options.metrics.includes(name)).map(metricNamed);
  const everything = scoreSystems([...systems, ...(constant === undefined ? [] : [constant.system])], task, {
    ...options,
    chosen: [...chosen, ...needed],
  });
  const scored = everything.slice(0, systems.length);
  const compared = runs.map(run => ({...run, documents: {...run.documents, test: comparedDocuments(run, task)}}));
  const law = lawEntropy(task, settings);
  const results: Omit<Results, "verdict"> = {
    schema: RESULTS_SCHEMA,
    labelscope: input.labelscope,
    task: {
      id: task.id,
      title: task.title,
      annotations: task.annotations,
      gold: task.gold,
      labels: [...task.labels],
      noneLabel: task.noneLabel,
      documents: task.documents.length,
      ...(runs[0] === undefined ? {} : {labelScoring: runs[0].manifest.identity.labelScoring}),
    },
    settings: {
      seed: settings.seed,
      resamples: settings.resamples,
      level: settings.level,
      estimators: [...new Set(systems.flatMap(({rows}) => rows.map(({name}) => name)))],
      metrics: options.metrics,
      ...(settings.base === undefined ? {} : {base: settings.base}),
      ...(settings.title === undefined ? {} : {title: settings.title}),
    },
    runs: [...runs.map(run => runRow(run, task)), ...predictions.map(one => rowOfPredictions(one, task))],
    warnings: [...warningsOfComparison(runs, task), ...runs.flatMap(run => warningsOfRun(run, task))],
    estimates: byName(scored.map(system => [system.name, estimatorResults(system, task, options)])),
    ceiling: ceilingOf(systems, task, options),
    agreement: agreementOf(task, options),
    pairs: pairsOf(scored, options),
    dynamics: byName(compared.map(run => [run.name, runDynamics(run, systems, options)])),
    probes: byName(compared.map(run => [run.name, runProbes(run, settings)])),
    curves: curvesOf(compared, {
      ...options,
      rng: documentsRng(options),
      samplesOf: documents => documentSamples(documents, options),
      estimates: estimatesOf(scored),
    }),
    ...(law === undefined ? {} : {lawEntropyBits: law}),
    variants: variantsOf(compared, {
      ...settings,
      rngFor: name => createRng(`${settings.seed}/variants/${name}`),
      ...(input.logits === undefined ? {} : {logits: input.logits}),
    }),
  };
  const constantRow = everything[systems.length]?.rows[0];
  const verdict = verdictOf(
    {
      scored,
      systems,
      constant:
        constant === undefined || constantRow === undefined ? undefined : {labels: constant.labels, row: constantRow},
      runs: compared,
      task,
      results,
    },
    options,
  );
  return {results: {...results, verdict}, task, systems, runs: compared};
}

/** Everything that resamples documents draws from the same stream. */
function documentsRng({seed}: CompareSettings) {
  return createRng(`${seed}/documents`);
}

function runDynamics(
  run: ComparedRun,
  systems: readonly System[],
  settings: CompareSettings,
): Results["dynamics"][string] {
  const rows = systems.find(({name}) => name === run.name)?.rows ?? [];
  const labels = run.manifest.labels.filter(label => label !== run.manifest.noneLabel);
  const estimates = rows
    .filter(({name}) => name !== "constant")
    .map(({name, estimates: {documents}}) => [name, {labels, documents}] as const);
  return dynamicsOf(
    {manifest: run.manifest, documents: run.documents.test},
    {
      ...settings,
      rng: documentsRng(settings),
      samples: documentSamples(run.documents.test.length, settings),
      estimates: Object.fromEntries(estimates),
    },
  );
}

/** Every row as the metrics take it and what they made of it, for curves against size. */
function estimatesOf(scored: readonly ScoredSystem[]) {
  return byName(
    scored.map(({name, rows}) => [
      name,
      Object.fromEntries(rows.map(({row, input, metrics}) => [row.name, {input, scored: metrics}])),
    ]),
  );
}

function refuseRepeatedNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new LabelscopeError({
    code: "repeated-name",
    message: `two columns are called "${twice}"`,
    next: "name each run once; give predictions another name: --predictions NAME=FILE",
    facts: {name: twice},
  });
}
