import type {RunEstimates} from "./estimate-documents.ts";
import {countReasons, type Estimate, REMARKS} from "./estimator.ts";

/** What is appended to the name of the estimator that is averaged. */
const ORDER_MARGINAL_SUFFIX = "+order-marginal";

/**
 * An estimator averaged over several runs that differ in the order of the labels in the prompt: what is left when the
 * order is averaged out.
 *
 * A document needs an estimate in every run; one that is missing somewhere has the reason, so that every number is an
 * average over the same orders. Remarks are kept where any run has them. Bounds are not: the average of bounds bounds
 * the average, but says nothing about its scatter. The documents come in the order of the first run, then the others.
 * Labels may stand in another order in each run; the first run's is used.
 *
 * @param runs estimates of one estimator, at least one run; what each of them learned is left behind
 * @throws RangeError without a run, for different estimators or for different labels
 * Source: METHODS §3, `order-marginal`
 */
export function orderMarginal(runs: readonly RunEstimates[]): RunEstimates {
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError("there is no run to average over");
  const {estimator, labels} = first;
  for (const other of others) {
    if (other.estimator !== estimator) throw new RangeError(`cannot average ${estimator} with ${other.estimator}`);
    const same = other.labels.length === labels.length && labels.every(label => other.labels.includes(label));
    if (!same) throw new RangeError("cannot average estimates of different labels");
  }
  const byId = runs.map(run => ({run, estimates: new Map(run.documents.map(({id, estimate}) => [id, estimate]))}));
  const ids = [...new Set(runs.flatMap(({documents}) => documents.map(({id}) => id)))];
  const documents = ids.map(id => {
    const estimates = byId.map(({run, estimates: found}) => inOrder(found.get(id), run.labels, labels));
    return {id, estimate: averaged(estimates)};
  });
  const missing = documents.flatMap(({estimate}) => ("reason" in estimate ? [estimate.reason] : []));
  const remarks = documents.flatMap(({estimate}) => ("reason" in estimate ? [] : (estimate.remarks ?? [])));
  return {
    estimator: `${estimator}${ORDER_MARGINAL_SUFFIX}`,
    labels,
    learned: [],
    documents,
    estimated: documents.length - missing.length,
    missing: countReasons(missing),
    remarks: countReasons(remarks.map(remark => REMARKS[remark])),
  };
}

/** An estimate with its values in another order of the labels, its bounds left out. */
function inOrder(estimate: Estimate | undefined, from: readonly string[], to: readonly string[]): Estimate {
  if (estimate === undefined) return {reason: "one of the runs does not hold the document"};
  if ("reason" in estimate) return {reason: `in one of the runs: ${estimate.reason}`};
  const {values, remarks} = estimate;
  const moved = to.map(label => values[from.indexOf(label)] ?? Number.NaN);
  return {values: moved, ...(remarks === undefined ? {} : {remarks})};
}

function averaged(estimates: readonly Estimate[]): Estimate {
  const missing = estimates.find(estimate => "reason" in estimate);
  if (missing !== undefined) return missing;
  const known = estimates.flatMap(estimate => ("reason" in estimate ? [] : [estimate]));
  const values = (known[0]?.values ?? []).map(
    (_, label) => known.reduce((sum, one) => sum + (one.values[label] ?? 0), 0) / known.length,
  );
  const remarks = [...new Set(known.flatMap(one => one.remarks ?? []))];
  return {values, ...(remarks.length === 0 ? {} : {remarks})};
}
