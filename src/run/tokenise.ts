import {type CaptureMaterial, ofSplits, type PlannedCapture} from "../capture/kind/capture-kind.ts";
import {captureKinds} from "../capture/kind/index.ts";
import {TREE_DEFAULTS} from "../capture/label-tree.ts";
import {labelTexts, type PreparedDocument, prepareDocuments, prepareLabels} from "../capture/prepare.ts";
import {promptWriter} from "../capture/prompt-text.ts";
import type {ThoughtSetup} from "../capture/think.ts";
import type {Model, ModelSource} from "../engine/engine.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {Document, Split} from "../records/document.ts";
import {sha256} from "../task/hash.ts";
import type {Task} from "../task/task.ts";
import {refuseIncapable} from "./capable.ts";
import type {WantedCapture} from "./captures.ts";
import {planChat} from "./chat.ts";
import {contextOverflow} from "./context.ts";
import type {Encoder, PlannedEmbeddings} from "./encoder.ts";
import type {ForcedAnswers} from "./force-answers.ts";
import type {RunOptions} from "./options.ts";
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
  const longestAnswer = Math.max(labels.answerBudget, ...documents.map(document => document.forced?.length ?? 0));
  const {width, expansions, batch} = TREE_DEFAULTS;
  const captureMaterial: CaptureMaterial = {
    model,
    task,
    prompts,
    write,
    documents,
    answerTokens: longestAnswer + thoughtTokens(chat?.thought) + Math.max(...paths.map(path => path.length)),
    seed: material.seed,
    tree: {width: options.treeWidth ?? width, expansions: options.treeExpansions ?? expansions, batch},
    hiddenColumns: source.hiddenColumns,
  };
  const captures = material.captures.map(({name, splits}) => captureKinds[name].plan(captureMaterial, splits));
  refuseIncapable(source.id, model.capabilities, {captures, options, isAdapted: source.isAdapted});
  refuseOverflow(model, source, captures, captureMaterial, material);
  const [greedy] = captures;
  return {
    captures,
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
    promptOf: (document: Pick<Document, "text">) => write(prompts.render(document), options.opening).text,
    sharedPrefix: greedy?.prefix ?? [],
    longestTokens: greedy?.longestTokens ?? 0,
    trainContextTokens: source.trainContextTokens,
  };
}

/** The most tokens between a prompt and an answer. */
function thoughtTokens(thought: ThoughtSetup | undefined): number {
  return thought === undefined ? 0 : thought.most + thought.tails.given.open.length;
}

function planEmbeddings(
  {encoder, embedded, task}: Material,
  documents: readonly PreparedDocument[],
): PlannedEmbeddings | undefined {
  if (encoder === undefined) return undefined;
  const trainHash = embedded.includes("train") ? task.splits.train?.hash : undefined;
  return {encoder, documents: ofSplits(documents, embedded), ...(trainHash === undefined ? {} : {trainHash})};
}

/** @throws `context-overflow` naming the longest document, with what would make it fit */
function refuseOverflow(
  model: Model,
  {id, trainContextTokens}: ModelSource,
  captures: readonly PlannedCapture[],
  captureMaterial: CaptureMaterial,
  {captures: wanted, documents, prompts, withShots, options}: Material,
): void {
  const contextTokens = options.context ?? trainContextTokens;
  const place = captures.findIndex(({longestTokens}) => longestTokens > contextTokens);
  const [capture, kind] = [captures[place], wanted[place]];
  const longest = documents.find(({document}) => document.id === capture?.longestId);
  if (capture === undefined || kind === undefined || longest === undefined) return;
  const thinks = options.reasoning !== undefined;
  const fits = (count: number) => {
    const shorter = withShots(count);
    const only = prepareDocuments(model, shorter, captureMaterial.write, options.opening, [longest], {thinks});
    const planned = captureKinds[kind.name].plan({...captureMaterial, prompts: shorter, documents: only}, kind.splits);
    return planned.longestTokens <= contextTokens;
  };
  const answerTokens = Math.min(captureMaterial.answerTokens, capture.longestTokens);
  throw contextOverflow({
    model: id,
    documentId: longest.document.id,
    promptTokens: capture.longestTokens - answerTokens,
    answerTokens,
    contextTokens,
    trainContextTokens,
    shots: prompts.composition.count,
    shotTokens: model.tokenize(prompts.prefix).length - model.tokenize(prompts.instruction).length,
    fits,
  });
}
