import {join, resolve} from "node:path";
import type {PlannedCapture} from "../capture/kind/capture-kind.ts";
import type {LabelScoring} from "../capture/label-scorer.ts";
import type {PreparedDocument, PreparedLabels} from "../capture/prepare.ts";
import type {ThoughtSetup} from "../capture/think.ts";
import {loadCatalog} from "../catalog/catalog.ts";
import {severalModels} from "../catalog/found/several.ts";
import type {ModelRemark} from "../catalog/gguf/remarks.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {counted} from "../counted.ts";
import type {Engine, ModelSource} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {wallClock} from "../prompt/jinja/strftime.ts";
import {buildPrompts, type PromptPlan} from "../prompt/plan.ts";
import type {Document} from "../records/document.ts";
import type {ChatRecord, RunIdentity} from "../records/manifest.ts";
import {readManifest} from "../store/manifest-file.ts";
import {runName} from "../store/run-name.ts";
import {loadTask} from "../task/load.ts";
import type {Task} from "../task/task.ts";
import {refuseWithoutNone, type Wanted, wantedCaptures} from "./captures.ts";
import {contextOverflow, type Overflow, type TooLong} from "./context.ts";
import {DEFAULT_ENCODER, findEncoder, type PlannedEmbeddings} from "./encoder.ts";
import {answersOfRun, type ForcedAnswers, goldAnswers} from "./force-answers.ts";
import type {RunOptions} from "./options.ts";
import type {RunPlace} from "./place.ts";
import {type SelectedDocument, selectDocuments} from "./select.ts";
import {type Tested, testedOf} from "./tested.ts";
import {type Material, tokenise} from "./tokenise.ts";

/** What one model of a run will be asked; made without loading its weights. */
export interface ModelPlan {
  readonly spec: string;
  readonly source: ModelSource;
  /** What is captured, the greedy traces first. */
  readonly captures: readonly PlannedCapture[];
  /** What an embedding model embeds after that; absent where none is wanted. */
  readonly embeddings: PlannedEmbeddings | undefined;
  /** Those of the greedy traces: test and calibration, and train where probes on predictions are wanted. */
  readonly documents: readonly PreparedDocument[];
  readonly labels: PreparedLabels;
  readonly templated: boolean;
  /** How the model's chat template is used; absent where prompts are sent raw. */
  readonly chat: ChatRecord | undefined;
  readonly thought: ThoughtSetup | undefined;
  /** What a person should know of how the prompts are written. */
  readonly remarks: readonly string[];
  /** What about the model bears on its numbers. */
  readonly modelRemarks: readonly ModelRemark[];
  readonly tokenizerHash: string;
  readonly chatTemplate: string | undefined;
  readonly bosToken: number | undefined;
  /** The text of a document's prompt, as it is sent. */
  readonly promptOf: (document: Pick<Document, "text">) => string;
  /** Tokens that all prompts share. */
  readonly sharedPrefix: readonly number[];
  /** Tokens of the longest greedy prompt with its answer. */
  readonly longestTokens: number;
  readonly trainContextTokens: number;
  readonly identity: RunIdentity;
  /** What somebody wants the run to be called; see `runNames`. */
  readonly title?: string;
  readonly folder: string;
}

/** Everything about a run that is known before a model is loaded. */
export interface RunPlan {
  readonly task: Task;
  readonly prompts: PromptPlan;
  /** Those that are answered: test and calibration. */
  readonly documents: readonly SelectedDocument[];
  /** Left out of every model's run, because some model cannot read them; each once, with the model that needs most. */
  readonly tooLong: readonly TooLong[];
  readonly scoring: LabelScoring;
  readonly models: readonly ModelPlan[];
}

/**
 * Reads the task, tokenises every prompt and label for every model, decides the label scoring of the whole run, and
 * checks that every prompt fits: all that can go wrong before inference goes wrong here.
 *
 * @throws what loading the task, resolving and reading the models throw; `context-overflow` naming all documents that are too long;
 *   `same-run` where two models would share a folder
 */
