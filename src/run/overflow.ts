import type {CaptureMaterial, PlannedCapture} from "../capture/kind/capture-kind.ts";
import {captureKinds} from "../capture/kind/index.ts";
import {prepareDocuments} from "../capture/prepare.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {WantedCapture} from "./captures.ts";
import {mostShots, type Overflow, type TooLong} from "./context.ts";
import type {SelectedDocument} from "./select.ts";

/** Stands for no document. */
const EMPTY: SelectedDocument = {split: "test", document: {id: "", text: "\u2026", labels: []}};

/** What the documents of a plan are held against. */
export interface ContextOfModel {
  readonly model: string;
  readonly contextTokens: number;
  readonly trainContextTokens: number;
  readonly wanted: readonly WantedCapture[];
  readonly withShots: (count: number) => PromptPlan;
  readonly opening: "given" | "free";
}

/** The documents that do not fit with one of the captures, and what would make them fit; nothing where all fit. */
export function overflowOf(
  captures: readonly PlannedCapture[],
  material: CaptureMaterial,
  context: ContextOfModel,
): Overflow | undefined {
  const {contextTokens} = context;
  const sizes = new Map<string, TooLong & {readonly answerTokens: number}>();
  for (const capture of captures) {
    if (capture.longestTokens <= contextTokens) continue;
    for (const document of capture.documents) {
      const tokens = capture.size(document);
      if (tokens <= contextTokens || tokens <= (sizes.get(document.key)?.tokens ?? 0)) continue;
      const {split} = document;
      const answerTokens = Math.min(material.answerTokens, tokens);
      sizes.set(document.key, {split, id: document.document.id, model: context.model, tokens, answerTokens});
    }
  }
  const found = [...sizes.values()].sort((one, other) => other.tokens - one.tokens);
  const [longest] = found;
  if (longest === undefined) return undefined;
  const selected =
    material.documents.find(({document, split}) => document.id === longest.id && split === longest.split) ?? EMPTY;
  // A run without a test document is none, however many of another split there are.
  const reported = material.documents.filter(({split}) => split === "test");
  const shortest = (reported.length === 0 ? material.documents : reported).reduce<
    SelectedDocument & {readonly opened?: readonly number[]}
  >((least, one) => (one.opened.length < (least.opened?.length ?? Number.POSITIVE_INFINITY) ? one : least), EMPTY);
  const {model, prompts} = material;
  const shots = prompts.composition.count;
  const most = (prompted: PromptPlan, {document, split}: SelectedDocument) => longestOf(prompted, document, split);
  const frameTokens = most(shots === 0 ? prompts : context.withShots(0), EMPTY);
  const roomShots = mostShots(shots, count => most(context.withShots(count), shortest) <= contextTokens);
  const tooMany = roomShots === undefined ? "every document" : "demonstrations";
  const cause =
    frameTokens > contextTokens ? "labels" : most(prompts, shortest) > contextTokens ? tooMany : "documents";
  return {
    model: context.model,
    contextTokens,
    trainContextTokens: context.trainContextTokens,
    tooLong: found.map(({answerTokens: _, ...rest}) => rest),
    cause,
    frameTokens,
    promptTokens: longest.tokens - longest.answerTokens,
    answerTokens: longest.answerTokens,
    shots,
    shotTokens: model.tokenize(prompts.prefix).length - model.tokenize(prompts.instruction).length,
    roomShots,
    fewerShots: mostShots(shots - 1, count => most(context.withShots(count), selected) <= contextTokens),
  };

  /** Tokens of one document with the capture that needs most. */
  function longestOf(prompted: PromptPlan, document: SelectedDocument["document"], split: SelectedDocument["split"]) {
    const documents = prepareDocuments(model, prompted, material.write, context.opening, [{document, split}]);
    const planned = context.wanted.map(({name}) =>
      captureKinds[name].plan({...material, prompts: prompted, documents}, [split]),
    );
    return planned.reduce((tokens, {longestTokens}) => Math.max(tokens, longestTokens), 0);
  }
}
