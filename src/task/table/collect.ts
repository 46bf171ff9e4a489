import {suggestion} from "../../nearest.ts";
import type {Document} from "../../records/document.ts";
import {type AnnotationRow, type Grouped, groupAnnotations} from "../group-annotations.ts";
import {textId} from "../hash.ts";
import type {ProblemList} from "../problems.ts";
import type {LabelNames} from "./label-names.ts";
import type {Entry, Judgement} from "./mapping.ts";
import {Tally} from "./tally.ts";

const silentDocuments = "documents that nobody judged";
const silentJudgements = "annotations without a judgement";

/** How entries become documents. */
export interface CollectOptions {
  readonly file: string;
  readonly names: LabelNames;
  readonly problems: ProblemList;
  /** Whether the entries of one id are one document, each annotator counting once. */
  readonly grouped: boolean;
  /** Whether an entry is one chosen label, so that the entries of one annotator on one document make their set. */
  readonly oneLabel: boolean;
}

type Named = Entry & {readonly id: string};

/** Ids for entries that have none, from their texts; the second and later ones of a text are numbered, unless joined. */
function named(entries: readonly Entry[], joined: boolean, remarks: Tally): Named[] {
  const times = new Map<string, number>();
  return entries.map(entry => {
    if (entry.id !== undefined) return {...entry, id: entry.id};
    const id = textId(entry.text);
    const time = (times.get(id) ?? 0) + 1;
    times.set(id, time);
    if (time === 1 || joined) return {...entry, id};
    remarks.add(
      "repeated texts without ids: their ids are numbered; --annotator-column, or --rows one-label, if their rows are one document",
    );
    return {...entry, id: `${id}-${time}`};
  });
}

/** Entries of one id and no annotator, one chosen label each, as one entry with all of them. */
function unions(entries: readonly Named[], say: (entry: Entry, message: string) => void): Named[] {
  const byId = new Map<string, {entry: Named; labels: Set<string>; judged: boolean}>();
  for (const entry of entries) {
    const group = byId.get(entry.id) ?? {entry, labels: new Set<string>(), judged: false};
    byId.set(entry.id, group);
    if (entry.text !== group.entry.text)
      say(entry, `id "${entry.id}" has another text on line ${group.entry.line ?? 1}`);
    for (const {labels} of entry.judgements) {
      group.judged ||= labels !== undefined;
      for (const label of labels ?? []) group.labels.add(label);
    }
  }
  return [...byId.values()].map(({entry, labels, judged}) => ({
    ...entry,
    judgements: [{labels: judged ? [...labels] : undefined}],
  }));
}

/** What entries say as documents: labels by their names and in the task's order, what nobody judged left out and counted. */
export function collectDocuments(entries: readonly Entry[], options: CollectOptions): Grouped {
  const {file, names, problems, grouped, oneLabel} = options;
  const place = new Map(names.labels.map((label, index) => [label, index] as const));
  const dropped = new Tally();
  const remarks = new Tally();
  const say = (entry: Entry, message: string): void => {
    const {line, name} = entry;
    problems.add({
      file,
      message: name === undefined ? message : `${name}: ${message}`,
      ...(line === undefined ? {} : {line}),
    });
  };
  const inOrder = (entry: Entry, {labels}: Judgement): string[] | undefined => {
    if (labels === undefined) return undefined;
    const found = new Set<string>();
    for (const spelling of labels) {
      const name = names.nameOf(spelling);
      if (name !== undefined) found.add(name);
      else {
        const known = names.labels.slice(0, 30).join(", ");
        say(entry, `label "${spelling}" is not in the set${suggestion(spelling, names.labels)}; known: ${known}`);
      }
    }
    if (new Set(labels).size < labels.length) remarks.add("a label stands twice in a set: counted once");
    return [...found].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  };
  const byAnnotator = entries.some(({form}) => form === "annotators");
  const ided = named(entries, grouped || oneLabel, remarks);
  if (byAnnotator && (grouped || oneLabel)) {
    const rows: AnnotationRow[] = [];
    for (const entry of ided) {
      if (problems.full) break;
      const {id, text, line, name} = entry;
      const place = {file, ...(line === undefined ? {} : {line}), ...(name === undefined ? {} : {name})};
      if (entry.judgements.length === 0) dropped.add(silentDocuments);
      for (const judgement of entry.judgements) {
        rows.push({id, text, annotator: judgement.annotator ?? "", labels: inOrder(entry, judgement), ...place});
      }
    }
    const joined = groupAnnotations(rows, {
      labels: names.labels,
      unjudged: "the cell says nothing",
      problems,
      oneLabel,
    });
    return {
      documents: joined.documents,
      dropped: [...dropped.counted, ...joined.dropped],
      remarks: [...remarks.counted, ...joined.remarks],
    };
  }
  const documents: Document[] = [];
  const first = new Map<string, Entry>();
  const judgedOnes = entries.filter(({judgements}) => judgements.some(({labels}) => labels !== undefined));
  const form = judgedOnes[0]?.form;
  for (const entry of oneLabel ? unions(ided, say) : ided) {
    if (problems.full) break;
    const {id, text} = entry;
    const earlier = first.get(id);
    if (earlier !== undefined) {
      const where =
        earlier.line === undefined ? `is that of ${earlier.name} too` : `stands on line ${earlier.line} too`;
      const alike = earlier.text === text;
      const joins = alike ? "; --annotator-column, or --rows one-label, if its rows are one document" : "";
      say(entry, `id "${id}" ${where}${joins}`);
    }
    first.set(id, entry);
    const judged = entry.judgements.flatMap(judgement => {
      const labels = inOrder(entry, judgement);
      return labels === undefined ? [] : [{annotator: judgement.annotator, labels}];
    });
    if (judged.length === 0) {
      dropped.add(silentDocuments);
      continue;
    }
    if (entry.form !== form) {
      const where = judgedOnes[0]?.line === undefined ? "the first entry" : `line ${judgedOnes[0].line}`;
      say(entry, `is of another kind than ${where}: one set of labels, or one an annotator, throughout a file`);
    }
    if (entry.form === "aggregated") documents.push({id, text, labels: judged[0]?.labels ?? []});
    else {
      dropped.add(silentJudgements, entry.judgements.length - judged.length);
      const who = judged.map(({annotator}) => annotator).filter(annotator => annotator !== undefined);
      const annotations = judged.map(({labels}) => labels);
      documents.push({id, text, annotations, ...(who.length === judged.length ? {annotators: who} : {})});
    }
  }
  return {documents, dropped: dropped.counted, remarks: remarks.counted};
}