export async function planRun(engine: Engine, given: RunOptions, place: RunPlace): Promise<RunPlan> {
  const {specs, remarks} = await severalModels(given.models, place.cwd);
  for (const remark of remarks) place.notice?.(remark);
  const options = {...given, models: specs};
  refuseContradictions(options);
  const wanted = wantedCaptures(options);
  refuseIdleEncoder(options, wanted);
  refuseUnthinking(options, wanted);
  const task = await loadTask(options.task, {
    cwd: place.cwd,
    ...(options.data === undefined ? {} : {dataDir: options.data}),
  });
  refuseWithoutNone(options.estimators ?? [], task.definition);
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
  const seed = options.seed ?? demonstrationRule(task).seed;
  const tested = await testedOf(options, place.cwd);
  const selected = selectDocuments(task, {...options, seed}, tested, wanted.limits, prompts.demonstrations);
  const forced = await forcedAnswers(options, task, prompts, place);
  const sources: ModelSource[] = [];
  // One after the other: what has to be fetched first should not share its way with another.
  for (const spec of options.models) {
    const source = await engine.findModel(spec, place);
    await source.verifyTokenizer?.(selected.map(({document}) => document.text));
    sources.push(source);
  }
  const encoder =
    wanted.embedded.length === 0
      ? undefined
      : await findEncoder(options.encoder ?? DEFAULT_ENCODER, place, await loadCatalog());
  const shared = {
    task,
    prompts,
    withShots,
    forced,
    captures: wanted.captures,
    encoder,
    embedded: wanted.embedded,
    seed,
    options,
  };
  const now = wallClock((place.now ?? (() => new Date()))());
  const tokeniseAll = async (material: Material) => {
    const all = [];
    for (const [index, source] of sources.entries()) {
      const spec = options.models[index] ?? source.id;
      all.push({spec, source, ...(await tokenise(source, material, now))});
    }
    return all;
  };
  const whole = await tokeniseAll({...shared, documents: selected});
  const {documents, tooLong} = leaveOut(
    selected,
    whole.flatMap(({overflow}) => overflow ?? []),
    options,
  );
  const material = {...shared, documents};
  const tokenised = tooLong.length === 0 ? whole : await tokeniseAll(material);
  const colliding = tokenised.some(({labels}) => labels.collisions.length > 0);
  const scoring = options.labelScoring === "auto" ? (colliding ? "exact" : "first-token") : options.labelScoring;
  const models: ModelPlan[] = [];
  for (const [at, model] of tokenised.entries()) {
    const identity = identify(options, task, prompts, model.source.id, scoring, forced, tested);
    const title = options.names?.[at];
    const folder = join(resolve(place.cwd, options.out ?? "runs"), runName(identity));
    const begun = model.chat?.now === undefined || options.fresh ? undefined : await dateOfRun(folder);
    models.push({
      ...model,
      ...(begun === undefined || begun === now ? {} : await tokenise(model.source, material, begun)),
      identity,
      ...(title === undefined ? {} : {title}),
      folder,
    });
  }
  refuseSameFolder(models);
  const listed = documents.filter(({split}) => split !== "train");
  return {
    task,
    prompts,
    documents: listed,
    tooLong,
    scoring,
    models,
  };
}

/**
 * The documents that every model can read, and those that are left out: what is compared between models of one command is
 * the same documents.
 *
 * @throws `context-overflow` where nobody asked to leave them out, and where no test document would be left
 */
function leaveOut(
  selected: readonly SelectedDocument[],
  overflows: readonly Overflow[],
  {tooLong: policy}: Pick<RunOptions, "tooLong">,
): {documents: readonly SelectedDocument[]; tooLong: readonly TooLong[]} {
  if (overflows.length === 0) return {documents: selected, tooLong: []};
  const longest = new Map<string, TooLong>();
  for (const one of overflows.flatMap(({tooLong}) => tooLong)) {
    const key = JSON.stringify([one.split, one.id]);
    if (one.tokens > (longest.get(key)?.tokens ?? 0)) longest.set(key, one);
  }
  const documents = selected.filter(({split, document}) => !longest.has(JSON.stringify([split, document.id])));
  if (policy !== "skip" || !documents.some(({split}) => split === "test")) throw contextOverflow(overflows);
  return {documents, tooLong: [...longest.values()]};
}

/** What the prompts of a run that was begun before show as the date: it is shown until the run is whole. */
async function dateOfRun(folder: string): Promise<string | undefined> {
  return (await readManifest(folder))?.prompt.chat?.now;
}

