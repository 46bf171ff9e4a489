import type {RecordName} from "../records/run-records.ts";

/** What capturing some documents took: one kind of record of one model. */
export interface KindMeasure {
  readonly documents: number;
  /** Of work: where several documents were under way at once, their share of it. */
  readonly seconds: number;
  /** Tokens evaluated for these documents, the shared prefix not among them. */
  readonly tokens: number;
  /** Tokens of the answers, which are among them. */
  readonly answerTokens: number;
  readonly bytes: number;
}

export type Measures = Readonly<Partial<Record<RecordName, KindMeasure>>>;

/** What is missing of one kind of record of one run. */
export interface MissingWork {
  readonly record: RecordName;
  readonly documents: number;
  /** Prompt tokens of these documents behind the prefix. */
  readonly promptTokens: number;
  /** Evaluated once; 0 where nothing is missing or nothing is shared. */
  readonly prefixTokens: number;
}

/** What a plan will take. */
export interface Cost {
  /** Documents to capture, each once a run and kind of record. */
  readonly documents: number;
  /** Tokens to evaluate: prompts behind the shared prefix, each run's prefix once, answers as long as those so far. */
  readonly tokens: number;
  /** Absent where something is to be captured whose speed was not seen yet. */
  readonly seconds?: number;
  readonly bytes?: number;
}

/** The cost of nothing. */
export const NO_COST: Cost = {documents: 0, tokens: 0, seconds: 0, bytes: 0};

/**
 * What missing work will take, at the speed that was measured with the same model.
 *
 * Answers of a trace are taken to be as long as the mean so far, or the budget where there is none. Seconds go by the
 * token for traces, so that longer documents take longer, and by the document for other records, whose tokens the
 * measure knows alone.
 *
 * @param answerBudget the most tokens of an answer
 */
export function costOf(
  work: readonly MissingWork[],
  measures: Measures,
  {answerBudget}: {readonly answerBudget: number},
): Cost {
  return addCosts(
    work.map(one => {
      const {record, documents, promptTokens, prefixTokens} = one;
      if (documents === 0) return NO_COST;
      const measure = measures[record];
      if (record === "trace" || measure === undefined) {
        const answers = measure === undefined ? answerBudget : measure.answerTokens / measure.documents;
        const answered = record === "trace" ? documents * answers : 0;
        const tokens = prefixTokens + promptTokens + Math.round(answered);
        if (measure === undefined) return {documents, tokens};
        return {...scaled(measure, documents), tokens, seconds: (tokens * measure.seconds) / measure.tokens};
      }
      const rest = scaled(measure, documents);
      const perToken = measure.tokens === 0 ? 0 : measure.seconds / measure.tokens;
      return {...rest, tokens: rest.tokens + prefixTokens, seconds: rest.seconds + prefixTokens * perToken};
    }),
  );
}

/** The sum; what is not known in one of them is not known in the sum. */
export function addCosts(costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  const known = (of: (cost: Cost) => number | undefined) =>
    costs.some(cost => of(cost) === undefined) ? undefined : sum(cost => of(cost) ?? 0);
  const [seconds, bytes] = [known(cost => cost.seconds), known(cost => cost.bytes)];
  return {
    documents: sum(({documents}) => documents),
    tokens: sum(({tokens}) => tokens),
    ...(seconds === undefined ? {} : {seconds}),
    ...(bytes === undefined ? {} : {bytes}),
  };
}

/** Measures of several runs of one model as one. */
export function addMeasures(all: readonly Measures[]): Measures {
  const total: Partial<Record<RecordName, KindMeasure>> = {};
  for (const name of ["trace", "tree", "unary", "binary", "hidden"] as const) {
    const found = all.flatMap(measures => measures[name] ?? []);
    if (found.length === 0) continue;
    const sum = (of: (measure: KindMeasure) => number) => found.reduce((so, measure) => so + of(measure), 0);
    total[name] = {
      documents: sum(({documents}) => documents),
      seconds: sum(({seconds}) => seconds),
      tokens: sum(({tokens}) => tokens),
      answerTokens: sum(({answerTokens}) => answerTokens),
      bytes: sum(({bytes}) => bytes),
    };
  }
  return total;
}

function scaled(measure: KindMeasure, documents: number) {
  const share = documents / measure.documents;
  return {
    documents,
    tokens: Math.round(measure.tokens * share),
    seconds: measure.seconds * share,
    bytes: Math.round(measure.bytes * share),
  };
}
