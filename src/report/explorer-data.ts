import type {ComparedDocument, ComparedRun} from "../compare/compared-run.ts";
import type {EstimateRow, System} from "../compare/system.ts";
import {isExact, type Value} from "../math/bounded.ts";
import type {LabelStep, Trace} from "../records/trace.ts";
import {goldFlags} from "../task/gold.ts";
import {jsonForScript} from "./html.ts";

/** What a page may weigh with everything in it; the explorer gets what figures and tables leave, within bounds. */
const PAGE_BYTES = 4_900_000;
const EXPLORER_BYTES = {least: 250_000, most: 3_000_000};
/** The vocabulary's best tokens that are shown at each step. */
const TOKENS = 5;
/** Texts beyond this are cut in the page, with a remark; the whole text is in traces.jsonl. */
const LONGEST_TEXT = 4_000;

/** One label step: short names, since there are thousands of them. */
export interface ExplorerStep {
  /** The place r, the kind and whether it was read after the canonical opening. */
  readonly r: number;
  readonly kind: LabelStep["kind"];
  readonly forced?: true;
  /** Label distribution in ten-thousandths, in the order of `labels`. */
  readonly p: readonly number[];
  /** Entropy of the label distribution and of the full vocabulary in bits; label mass. */
  readonly h: number;
  readonly v?: number | readonly [number, number];
  readonly m: number;
  /** Stop probability, where the branch could be read. */
  readonly stop?: number | readonly [number, number];
  /** Whether the full vocabulary's best token starts a label. */
  readonly starts: boolean;
  /** What was emitted: the label, or the text of something else. */
  readonly out: readonly [kind: LabelStep["emitted"]["kind"], text: string];
  /** Best tokens of the full vocabulary with their probability in ten-thousandths. */
  readonly top: readonly (readonly [text: string, p: number])[];
}

export interface ExplorerTrace {
  /** As it was written; absent for a well-formed one, whose labels say it. */
  readonly answer?: string;
  /** Labels of the answer, by their place in `labels`. */
  readonly said: readonly number[];
  readonly problems: readonly string[];
  readonly steps: readonly ExplorerStep[];
}

export interface ExplorerData {
  readonly labels: readonly string[];
  readonly runs: readonly {readonly name: string; readonly title: string}[];
  readonly documents: readonly {
    readonly id: string;
    readonly text: string;
    readonly cut?: true;
    /** One list an annotator, or the aggregated one. */
    readonly annotations: readonly (readonly string[])[];
    readonly aggregated?: true;
    /** The gold set, by place in `labels`; absent where there is none. */
    readonly gold?: readonly number[];
  }[];
  /** By run, then by document; null where the run has no trace of it. */
  readonly traces: readonly (readonly (ExplorerTrace | null)[])[];
  /** Predictions made elsewhere: by system, then by document, ten-thousandths in the order of the labels that can be predicted. */
  readonly predictions: readonly {
    readonly title: string;
    readonly documents: readonly (readonly number[] | null)[];
  }[];
  /** Documents of the compared runs, of which `documents` may be a part. */
  readonly of: number;
}

/**
 * What the step explorer shows: the traces of the test split, for as many documents as fit.
 *
 * Documents that do not fit are left out evenly over their order by id, the same for all runs, and the page says so.
 */
