import {measured} from "../../records/results/value.ts";
import type {Against, Standing} from "../../records/results/verdict.ts";
import {holm} from "../../stats/holm.ts";
import {bootstrapInterval} from "../../stats/interval.ts";
import {exchangesOf, pairRows} from "../paired.ts";
import type {ScoredRow, ScoredSystem} from "../score-systems.ts";
import type {CompareSettings} from "../settings.ts";

/** What answers are held against annotations by. */
export const ANSWERS = "example-f1";
/** Rows that are answers: the model's own, or predictions made elsewhere. */
const ANSWER_ROWS = ["hard", "predictions"];

export interface Standings {
  readonly run: string;
  readonly standing: Standing;
  readonly rank?: number;
  readonly best?: Against;
  readonly constant?: Against;
}

/** The row of a system that is its answers, where these have a value. */
export function answerRow({rows}: ScoredSystem): ScoredRow | undefined {
  const found = rows.find(({row}) => ANSWER_ROWS.includes(row.name));
  return found?.metrics.get(ANSWERS)?.ready.result.value === undefined ? undefined : found;
}

/**
 * Systems by their answers, the best first, each tested against the best and against the constant answer.
 *
 * All these tests are corrected together (Holm): that the best was picked by looking, the correction over all the others
 * covers. Of equal values the first given stands first. A system without answers of its own stands last and unknown.
 *
 * Source: METHODS §4
 */
export function standingsOf(
  systems: readonly ScoredSystem[],
  constant: ScoredRow | undefined,
  settings: CompareSettings,
): Standings[] {
  const known = systems.flatMap(system => {
    const row = answerRow(system);
    const value = row?.metrics.get(ANSWERS)?.ready.result.value;
    return row === undefined || value === undefined ? [] : [{run: system.name, row, value}];
  });
  const ranked = known.sort((one, two) => two.value - one.value);
  const [leader, ...others] = ranked;
  const options = {...settings, metrics: [ANSWERS]};
  const exchanges = exchangesOf(options, 2 * ranked.length);
  const held = (row: ScoredRow, against: ScoredRow): Against => {
    const {draws, n, p, reason} = pairRows(ANSWERS, {left: row, right: against}, options, exchanges);
    const interval = bootstrapInterval(draws, {method: "bca", level: settings.level});
    const difference = measured({value: draws.estimate, reason, n}, interval);
    return {difference, ...(p === undefined ? {} : {p})};
  };
  const againstBest = leader === undefined ? [] : others.map(({row}) => held(row, leader.row));
  const againstConstant = constant === undefined ? [] : ranked.map(({row}) => held(row, constant));
  const tests = corrected([...againstBest, ...againstConstant]);
  const unknown = systems.filter(({name}) => ranked.every(({run}) => run !== name));
  return [
    ...ranked.map(({run}, at): Standings => {
      const best = at === 0 ? undefined : tests[at - 1];
      const toConstant = constant === undefined ? undefined : tests[againstBest.length + at];
      return {
        run,
        rank: at + 1,
        standing: standingOf(best, toConstant, 1 - settings.level),
        ...(best === undefined ? {} : {best}),
        ...(toConstant === undefined ? {} : {constant: toConstant}),
      };
    }),
    ...unknown.map(({name}): Standings => ({run: name, standing: "unknown"})),
  ];
}

function corrected(tests: readonly Against[]): Against[] {
  const all = holm(tests.map(({p}) => p));
  return tests.map((test, at) => {
    const pHolm = all[at];
    return pHolm === undefined ? test : {...test, pHolm};
  });
}

function standingOf(best: Against | undefined, constant: Against | undefined, alpha: number): Standing {
  if (constant !== undefined && !isAbove(constant, alpha)) return "no-better-than-constant";
  if (best === undefined) return "best";
  return differs(best, alpha) ? "worse" : "not-distinguishable";
}

/** Whether a difference is there: the corrected test says so. */
export function differs({pHolm}: Against, alpha: number): boolean {
  return pHolm !== undefined && pHolm < alpha;
}

function isAbove(against: Against, alpha: number): boolean {
  return differs(against, alpha) && (against.difference.value ?? 0) > 0;
}

/**
 * How many documents it takes for the interval of a difference to leave 0 out, if the difference stays as it is: half its
 * width falls with the root of the documents.
 *
 * @returns undefined where the interval leaves 0 out already, where there is none, and for a difference of 0
 * @example documentsNeeded({value: 0.1, lower: -0.1, upper: 0.3, n: 50}) // 200
 */
export function documentsNeeded(difference: Against["difference"]): number | undefined {
  const {value, lower, upper, n} = difference;
  if (value === undefined || lower === undefined || upper === undefined || value === 0) return undefined;
  if (lower > 0 || upper < 0) return undefined;
  const towardsZero = value > 0 ? value - lower : upper - value;
  return Math.ceil(n * (towardsZero / value) ** 2 - 1e-9);
}
