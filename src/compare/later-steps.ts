import type {LabelStep} from "../records/trace.ts";

/** The label steps of a run's test documents, by document and place: `steps[row]` is empty for a document without any. */
export interface RunSteps {
  readonly name: string;
  readonly steps: readonly ReadonlyMap<number, LabelStep>[];
}

/** A label step's address in every run: which document, which place of its answer. */
export interface StepAddress {
  readonly row: number;
  readonly r: number;
}

/**
 * The later steps (r ≥ 2) that all of some runs have, by document and place.
 *
 * A run's later steps are a selection: whether a document has a second step depends on the model's own answer. On the steps
 * that all runs have, their means are of the same documents; the contexts still differ, since each model wrote its own
 * first label, unless the answers were forced.
 *
 * Source: METHODS §5
 */
export function commonLaterSteps(runs: readonly RunSteps[]): StepAddress[] {
  const [first, ...others] = runs;
  return (first?.steps ?? []).flatMap((steps, row) =>
    [...steps.keys()]
      .filter(r => r >= 2 && others.every(other => other.steps[row]?.has(r) ?? false))
      .sort((one, other) => one - other)
      .map(r => ({row, r})),
  );
}

/** A run's own later steps, whatever the other runs have. */
export function ownLaterSteps(run: RunSteps): StepAddress[] {
  return commonLaterSteps([run]);
}

/** The documents that have a first step in all of some runs. */
export function commonFirstSteps(runs: readonly RunSteps[]): StepAddress[] {
  const documents = runs[0]?.steps.length ?? 0;
  const rows = Array.from({length: documents}, (_, row) => row);
  return rows.filter(row => runs.every(({steps}) => steps[row]?.has(1) ?? false)).map(row => ({row, r: 1}));
}

/** One number of a run's steps at some addresses. An address that the run does not have is an error of the caller. */
export function observe<V>(
  run: RunSteps,
  addresses: readonly StepAddress[],
  value: (step: LabelStep) => V,
): {readonly row: number; readonly value: V}[] {
  return addresses.map(({row, r}) => {
    const step = run.steps[row]?.get(r);
    if (step === undefined) throw new RangeError(`run ${run.name} has no step ${r} of document ${row}`);
    return {row, value: value(step)};
  });
}
