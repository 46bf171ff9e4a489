/** The seven types of abuse, in the order of their columns after the five severities. */
export const abuseTypes = [
  "ableist",
  "homophobic",
  "intellectual",
  "racist",
  "sexist",
  "sex_harassment",
  "transphobic",
] as const;

/** Severities 1 (not abusive), 0 (ambiguous), −1, −2, −3 (abusive), one column each, in this order. */
const severityCount = 5;
const firstAbusiveSeverity = 2;

/** What one annotator says about one document. */
export interface Judgement {
  /** The label set; `other_abuse` where abuse was found and no type ticked. */
  readonly labels: readonly string[];
  /** How often the annotator judged the document. */
  readonly times: number;
  /** Whether those judgements differ in abuse or types. */
  readonly disagree: boolean;
  /** Whether a type was ticked although the judgement, taken together, is not abusive. */
  readonly tickedWithoutAbuse: boolean;
}

/** Whether a column is set in each judgement, or nothing where a cell holds something other than 0 and 1. */
function readCell(cell: string, times: number): boolean[] | undefined {
  const entries = cell.split(",").map(entry => entry.trim());
  if (entries.length !== times || entries.some(entry => entry !== "0" && entry !== "1")) return undefined;
  return entries.map(entry => entry === "1");
}

/**
 * An annotator's 17 cells for one document as one annotation.
 *
 * All cells empty: the annotator did not see the document (`undefined`). A cell such as `1, 0` holds two judgements by the
 * same annotator, who met the document twice (some three times). They count as one annotation, so that no annotator weighs
 * more than another: abusive where at least half of the judgements are, a type where at least half tick it; ties count as
 * in, as they do in the gold set. An abusive judgement (−1, −2, −3) without a type is `other_abuse`; one that is not
 * abusive or ambiguous is the empty set, whatever is ticked.
 *
 * @param cells five severities, seven types, then five more that are not used
 */
export function readJudgements(cells: readonly string[]): Judgement | {problem: string} | undefined {
  const used = cells.slice(0, severityCount + abuseTypes.length);
  if (used.every(cell => cell === "")) return undefined;
  const times = used[0]?.split(",").length ?? 0;
  const columns: boolean[][] = [];
  for (const cell of used) {
    const column = readCell(cell, times);
    if (column === undefined) return {problem: `expected ${times} values of 0 or 1 in each cell, found "${cell}"`};
    columns.push(column);
  }
  const severities = columns.slice(0, severityCount);
  const ticks = columns.slice(severityCount);
  const abusive = Array.from({length: times}, (_, time) =>
    severities.slice(firstAbusiveSeverity).some(column => column[time] === true),
  );
  for (let time = 0; time < times; time += 1) {
    if (severities.filter(column => column[time] === true).length !== 1) {
      return {problem: "expected exactly one of the five severities in each judgement"};
    }
  }
  const half = (column: readonly boolean[]): boolean => 2 * column.filter(Boolean).length >= times;
  const types = abuseTypes.filter((_, index) => half(ticks[index] ?? []));
  const found = half(abusive);
  return {
    labels: found ? (types.length > 0 ? types : ["other_abuse"]) : [],
    times,
    disagree: [abusive, ...ticks].some(column => column.some(value => value !== column[0])),
    tickedWithoutAbuse: !found && types.length > 0,
  };
}
