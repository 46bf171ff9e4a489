import {availableParallelism} from "node:os";
import {basename, join, resolve} from "node:path";
import type {LabelScoring} from "../capture/label-scorer.ts";
import {
  labelTexts,
  type PreparedDocument,
  type PreparedLabels,
  prepareDocuments,
  prepareLabels,
  sharedPrefix,
} from "../capture/prepare.ts";
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
import {sha256} from "../task/hash.ts";
import {loadTask} from "../task/load.ts";
import type {Task} from "../task/task.ts";
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
 * @throws what loading the task, resolving and reading the models throw; `context-overflow` naming the longest document;
 *   `same-run` where two models would share a folder
 */
export async function planRun(engine: Engine, options: RunOptions, place: RunPlace): Promise<RunPlan> {
  if (options.decode === "constrained" && options.opening === "free") throw freeAndConstrained();
  const task = await loadTask(options.task, {
    cwd: place.cwd,
    ...(options.data === undefined ? {} : {dataDir: options.data}),
  });
  const promptOptions = {
    format: options.format,
    labelOrder: options.labelOrder,
    ...(options.shots === undefined ? {} : {count: options.shots}),
    ...(options.multiShare === undefined ? {} : {multiShare: options.multiShare}),
    ...(options.noneShare === undefined ? {} : {noneShare: options.noneShare}),
    ...(options.seed === undefined ? {} : {seed: options.seed}),
  };
  const prompts = buildPrompts(task, promptOptions);
  const withShots = (count: number) => buildPrompts(task, {...promptOptions, count});
  const documents = selectDocuments(task, {...options, seed: options.seed ?? demonstrationRule(task).seed});
  const catalog = await loadCatalog();
  const resolved = await Promise.all(options.models.map(spec => resolveModel(spec, {...place, catalog})));
  const tokenised = [];
  for (const [index, model] of resolved.entries()) {
    const spec = options.models[index] ?? model.id;
    tokenised.push({
      spec,
      resolved: model,
      ...(await tokenise(engine, model, {task, prompts, withShots, documents, options})),
    });
  }
  const colliding = tokenised.some(({labels}) => labels.collisions.length > 0);
  const scoring = options.labelScoring === "auto" ? (colliding ? "exact" : "first-token") : options.labelScoring;
  const models = tokenised.map(model => {
    const identity = identify(options, task, prompts, model.resolved, scoring);
    return {...model, identity, folder: join(resolve(place.cwd, options.out ?? "runs"), runName(identity))};
  });
  refuseSameFolder(models);
  return {task, prompts, documents, scoring, models, threads: options.threads ?? availableParallelism()};
}

function freeAndConstrained(): LabelscopeError {
  return new LabelscopeError({
    code: "usage",
    message: "--decode constrained needs --opening given: a free opening is not a well-formed answer's",
    next: "leave out one of the two",
  });
}

/** What tokenising needs of the plan. */
interface Material {
  readonly task: Task;
  readonly prompts: PromptPlan;
  /** The same prompts with another number of demonstrations, for advice. */
  readonly withShots: (count: number) => PromptPlan;
  readonly documents: readonly SelectedDocument[];
  readonly options: RunOptions;
}

