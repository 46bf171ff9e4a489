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
export function worksOf({captures, embeddings, identity}: ModelPlan): Work[] {
  const asked = captures.map(({record, documents, prefix}) => ({
    record,
    documents,
    prefix: identity.strict ? 0 : prefix.length,
  }));
  return embeddings === undefined
    ? asked
    : [...asked, {record: "embedding", documents: embeddings.documents, prefix: 0}];
}

/** The same plan for a few of its documents: those whose keys are given, of each kind of record. */
export function restricted(
  model: ModelPlan,
  keys: Readonly<Partial<Record<RecordName, ReadonlySet<string>>>>,
): ModelPlan {
  const few = (record: RecordName, documents: readonly PreparedDocument[]) =>
    documents.filter(({key}) => keys[record]?.has(key));
  const captures = model.captures.map(capture => ({...capture, documents: few(capture.record, capture.documents)}));
  const embeddings =
    model.embeddings === undefined
      ? undefined
      : {...model.embeddings, documents: few("embedding", model.embeddings.documents)};
  return {...model, captures, embeddings, documents: captures[0]?.documents ?? []};
}
