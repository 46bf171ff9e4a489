import {createRng} from "../math/rng.ts";
import {pairMetric} from "../metric/pair.ts";
import {bootstrapTailP} from "../stats/bootstrap-p.ts";
import {type Draws, resample, subtractDraws} from "../stats/draws.ts";
import {pairedEffect} from "../stats/effect.ts";
import {type SignFlips, sharedFlipTest, signFlips} from "../stats/sign-flips.ts";
import type {ScoredMetric, ScoredRow} from "./score-systems.ts";
import type {CompareSettings} from "./settings.ts";

/** Two rows on one metric, on the documents that both have an estimate for. */
export interface PairedRows {
  /** left − right on resamples. */
  readonly draws: Draws;
  readonly n: number;
  /** Why there is no difference; present exactly where `draws.estimate` is undefined. */
  readonly reason?: string;
  /** Two-sided; absent where no test could be made. */
  readonly p?: number;
  /** d_z; absent for a pooled metric, and where all differences are equal. */
  readonly effect?: number;
  /** The test's name, or why there is none. */
  readonly test: string;
}

/** Fewest exchanges of a permutation test. */
const EXCHANGES = 10_000;

/** The exchanges of a table's permutation tests, by metric. */
export type Exchanges = ReadonlyMap<string, SignFlips>;

/**
 * Exchanges for tests that are corrected together: the same for every test of a metric, and enough that the smallest
 * possible p survives the correction.
 */
export function exchangesOf({seed, level, metrics}: CompareSettings, tests: number): Exchanges {
  const count = Math.max(EXCHANGES, Math.ceil((2 * tests) / (1 - level)));
  return new Map(metrics.map(name => [name, signFlips(count, () => createRng(`${seed}/exchanges/${name}`))]));
}

/**
 * The paired difference of two rows with its test: a permutation test (sign flips of the documents' differences) for a
 * metric that is a mean over documents, the paired bootstrap for a pooled one.
 *
 * @throws RangeError for a metric that was not scored or has no exchanges
 * Source: METHODS §4
 */
export function pairRows(
  metric: string,
  pair: {readonly left: ScoredRow; readonly right: ScoredRow},
  settings: CompareSettings,
  exchanges: Exchanges,
): PairedRows {
  const [left, right] = [pair.left.metrics.get(metric), pair.right.metrics.get(metric)];
  const flips = exchanges.get(metric);
  if (left === undefined || right === undefined || flips === undefined)
    throw new RangeError(`${metric} was not scored`);
  const draws = sameDocuments(pair.left, pair.right)
    ? subtractDraws({left: left.draws, right: right.draws})
    : drawsOnCommon(left, pair, settings);
  if (draws.estimate === undefined) {
    const reason = whyNone(left, right);
    return {draws, n: 0, reason, test: `no test: ${reason}`};
  }
  const values = commonValues(left, right);
  if (values === undefined) {
    const p = bootstrapTailP(draws);
    const n = draws.documents;
    return p.given ? {draws, n, p: p.p, test: "paired bootstrap"} : {draws, n, test: `no test: ${p.reason}`};
  }
  const test = sharedFlipTest(
    values.map(value => value.left - value.right),
    flips,
  );
  const {dz} = pairedEffect(values);
  const rest = {draws, n: values.length, ...(dz === undefined ? {} : {effect: dz})};
  if (!test.given) return {...rest, test: `no test: ${test.reason}`};
  return {...rest, p: test.p, test: test.exact ? "paired permutation, all exchanges" : "paired permutation"};
}

/** Whether two rows have estimates for the same documents; then their draws are of the same documents, too. */
function sameDocuments(left: ScoredRow, right: ScoredRow): boolean {
  return left.input.documents.every(
    ({q}, index) => (q === undefined) === (right.input.documents[index]?.q === undefined),
  );
}

function drawsOnCommon(
  {metric}: ScoredMetric,
  pair: {readonly left: ScoredRow; readonly right: ScoredRow},
  settings: CompareSettings,
): Draws {
  const statistic = pairMetric(metric, {left: pair.left.input, right: pair.right.input});
  const [draws] = resample([statistic], {
    documents: pair.left.input.documents.length,
    resamples: settings.resamples,
    rng: createRng(`${settings.seed}/documents`),
  });
  if (draws === undefined) throw new RangeError("one statistic has one set of draws");
  return draws;
}

/** Values of the documents that have one on both sides; undefined for a pooled metric. */
function commonValues(left: ScoredMetric, right: ScoredMetric): {left: number; right: number}[] | undefined {
  const theirs = right.ready.perDocument;
  return left.ready.perDocument?.flatMap((value, index) => {
    const other = theirs?.[index];
    return value === undefined || other === undefined ? [] : [{left: value, right: other}];
  });
}

function whyNone(left: ScoredMetric, right: ScoredMetric): string {
  return left.ready.result.reason ?? right.ready.result.reason ?? "no document has an estimate on both sides";
}