async function tokenise(engine: Engine, resolved: ResolvedModel, material: Material) {
  const {task, prompts, documents: selected, options} = material;
  const info = await readGgufInfo(resolved.path);
  const adapterInfo = resolved.adapter === undefined ? undefined : await readGgufInfo(resolved.adapter.path);
  refuseSwapped(resolved, info, adapterInfo);
  await using model = await engine.loadModel(resolved.path, {vocabularyOnly: true});
  const {write, templated} = promptWriter(model, options.chat);
  const documents = prepareDocuments(model, prompts, write, options.opening, selected);
  const texts = labelTexts(task.definition.labels, prompts.none);
  const bare = selected.map(({document}) => document);
  const labels = prepareLabels(model, prompts, write, texts, bare, options.opening);
  const paths = [...labels.first.paths, ...labels.later.paths].flat();
  const answerTokens = labels.answerBudget + Math.max(...paths.map(path => path.length));
  const longest = documents.reduce<PreparedDocument | undefined>(
    (most, document) => (document.opened.length > (most?.opened.length ?? 0) ? document : most),
    undefined,
  );
  const longestTokens = (longest?.opened.length ?? 0) + answerTokens;
  // A model loaded for its vocabulary alone does not know its context; its metadata does.
  const trainContextTokens = info.contextLength ?? 2048;
  const contextTokens = options.context ?? trainContextTokens;
  if (longest !== undefined && longestTokens > contextTokens) {
    const fits = (count: number) => {
      const [shorter] = prepareDocuments(model, material.withShots(count), write, options.opening, [longest]);
      return shorter !== undefined && shorter.opened.length + answerTokens <= contextTokens;
    };
    throw contextOverflow({
      model: resolved.id,
      documentId: longest.document.id,
      promptTokens: longest.opened.length,
      answerTokens,
      contextTokens,
      trainContextTokens,
      shots: prompts.composition.count,
      shotTokens: model.tokenize(prompts.prefix).length - model.tokenize(prompts.instruction).length,
      fits,
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

/** Refuses an adapter in a model's place and the reverse, and an adapter for another architecture. */
function refuseSwapped(resolved: ResolvedModel, info: GgufInfo, adapter: GgufInfo | undefined): void {
  const file = basename(resolved.path);
  if (info.isAdapter) {
    throw new LabelscopeError({
      code: "model-is-adapter",
      message: `${file} is a LoRA adapter, not a model`,
      next: `--model MODEL+${file}, with the model that it was made for`,
    });
  }
  if (adapter === undefined) return;
  const adapterFile = basename(resolved.adapter?.path ?? "");
  if (!adapter.isAdapter) {
    throw new LabelscopeError({
      code: "adapter-is-model",
      message: `${adapterFile} is a model, not a LoRA adapter`,
      next: "give the two models with --model each; after a + stands an adapter",
    });
  }
  if (info.architecture === adapter.architecture) return;
  throw new LabelscopeError({
    code: "adapter-rejected",
    message: `the LoRA ${adapterFile} was made for a ${adapter.architecture} model, ${resolved.id} is ${info.architecture}`,
    next: "give the model that the adapter was made for; labelscope models info shows both",
  });
}

/** Two models of a command must not share a folder: the second would be taken for the first that has changed. */
function refuseSameFolder(models: readonly Pick<ModelPlan, "spec" | "folder">[]): void {
  for (const [index, {folder, spec}] of models.entries()) {
    const earlier = models.slice(0, index).find(other => other.folder === folder);
    if (earlier === undefined) continue;
    throw new LabelscopeError({
      code: "same-run",
      message: `--model ${earlier.spec} and --model ${spec} would be stored in one folder`,
      details: [folder],
      next:
        earlier.spec === spec ? "give each model once" : "rename one of the files, or run them apart with --out DIR",
    });
  }
}

/** The rule by which demonstrations are drawn; its defaults where they are fixed in a file. */
function demonstrationRule({definition: {demonstrations}}: Task): {
  multiShare: number;
  noneShare: number;
  seed: number;
} {
  return typeof demonstrations === "string" ? {multiShare: 0.5, noneShare: 0.1, seed: 0} : demonstrations;
}

function identify(
  options: RunOptions,
  task: Task,
  prompts: PromptPlan,
  model: ResolvedModel,
  scoring: LabelScoring,
): RunIdentity {
  const drawn = demonstrationRule(task);
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
    ...(options.testMultiShare === undefined ? {} : {testMultiShare: options.testMultiShare}),
    ...(options.shard === undefined ? {} : {shard: options.shard}),
  };
}

/** The home of cached things, for callers that have only a place. */
export function homeOf(place: RunPlace): string {
  return labelscopeHome(place.env);
}
