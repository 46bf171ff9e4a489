import {availableParallelism} from "node:os";
import {basename, join, resolve} from "node:path";
import {type LabelScoring} from "../capture/label-scorer.ts";
import {labelTexts, type PreparedDocument, type PreparedLabels, prepareDocuments, prepareLabels, sharedPrefix} from "../capture/prepare.ts";
import {promptWriter} from "../capture/prompt-text.ts";
import {loadCatalog} from "../catalog/catalog.ts";
import {type GgufInfo, readGgufInfo} from "../catalog/gguf-info.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {type ResolvedModel, resolveModel} from "../catalog/resolve.ts";
import type {Engine, LoadOptions} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {buildPrompts, type PromptPlan} from "../prompt/plan.ts";
import type {Document} from "../records/document.ts";
import type {RunIdentity} from "../records/manifest.ts";
import {runName} from "../store/run-name.ts";
import {loadTask} from "../task/load.ts";
import type {Task} from "../task/task.ts";
import {sha256} from "../task/hash.ts";
import {contextOverflow} from "./context.ts";
import type {RunOptions} from "./options.ts";
import {type SelectedDocument, selectDocuments} from "./select.ts";

/** Where a run's files, models and settings are found. */
export interface RunPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What one model of a run will be asked; made without loading its weights. */
export interface ModelPlan {
  readonly spec: string;
  readonly resolved: ResolvedModel;
  readonly info: GgufInfo;
  readonly adapterInfo: GgufInfo | undefined;
  readonly documents: readonly PreparedDocument[];
  readonly labels: PreparedLabels;
  readonly templated: boolean;
  readonly tokenizerHash: string;
  readonly chatTemplate: string | undefined;
  readonly bosToken: number | undefined;
  /** The text of a document's prompt, as it is sent. */
  readonly promptOf: (document: Pick<Document, "text">) => string;
  /** Tokens that all prompts share. */
  readonly sharedPrefix: readonly number[];
  /** Tokens of the longest prompt with its answer. */
  readonly longestTokens: number;
  readonly trainContextTokens: number;
  readonly identity: RunIdentity;
  readonly folder: string;
}

/** Everything about a run that is known before a model is loaded. */
export interface RunPlan {
  readonly task: Task;
  readonly prompts: PromptPlan;
  readonly documents: readonly SelectedDocument[];
  readonly scoring: LabelScoring;
  readonly models: readonly ModelPlan[];
  readonly threads: number;
}

/** Loads one model for planning or for capturing. */
export function loadOptions(resolved: ResolvedModel): LoadOptions {
  return resolved.adapter === undefined ? {} : {adapter: {path: resolved.adapter.path, scale: resolved.adapter.scale}};
}

/**
 * Reads the task, tokenises every prompt and label for every model, decides the label scoring of the whole run, and
 * checks that every prompt fits: all that can go wrong before inference goes wrong here.
 *
 * @throws what loading the task, resolving and reading the models throw; `context-overflow` naming a document
 */
export async function planRun(engine: Engine, options: RunOptions, place: RunPlace): Promise<RunPlan> {
  const task = await loadTask(options.task, {cwd: place.cwd, ...(options.data === undefined ? {} : {dataDir: options.data})});
  const prompts = buildPrompts(task, {
    format: options.format,
    labelOrder: options.labelOrder,
    ...(options.shots === undefined ? {} : {count: options.shots}),
    ...(options.multiShare === undefined ? {} : {multiShare: options.multiShare}),
    ...(options.noneShare === undefined ? {} : {noneShare: options.noneShare}),
    ...(options.seed === undefined ? {} : {seed: options.seed}),
  });
  const documents = selectDocuments(task, options);
  const catalog = await loadCatalog();
  const resolved = await Promise.all(options.models.map(spec => resolveModel(spec, {...place, catalog})));
  const tokenised = [];
  for (const [index, model] of resolved.entries()) {
    const spec = options.models[index] ?? model.id;
    tokenised.push({spec, resolved: model, ...(await tokenise(engine, model, task, prompts, documents, options))});
  }
  const colliding = tokenised.some(({labels}) => labels.collisions.length > 0);
  const scoring = options.labelScoring === "auto" ? (colliding ? "exact" : "first-token") : options.labelScoring;
  const models = tokenised.map(model => {
    const identity = identify(options, task, prompts, model.resolved, scoring);
    return {...model, identity, folder: join(resolve(place.cwd, options.out ?? "runs"), runName(identity))};
  });
  return {task, prompts, documents, scoring, models, threads: options.threads ?? availableParallelism()};
}

