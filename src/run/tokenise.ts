import {type CaptureMaterial, ofSplits} from "../capture/kind/capture-kind.ts";
import {captureKinds} from "../capture/kind/index.ts";
import {TREE_DEFAULTS} from "../capture/label-tree.ts";
import {labelTexts, type PreparedDocument, prepareDocuments, prepareLabels} from "../capture/prepare.ts";
import {promptWriter} from "../capture/prompt-text.ts";
import type {ThoughtSetup} from "../capture/think.ts";
import {tokenSets} from "../capture/token-sets.ts";
import type {Model, ModelSource} from "../engine/engine.ts";
import {largest} from "../math/extremes.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {Document, Split} from "../records/document.ts";
import {sha256} from "../task/hash.ts";
import type {Task} from "../task/task.ts";
import {refuseIncapable} from "./capable.ts";
import type {WantedCapture} from "./captures.ts";
import {planChat} from "./chat.ts";
import type {Encoder, PlannedEmbeddings} from "./encoder.ts";
import type {ForcedAnswers} from "./force-answers.ts";
import type {RunOptions} from "./options.ts";
import {overflowOf} from "./overflow.ts";
import type {SelectedDocument} from "./select.ts";

/** What tokenising needs of the plan. */
export interface Material {
  readonly task: Task;
  readonly prompts: PromptPlan;
  /** The same prompts with another number of demonstrations, for advice. */
  readonly withShots: (count: number) => PromptPlan;
  readonly documents: readonly SelectedDocument[];
  readonly forced: ForcedAnswers | undefined;
  readonly captures: readonly WantedCapture[];
  /** The embedding model, where documents are embedded, and the splits of which they are. */
  readonly encoder: Encoder | undefined;
  readonly embedded: readonly Split[];
  readonly seed: number;
  readonly options: RunOptions;
}

/** Tokenises everything that one model will be asked, without loading its weights. */
export async function tokenise(source: ModelSource, material: Material, now: string) {
  const {task, prompts, documents: selected, forced, options} = material;
  await using model = await source.load({vocabularyOnly: true});
  const chat = planChat(model, prompts, options, now);
  const write = promptWriter(model, chat?.chat);
  const documentOptions = {forced: forced?.answerOf, thinks: chat?.thought !== undefined};
  const documents = prepareDocuments(model, prompts, write, options.opening, selected, documentOptions);
  const texts = labelTexts(task.definition.labels, prompts.none);
  const bare = selected.map(({document}) => document);
  const labels = prepareLabels(model, prompts, write, texts, bare, options.opening);
  const paths = [...labels.first.paths, ...labels.later.paths].flat();
  const longestAnswer = largest(
    documents.map(document => document.forced?.length ?? 0),
    labels.answerBudget,
  );
  const {width, expansions, batch} = TREE_DEFAULTS;
  const captureMaterial: CaptureMaterial = {
    model,
    task,
    prompts,
    write,
    documents,
    answerTokens: longestAnswer + thoughtTokens(chat?.thought) + largest(paths.map(path => path.length)),
    seed: material.seed,
    tree: {width: options.treeWidth ?? width, expansions: options.treeExpansions ?? expansions, batch},
    hiddenColumns: source.hiddenColumns,
  };
  const captures = material.captures.map(({name, splits}) => captureKinds[name].plan(captureMaterial, splits));
  const ids = model.capabilities.ids >= model.vocabulary.size ? 0 : namedTokens(model, prompts, paths);
  refuseIncapable(source.id, model.capabilities, {captures, options, isAdapted: source.isAdapted, ids});
  const overflow = overflowOf(captures, captureMaterial, {
    model: source.id,
    contextTokens: options.context ?? source.trainContextTokens,
    trainContextTokens: source.trainContextTokens,
    wanted: material.captures,
    withShots: material.withShots,
    opening: options.opening,
  });
  const [greedy] = captures;
  return {
    captures,
    overflow,
    embeddings: planEmbeddings(material, documents),
    documents: greedy?.documents ?? [],
    labels,
    templated: chat !== undefined,
    chat: chat?.record(),
    thought: chat?.thought,
    remarks: chat?.remarks ?? [],
    modelRemarks: source.remarks?.(model, options.context) ?? [],
    tokenizerHash: sha256(JSON.stringify([model.vocabulary.pieces, [...model.vocabulary.specialTokens]])),
    chatTemplate: model.chatTemplate,
    bosToken: model.vocabulary.bosToken,
    promptOf: (document: Pick<Document, "text">) =>
      write(prompts.render(document), chat?.thought === undefined ? options.opening : "free").text,
    sharedPrefix: greedy?.prefix ?? [],
    longestTokens: greedy?.longestTokens ?? 0,
    trainContextTokens: source.trainContextTokens,
  };
}

/** The most tokens between a prompt and an answer. */
function thoughtTokens(thought: ThoughtSetup | undefined): number {
  return thought === undefined ? 0 : thought.most + thought.tails.given.open.length;
}

/** The most tokens that one read of an answer names. */
function namedTokens(model: Model, {format}: PromptPlan, paths: readonly (readonly number[])[]): number {
  const {terminators, branches} = tokenSets(model.vocabulary, format);
  const deciding = branches.flatMap(({close, goOn}) => [...close, ...goOn]);
  return new Set([...paths.flat(), ...(terminators.length > deciding.length ? terminators : deciding)]).size;
}

function planEmbeddings(
  {encoder, embedded, task}: Material,
  documents: readonly PreparedDocument[],
): PlannedEmbeddings | undefined {
  if (encoder === undefined) return undefined;
  const trainHash = embedded.includes("train") ? task.splits.train?.hash : undefined;
  return {encoder, documents: ofSplits(documents, embedded), ...(trainHash === undefined ? {} : {trainHash})};
}
