import type {PreparedDocument} from "../capture/prepare.ts";
import type {RecordName} from "../records/run-records.ts";
import type {ModelPlan} from "../run/plan.ts";

/** One kind of record that a run will hold, with its documents. */
export interface Work {
  readonly record: RecordName;
  readonly documents: readonly PreparedDocument[];
  /** Tokens that are evaluated once for all of them. */
  readonly prefix: number;
}

/** Everything that a planned run will hold, the greedy traces first. */
export function worksOf({captures, identity}: ModelPlan): Work[] {
  return captures.map(({record, documents, prefix}) => ({
    record,
    documents,
    prefix: identity.strict ? 0 : prefix.length,
  }));
}

/** The same plan for a few of its documents: those whose keys are given, of each kind of record. */
export function restricted(
  model: ModelPlan,
  keys: Readonly<Partial<Record<RecordName, ReadonlySet<string>>>>,
): ModelPlan {
  const captures = model.captures.map(capture => ({
    ...capture,
    documents: capture.documents.filter(({key}) => keys[capture.record]?.has(key)),
  }));
  return {...model, captures, documents: captures[0]?.documents ?? []};
}
