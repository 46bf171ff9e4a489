import {captureGreedy, type GreedyCapture, type GreedySetup} from "../../src/capture/greedy.ts";
import type {LabelText} from "../../src/capture/label-tokens.ts";
import {
  greedySetup,
  labelTexts,
  type PreparedDocument,
  prepareDocuments,
  prepareLabels,
  type SetupOptions,
  sharedPrefix,
} from "../../src/capture/prepare.ts";
import {promptWriter} from "../../src/capture/prompt-text.ts";
import type {Extension, Model} from "../../src/engine/engine.ts";
import {Lockstep, type LockstepOptions, sequencesNeeded} from "../../src/engine/lockstep.ts";
import {type Script, scriptedModel} from "../../src/engine/scripted.ts";
import type {AnswerFormat} from "../../src/prompt/format.ts";
import {tinyPlan} from "./plan.ts";

export interface ScriptedCapture extends Partial<SetupOptions> {
  readonly tokens?: readonly string[];
  readonly script?: Script;
  readonly bos?: boolean;
  readonly onExtend?: (items: readonly Extension[]) => void;
  readonly labels?: readonly string[];
  readonly texts?: readonly LabelText[];
  /** null for a task without a null label. */
  readonly none?: string | null;
  readonly format?: AnswerFormat["name"];
  readonly emptyList?: boolean;
  readonly documents?: readonly string[];
  readonly answerBudget?: number;
  /** Replaces the model's tokeniser. */
  readonly tokenize?: (model: Model, text: string) => number[];
}

export interface Prepared {
  readonly model: Model;
  readonly setup: GreedySetup;
  readonly documents: readonly PreparedDocument[];
}

export const LABELS = ["joy", "fear", "sad"] as const;
/** Tokens besides single bytes, so that labels and separators can be one token each. */
export const TOKENS = [
  "joy",
  "fear",
  "sad",
  "none",
  '", "',
  '"]}',
  '"]',
  '",',
  ' "',
  "Input: ",
  "Label it.\n\n",
] as const;

/** Everything that a capture needs on a scripted model. */
export function prepare(options: ScriptedCapture = {}): Prepared {
  const {script, bos, onExtend} = options;
  const labels = options.labels ?? LABELS;
  const none = options.none === null ? undefined : (options.none ?? "none");
  const plain = scriptedModel({
    tokens: options.tokens ?? TOKENS,
    ...(script === undefined ? {} : {script}),
    ...(bos === undefined ? {} : {bos}),
    ...(onExtend === undefined ? {} : {onExtend}),
  });
  const {tokenize} = options;
  const model = tokenize === undefined ? plain : {...plain, tokenize: (text: string) => tokenize(plain, text)};
  const {format, emptyList} = options;
  const plan = tinyPlan({
    labels,
    none,
    ...(format === undefined ? {} : {format}),
    ...(emptyList === undefined ? {} : {emptyList}),
  });
  const write = promptWriter(model);
  const given = (options.documents ?? ["a"]).map((text, place) => ({
    document: {id: `d${place}`, text, labels: []},
    split: "test" as const,
  }));
  const texts = options.texts ?? labels.map(name => ({name, variants: [name]}));
  const documents = given.map(({document}) => document);
  const prepared = prepareLabels(model, plan, write, labelTexts(texts, none), documents, options.opening);
  const setup = greedySetup(model, plan, prepared, {
    scoring: options.scoring ?? "first-token",
    variants: options.variants ?? "max",
    opening: options.opening ?? "given",
    decode: options.decode ?? "free",
    topTokens: options.topTokens ?? 3,
    fullLogits: options.fullLogits ?? false,
  });
  return {
    model,
    setup: {...setup, answerBudget: options.answerBudget ?? setup.answerBudget},
    documents: prepareDocuments(model, plan, write, options.opening ?? "given", given),
  };
}

/** Captures every document in lockstep; results by document, in their order. */
export async function captureAll(
  prepared: Prepared,
  lockstep: Partial<Omit<LockstepOptions, "prefix">> & {readonly share?: boolean} = {},
): Promise<GreedyCapture[]> {
  const {model, setup, documents} = prepared;
  const options = {
    lanes: lockstep.lanes ?? 1,
    scratchPerLane: lockstep.scratchPerLane ?? 0,
    prefix: lockstep.share ? sharedPrefix(documents) : [],
  };
  await using session = await model.openSession({
    sequences: sequencesNeeded(options),
    contextTokens: 512,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const runner = new Lockstep(session, options);
  await runner.prepare();
  const found = new Map<PreparedDocument, GreedyCapture>();
  await runner.run(documents, async (document, lane) => {
    found.set(document, await captureGreedy(setup, lane, document));
  });
  return documents.flatMap(document => found.get(document) ?? []);
}

/** Captures one document. */
export async function captureOne(options: ScriptedCapture = {}): Promise<GreedyCapture> {
  const [only] = await captureAll(prepare(options));
  if (only === undefined) throw new Error("nothing was captured");
  return only;
}

/**
 * A script that writes these pieces after the prompt, each with logit 5; `beside` adds other logits by what was written.
 *
 * @param mark the end of the prompt, after which the answer starts
 */
export function writes(
  pieces: readonly string[],
  beside: (written: string) => Readonly<Record<string, number>> = () => ({}),
  mark = '{"label": ["',
): Script {
  return text => {
    const written = text.slice(text.indexOf(mark) + mark.length);
    const place = pieces.findIndex((_, count) => pieces.slice(0, count).join("") === written);
    const next = pieces[place];
    return {...beside(written), ...(next === undefined ? {} : {[next]: 5})};
  };
}
