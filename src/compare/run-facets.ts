import {counted} from "../counted.ts";
import {percent} from "../percent.ts";
import type {Manifest} from "../records/manifest.ts";

/** What of a manifest a run's name is made of: all that is known of it before it is made, the engine's facts apart. */
export interface Nameable extends Pick<Manifest, "title" | "identity" | "engine" | "name" | "created"> {
  readonly model: Pick<Manifest["model"], "id" | "quantisation" | "adapter">;
  readonly prompt: Pick<Manifest["prompt"], "templated" | "chat">;
}

/** One thing in which runs of a model can differ, said in words. */
export interface Facet {
  /** For a sentence: the runs differ in … */
  readonly what: string;
  /** Whether it is named wherever two runs differ in it; else only where two runs of one model do. */
  readonly prominent: boolean;
  /** Whether it changes what is sent. */
  readonly ofPrompt?: true;
  /** What it is for a run, e.g. `3 shots`; undefined where there is nothing to say (the model's own answers). */
  readonly words: (manifest: Nameable, shown: readonly Nameable[]) => string | undefined;
}

/** What a run can differ in beside its model, the most telling first. */
const FACETS: readonly Facet[] = [
  {what: "quantisation", prominent: false, words: ({model}) => model.quantisation},
  {what: "the chat template", prominent: true, ofPrompt: true, words: chatWords},
  {
    what: "the number of demonstrations",
    prominent: true,
    ofPrompt: true,
    words: ({identity}) => counted(identity.shots, "shot"),
  },
  {what: "label order", prominent: true, ofPrompt: true, words: ({identity}) => orderWords(identity.labelOrder)},
  {what: "answer format", prominent: true, ofPrompt: true, words: ({identity}) => `${identity.format} format`},
  {what: "whose answers are read", prominent: true, words: ({identity}) => forcedWords(identity)},
  {what: "the answer's opening", prominent: true, ofPrompt: true, words: ({identity}) => `${identity.opening} opening`},
  {what: "decoding", prominent: true, words: ({identity}) => `${identity.decode} decoding`},
  {
    what: "the share of demonstrations with several labels",
    prominent: false,
    ofPrompt: true,
    words: ({identity}) => `${percent(identity.multiShare)} multi-label shots`,
  },
  {
    what: "the share of demonstrations without a label",
    prominent: false,
    ofPrompt: true,
    words: ({identity}) => `${percent(identity.noneShare)} shots without a label`,
  },
  {what: "the seed", prominent: false, ofPrompt: true, words: ({identity}) => `seed ${identity.seed}`},
  {
    what: "the sample of documents",
    prominent: false,
    words: ({identity: {testMultiShare}}) =>
      testMultiShare === undefined ? undefined : `${percent(testMultiShare)} multi-label documents`,
  },
  {
    what: "the split that is tested",
    prominent: true,
    words: ({identity: {split}}) => (split === undefined ? undefined : `${split} documents`),
  },
  {
    what: "the list of documents",
    prominent: false,
    words: ({identity: {ids}}) => (ids === undefined ? undefined : `documents of ${ids.replace(/@[0-9a-f]+$/, "")}`),
  },
  {
    what: "how the sample is balanced",
    prominent: false,
    words: ({identity: {strata}}) => (strata === undefined ? undefined : `balanced by ${strata}`),
  },
  {what: "label scoring", prominent: false, words: ({identity}) => `${identity.labelScoring} scoring`},
  {what: "surface variants", prominent: false, words: ({identity}) => `${identity.variants} over variants`},
  {
    what: "flash attention",
    prominent: false,
    words: ({identity}) => (identity.flashAttention ? "flash attention" : "no flash attention"),
  },
  {what: "strictness", prominent: false, words: ({identity}) => (identity.strict ? "strict" : "not strict")},
  {
    what: "the shard",
    prominent: false,
    words: ({identity: {shard}}) => (shard === undefined ? undefined : `shard ${shard.index} of ${shard.count}`),
  },
  {what: "the engine", prominent: false, words: engineWords},
];

/** Facets in which some runs differ, with each run's words. */
export function differingFacets(
  shown: readonly Nameable[],
): {readonly facet: Facet; readonly words: readonly (string | undefined)[]}[] {
  return FACETS.flatMap(facet => {
    const words = shown.map(manifest => facet.words(manifest, shown));
    return new Set(words).size < 2 ? [] : [{facet, words}];
  });
}

/**
 * Whose answers were fed, in words: `gold answers`, `answers of smollm2-135m-instruct`; undefined where the model answered
 * itself. The stored source is a folder's name with hashes, which say nothing to a person.
 *
 * @example forcedWords({task: "posts", forceAnswers: "posts-ladder-s-base-1a2b3c4d@5e6f"}) // "answers of ladder-s-base"
 */
export function forcedWords({task, forceAnswers}: Pick<Manifest["identity"], "task" | "forceAnswers">) {
  if (forceAnswers === undefined) return undefined;
  if (forceAnswers === "gold") return "gold answers";
  const folder = forceAnswers.replace(/@[0-9a-f]+$/, "").replace(/-[0-9a-f]{8}(?:-shard\d+of\d+)?$/, "");
  return `answers of ${folder.startsWith(`${task}-`) ? folder.slice(task.length + 1) : folder}`;
}

function chatWords({identity, prompt}: Nameable): string {
  if (identity.chat === "raw") return "raw";
  if (!prompt.templated) return "no chat template";
  if (identity.chat === "auto" && prompt.chat === undefined) return "chat, spliced";
  return identity.chat === "auto" ? "chat" : "chat in one turn";
}

function orderWords(order: string): string {
  const [, seed] = /^random:(.+)$/.exec(order) ?? [];
  return seed === undefined ? `${order} order` : `random order ${seed}`;
}

/** Of the engine's facts those that differ among the runs. */
export function engineWords(
  {engine}: Pick<Nameable, "engine">,
  shown: readonly Pick<Nameable, "engine">[],
): string | undefined {
  const facts = [...new Set(shown.flatMap(manifest => Object.keys(manifest.engine)))];
  const differing = facts.filter(fact => new Set(shown.map(manifest => manifest.engine[fact])).size > 1);
  const said = differing.map(fact => `${fact} ${engine[fact] ?? "not said"}`);
  return said.length === 0 ? undefined : said.join(", ");
}
