import {drawSamples, type SampleOptions, type Samples} from "../dynamics/measure.ts";
import {compareIds} from "../dynamics/run-view.ts";
import {byName} from "../records/record-of.ts";
import type {Curves} from "../records/results/curves.ts";
import type {LabelStep} from "../records/trace.ts";
import type {ComparedRun} from "./compared-run.ts";
import {type EstimatesByRun, metricCurves} from "./metric-curves.ts";
import {sizeLines} from "./size-lines.ts";
import {type SteppedRun, stepCurves} from "./step-curves.ts";

export interface CurveOptions extends SampleOptions {
  /** Estimates beside annotations, by run and estimator: each gives its own metric curves. */
  readonly estimates?: EstimatesByRun;
  /** The resamples of so many documents where they are drawn already; else they are drawn. */
  readonly samplesOf?: (documents: number) => Samples;
}

/**
 * Every number that is drawn against model size, by family, variant and curve.
 *
 * The documents are the test documents with a trace in all the runs; one set of resamples of them serves every curve, so
 * that curves of different lines can be held against each other.
 *
 * Source: METHODS §5
 */
export function curvesOf(runs: readonly ComparedRun[], options: CurveOptions): Curves {
  const ids = commonIds(runs);
  const samples = options.samplesOf?.(ids.length) ?? drawSamples(ids.length, options);
  const stepped = runs.map(run => layOutSteps(run, ids));
  const curves = byName<Record<string, Curves[string][string]>>([]);
  for (const line of sizeLines(stepped)) {
    const family = curves[line.family] ?? byName([]);
    family[line.variant] = {
      ...stepCurves(line, stepped, samples),
      ...metricCurves(line, options.estimates ?? {}, ids, samples),
    };
    curves[line.family] = family;
  }
  return curves;
}

/** Ids of the test documents that have a trace in every run, sorted. */
function commonIds(runs: readonly Pick<ComparedRun, "documents">[]): string[] {
  const traced = runs.map(
    ({documents}) => new Set(documents.test.filter(({trace}) => trace !== undefined).map(({document}) => document.id)),
  );
  return [...(traced[0] ?? [])].filter(id => traced.every(ids => ids.has(id))).sort(compareIds);
}

/** A run's label steps on the given documents, in their order. */
function layOutSteps({name, manifest, documents}: ComparedRun, ids: readonly string[]): SteppedRun {
  const byId = new Map(documents.test.map(({document, trace}) => [document.id, trace?.steps ?? []]));
  const steps = ids.map(id => new Map((byId.get(id) ?? []).map((step): [number, LabelStep] => [step.r, step])));
  return {name, manifest, steps};
}
