import type {Document} from "../records/document.ts";
import type {Judgement} from "../stats/agreement.ts";

/**
 * What annotators say, label by label; `pooled` takes each pair of a document and a label as a unit.
 *
 * Documents with fewer than two annotators, or with aggregated labels, have none.
 */
export interface Judgements {
  readonly byLabel: ReadonlyMap<string, readonly Judgement[]>;
  readonly pooled: readonly Judgement[];
  /** Documents with at least two annotators. */
  readonly documents: number;
}

/** The judgements behind the agreement of annotators, for documents in their order. */
export function judgementsOf(documents: readonly Document[], labels: readonly string[]): Judgements {
  const judged = documents.flatMap(({annotations}, row) =>
    annotations === undefined || annotations.length < 2 ? [] : [{row, annotations}],
  );
  const byLabel = labels.map((label): [string, Judgement[]] => [
    label,
    judged.map(({row, annotations}) => ({
      row,
      given: annotations.filter(set => set.includes(label)).length,
      annotators: annotations.length,
    })),
  ]);
  return {byLabel: new Map(byLabel), pooled: byLabel.flatMap(([, units]) => units), documents: judged.length};
}
