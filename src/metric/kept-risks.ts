import type {Weights} from "../stats/weights.ts";
import type {Ranked} from "./risk-coverage.ts";

/** Documents from the most certain to the least, in columns: for thousands of resamples. */
export interface CertaintyOrder {
  readonly rows: Int32Array;
  readonly risks: Float64Array;
  /** 1 at the last of each run of equally certain documents. */
  readonly endsTie: Uint8Array;
}

/** The columns of ranked documents. */
export function certaintyOrder(ranked: readonly Ranked[]): CertaintyOrder {
  return {
    rows: Int32Array.from(ranked, ({row}) => row),
    risks: Float64Array.from(ranked, ({risk}) => risk),
    endsTie: Uint8Array.from(ranked, ({endsTie}) => Number(endsTie)),
  };
}

/**
 * The mean risk of the most certain share of weighted documents, for several shares in one pass; equally certain ones have
 * their mean risk.
 *
 * @param coverages shares in (0, 1], ascending
 * @returns one number a share; `undefined` where no document is drawn
 */
export function risksAt(
  {rows, risks, endsTie}: CertaintyOrder,
  coverages: readonly number[],
  weights: Weights,
): (number | undefined)[] {
  let drawn = 0;
  for (let rank = 0; rank < rows.length; rank += 1) drawn += weights[rows[rank] ?? 0] ?? 0;
  const found = new Array<number | undefined>(coverages.length).fill(undefined);
  const wantedAt = (place: number) => Math.ceil((coverages[place] ?? 0) * drawn - 1e-9);
  let place = 0;
  while (place < coverages.length && wantedAt(place) <= 0) place += 1;
  let [kept, sum, group, groupRisk] = [0, 0, 0, 0];
  for (let rank = 0; rank < rows.length && place < coverages.length; rank += 1) {
    const weight = weights[rows[rank] ?? 0] ?? 0;
    group += weight;
    groupRisk += weight * (risks[rank] ?? 0);
    if (endsTie[rank] === 0 || group === 0) continue;
    for (; place < coverages.length && wantedAt(place) <= kept + group; place += 1) {
      const wanted = wantedAt(place);
      found[place] = (sum + (groupRisk * (wanted - kept)) / group) / wanted;
    }
    sum += (groupRisk * group) / group;
    kept += group;
    [group, groupRisk] = [0, 0];
  }
  return found;
}

/** How many of the first `count` documents of an order are drawn, and their summed risk. */
export function drawnOf({rows, risks}: CertaintyOrder, count: number, weights: Weights) {
  let [drawn, risk] = [0, 0];
  for (let rank = 0; rank < count; rank += 1) {
    const weight = weights[rows[rank] ?? 0] ?? 0;
    drawn += weight;
    risk += weight * (risks[rank] ?? 0);
  }
  return {drawn, risk};
}