async function tokenise(
  engine: Engine,
  resolved: ResolvedModel,
  task: Task,
  prompts: PromptPlan,
  selected: readonly SelectedDocument[],
  options: RunOptions,
) {
  const info = await readGgufInfo(resolved.path);
  const adapterInfo = resolved.adapter === undefined ? undefined : await readGgufInfo(resolved.adapter.path);
  if (adapterInfo !== undefined) refuseForeignAdapter(resolved, info, adapterInfo);
  await using model = await engine.loadModel(resolved.path, {vocabularyOnly: true});
  const {write, templated} = promptWriter(model, options.chat);
  const documents = prepareDocuments(model, prompts, write, options.opening, selected);
  const texts = labelTexts(task.definition.labels, prompts.none);
  const labels = prepareLabels(model, prompts, write, texts, selected.map(({document}) => document));
  const longestPath = Math.max(...labels.first.paths.flat().map(path => path.length));
  const longest = documents.reduce((most, {opened}) => Math.max(most, opened.length), 0);
  const longestTokens = longest + labels.answerBudget + longestPath;
  // A model loaded for its vocabulary alone does not know its context; its metadata does.
  const trainContextTokens = info.contextLength ?? 2048;
  const context = options.context ?? trainContextTokens;
  const over = documents.find(({opened}) => opened.length + labels.answerBudget + longestPath > context);
  if (over !== undefined) {
    throw contextOverflow({
      model: resolved.id,
      documentId: over.document.id,
      promptTokens: over.opened.length,
      answerTokens: labels.answerBudget + longestPath,
      contextTokens: context,
      trainContextTokens,
      shots: prompts.composition.count,
      shotTokens: model.tokenize(prompts.prefix).length,
    });
  }
  return {
    info,
    adapterInfo,
    documents,
    labels,
    templated,
    tokenizerHash: sha256(JSON.stringify([model.vocabulary.pieces, [...model.vocabulary.specialTokens]])),
    chatTemplate: model.chatTemplate,
    bosToken: model.vocabulary.bosToken,
    promptOf: (document: Pick<Document, "text">) => write(prompts.render(document), options.opening).text,
    sharedPrefix: sharedPrefix(documents),
    longestTokens,
    trainContextTokens,
  };
}

function refuseForeignAdapter(resolved: ResolvedModel, info: GgufInfo, adapter: GgufInfo): void {
  if (info.architecture === adapter.architecture) return;
  throw new LabelscopeError({
    code: "adapter-rejected",
    message: `the LoRA ${basename(adapter.path)} was made for a ${adapter.architecture} model, ${resolved.id} is ${info.architecture}`,
    next: "give the model that the adapter was made for; labelscope models info shows both",
  });
}

function identify(options: RunOptions, task: Task, prompts: PromptPlan, model: ResolvedModel, scoring: LabelScoring): RunIdentity {
  const rule = task.definition.demonstrations;
  const drawn = typeof rule === "object" && "count" in rule ? rule : {multiShare: 0.5, noneShare: 0.1, seed: 0};
  return {
    task: task.definition.id,
    model: model.id,
    shots: prompts.composition.count,
    multiShare: options.multiShare ?? drawn.multiShare,
    noneShare: options.noneShare ?? drawn.noneShare,
    seed: options.seed ?? drawn.seed,
    labelOrder: options.labelOrder ?? task.definition.labelOrder,
    format: prompts.format.name,
    chat: options.chat,
    opening: options.opening,
    decode: options.decode,
    labelScoring: scoring,
    variants: options.variants,
    flashAttention: options.flashAttention,
    strict: options.strict,
    fullLogits: options.fullLogits,
    ...(options.shard === undefined ? {} : {shard: options.shard}),
  };
}

/** The home of cached things, for callers that have only a place. */
export function homeOf(place: RunPlace): string {
  return labelscopeHome(place.env);
}