export function explorerData(
  runs: readonly ComparedRun[],
  titles: ReadonlyMap<string, string>,
  predictions: readonly System[] = [],
  limitBytes = EXPLORER_BYTES.most,
): ExplorerData {
  const predicted = predictions.map(({name, rows}) => ({title: titles.get(name) ?? name, of: estimatesOf(rows[0])}));
  const byRun = runs.map(({documents}) => new Map(documents.test.map(document => [document.document.id, document])));
  const found = new Map<string, ComparedDocument>();
  for (const documents of byRun) for (const [id, document] of documents) if (!found.has(id)) found.set(id, document);
  const all = [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, document]) => document);
  const [first] = runs;
  const traceOf = (documents: ReadonlyMap<string, ComparedDocument>, id: string) => {
    const trace = documents.get(id)?.trace;
    return trace === undefined ? null : packTrace(trace, own);
  };
  const own = first?.manifest.labels.filter(label => label !== first.manifest.noneLabel) ?? [];
  const build = (documents: readonly ComparedDocument[]): ExplorerData => ({
    labels: first?.manifest.labels ?? [],
    runs: runs.map(({name}) => ({name, title: titles.get(name) ?? name})),
    documents: documents.map(one => packDocument(one, own)),
    traces: byRun.map(held => documents.map(({document}) => traceOf(held, document.id))),
    predictions: predicted.map(({title, of}) => ({
      title,
      documents: documents.map(({document}) => of.get(document.id)?.map(tenThousandths) ?? null),
    })),
    of: all.length,
  });
  const whole = build(all);
  const size = bytesOf(whole);
  if (size <= limitBytes) return whole;
  let keep = Math.max(1, Math.floor((all.length * limitBytes) / size));
  for (;;) {
    const part = build(evenly(all, keep));
    if (keep === 1 || bytesOf(part) <= limitBytes) return part;
    keep = Math.max(1, Math.floor(keep * 0.9));
  }
}

/** The values of a row, by document; those that are missing are absent. */
function estimatesOf(row: EstimateRow | undefined): ReadonlyMap<string, readonly number[]> {
  const documents = row?.estimates.documents ?? [];
  return new Map(documents.flatMap(({id, estimate}) => ("reason" in estimate ? [] : [[id, estimate.values] as const])));
}

/** How many bytes of explorer data a page has room for that weighs so much without. */
export function explorerRoom(pageBytes: number): number {
  return Math.max(EXPLORER_BYTES.least, Math.min(EXPLORER_BYTES.most, PAGE_BYTES - pageBytes));
}

/** What the data weighs in the page, escapes included. */
function bytesOf(data: ExplorerData): number {
  return new TextEncoder().encode(jsonForScript(data).markup).length;
}

/** So many of the items, evenly over their order, the first one always. */
export function evenly<T>(items: readonly T[], keep: number): T[] {
  return items.filter((_, i) => Math.floor((i * keep) / items.length) !== Math.floor(((i - 1) * keep) / items.length));
}

function packDocument({document}: ComparedDocument, own: readonly string[]): ExplorerData["documents"][number] {
  const gold = goldFlags(document, own);
  const {id, text, annotations, labels} = document;
  return {
    id,
    text: text.slice(0, LONGEST_TEXT),
    ...(text.length > LONGEST_TEXT ? {cut: true} : {}),
    annotations: annotations ?? (labels === undefined ? [] : [labels]),
    ...(annotations === undefined ? {aggregated: true} : {}),
    ...(gold === undefined ? {} : {gold: gold.flatMap((isIn, at) => (isIn ? [at] : []))}),
  };
}

function packTrace({answer, steps}: Trace, own: readonly string[]): ExplorerTrace {
  const said = answer.labels.flatMap(label => (own.includes(label) ? [own.indexOf(label)] : []));
  return {
    ...(answer.wellFormed ? {} : {answer: answer.text}),
    said,
    problems: answer.problems,
    steps: steps.map(packStep),
  };
}

function packStep(step: LabelStep): ExplorerStep {
  const {emitted} = step;
  return {
    r: step.r,
    kind: step.kind,
    ...(step.forced === true ? {forced: true} : {}),
    p: step.probabilities.map(tenThousandths),
    h: thousandths(step.entropyBits),
    ...(step.vocabEntropyBits === undefined ? {} : {v: packed(step.vocabEntropyBits)}),
    m: thousandths(step.labelMass),
    ...(step.branch === undefined ? {} : {stop: packed(step.branch.stop)}),
    starts: step.argmaxIsLabel,
    out: [emitted.kind, emitted.label ?? emitted.text],
    top: step.topTokens
      .slice(0, TOKENS)
      .map(({text, logit}) => [text, tenThousandths(Math.exp(logit - step.logSumExp))] as const),
  };
}

/** A value in thousandths, or its bounds. */
function packed(value: Value): number | readonly [number, number] {
  return isExact(value) ? thousandths(value) : [thousandths(value[0]), thousandths(value[1])];
}

function tenThousandths(probability: number): number {
  return Math.round(probability * 10_000);
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