function refuseContradictions(options: RunOptions): void {
  const {decode, opening, forceAnswers, probePredictions} = options;
  const refuse = (message: string, next = "leave out one of the two") => {
    throw new LabelscopeError({code: "usage", message, next});
  };
  refuseNames(options, refuse);
  if (options.chat === "raw" && options.reasoning !== undefined)
    refuse(
      "--reasoning needs a chat: a raw prompt has no place for a thought",
      "--chat auto, or leave out --reasoning",
    );
  if (options.chat === "raw" && Object.keys(options.chatArgs ?? {}).length > 0)
    refuse("--chat-arg is for the chat template, which a raw prompt has not", "--chat auto, or leave out --chat-arg");
  if (decode === "constrained" && opening === "free") {
    refuse("--decode constrained needs --opening given: a free opening is not a well-formed answer's");
  }
  if (forceAnswers !== undefined && opening === "free")
    refuse("--force-answers feeds answers that begin after a given opening");
  if (forceAnswers !== undefined && decode === "constrained") refuse("--force-answers leaves nothing to decode");
  if (forceAnswers !== undefined && probePredictions === true)
    refuse("--probe-predictions needs the model's own answers, --force-answers feeds others");
}

function refuseNames({names = [], models}: RunOptions, refuse: (message: string, next: string) => void): void {
  if (names.length === 0) return;
  if (names.length !== models.length)
    refuse(
      `--name is there ${counted(names.length, "time")}, --model ${counted(models.length, "time")}`,
      "give one --name for each --model, in their order, or none",
    );
  if (names.some(name => name.trim() === "")) refuse("a run's --name is empty", "write one, or leave out --name");
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) refuse(`two runs would be called "${twice}"`, "give each run a name of its own");
}

/** Only greedy traces are read after a thought; another capture would be of a model that has not thought. */
function refuseUnthinking({reasoning}: RunOptions, {captures}: Wanted): void {
  const other = captures.find(({name}) => name !== "greedy");
  if (reasoning === undefined || other === undefined) return;
  throw new LabelscopeError({
    code: "usage",
    message: `--reasoning is for answers, and one of the estimators needs another capture (${other.name}), which is read without a thought`,
    next: ["leave out --reasoning", "or name only estimators that read answers, such as hard and first-step"],
  });
}

/** An embedding model that nothing would use is a forgotten --estimators. */
function refuseIdleEncoder({encoder}: RunOptions, {embedded}: Wanted): void {
  if (encoder === undefined || embedded.length > 0) return;
  throw new LabelscopeError({
    code: "usage",
    message: `--encoder ${encoder}: none of the estimators needs an embedding model`,
    next: ["add --estimators encoder", "or leave out --encoder"],
  });
}

async function forcedAnswers(
  {forceAnswers}: RunOptions,
  task: Task,
  prompts: PromptPlan,
  place: RunPlace,
): Promise<ForcedAnswers | undefined> {
  if (forceAnswers === undefined) return undefined;
  return forceAnswers === "gold"
    ? goldAnswers(task, prompts)
    : await answersOfRun(resolve(place.cwd, forceAnswers), task, prompts);
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
  model: string,
  scoring: LabelScoring,
  forced: ForcedAnswers | undefined,
  tested: Tested,
): RunIdentity {
  const drawn = demonstrationRule(task);
  return {
    task: task.definition.id,
    model,
    shots: prompts.composition.count,
    multiShare: options.multiShare ?? drawn.multiShare,
    noneShare: options.noneShare ?? drawn.noneShare,
    seed: options.seed ?? drawn.seed,
    labelOrder: options.labelOrder ?? task.definition.labelOrder,
    format: prompts.format.name,
    chat: options.chat,
    ...(Object.keys(options.chatArgs ?? {}).length === 0 ? {} : {chatArgs: {...options.chatArgs}}),
    ...(options.reasoning === undefined ? {} : {reasoning: options.reasoning}),
    opening: options.opening,
    decode: options.decode,
    labelScoring: scoring,
    variants: options.variants,
    flashAttention: options.flashAttention,
    strict: options.strict,
    fullLogits: options.fullLogits,
    ...(options.testMultiShare === undefined ? {} : {testMultiShare: options.testMultiShare}),
    ...(tested.split === "test" ? {} : {split: tested.split}),
    ...(tested.list === undefined ? {} : {ids: tested.list.identity}),
    ...(options.strata === undefined ? {} : {strata: options.strata}),
    ...(forced === undefined ? {} : {forceAnswers: forced.source}),
    ...(options.shard === undefined ? {} : {shard: options.shard}),
  };
}

/** The home of cached things, for callers that have only a place. */
export function homeOf(place: RunPlace): string {
  return labelscopeHome(place.env);
}
