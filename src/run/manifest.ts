import {basename} from "node:path";
import {cacheTypeOf} from "../engine/batched-lanes.ts";
import type {Model, ModelIdentity} from "../engine/engine.ts";
import type {Captures} from "../records/captures.ts";
import type {Manifest} from "../records/manifest.ts";
import type {ModelRecord} from "../records/model.ts";
import {TRACE_SCHEMA} from "../records/schema-version.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {version} from "../version.ts";
import type {ModelPlan, RunPlan} from "./plan.ts";

const STRICT =
  "strict: one sequence, nothing reused, float32 cache; repeats to the bit on the same engine and CPU backend";
const DEFAULT =
  "default: the batch plan moves logits by up to 4e-3 (f16 weights) or 0.1 (8 bits and fewer); --strict repeats to the bit";

const SERVED =
  "served: the server's batches and cache move log-probabilities; --strict asks one at a time, without its cache where it can be told so";

/** What tells the models of a run from any other. */
export interface Identities {
  readonly model: ModelIdentity;
  /** SHA-256 of the embedding model's file. */
  readonly encoder?: string;
}

/** How one model's run is made, before any session of it. */
export function describeRun(plan: RunPlan, model: ModelPlan, engineModel: Model, identities: Identities): Manifest {
  const {task, prompts} = plan;
  const {labels} = model;
  const {definition} = task;
  const dataHashes = Object.fromEntries(Object.entries(task.splits).map(([split, {hash}]) => [split, hash]));
  return {
    schema: TRACE_SCHEMA,
    labelscope: version,
    name: basename(model.folder),
    ...(model.title === undefined ? {} : {title: model.title}),
    created: new Date().toISOString(),
    identity: model.identity,
    task: {
      id: definition.id,
      title: definition.title,
      source: task.source,
      hash: task.hash,
      gold: definition.gold,
      annotations: task.annotations,
      dataHashes,
    },
    model: describeModel(model, identities.model),
    engine: engineModel.facts,
    ...(identities.model.kind === "server" ? {} : {cacheType: cacheTypeOf(model.identity)}),
    ...readOutsOf(engineModel),
    labels: labels.texts.map(label => label.name),
    noneLabel: prompts.none ?? null,
    labelTokens: {
      first: copy(labels.first.paths),
      ...(JSON.stringify(labels.first) === JSON.stringify(labels.later) ? {} : {later: copy(labels.later.paths)}),
      collisions: labels.collisions.map(({labels: [one, other], kind}) => ({labels: [one, other], kind})),
      merged: [...labels.merged],
      seamChecks: labels.seamChecks,
      seamDiffering: labels.seamDiffering,
    },
    prompt: {
      ...sentHash(prompts.hash, model),
      labelOrder: [...prompts.labelOrder],
      templated: model.templated,
      demonstrations: prompts.demonstrations.map(demonstration => demonstration.id),
      composition: prompts.composition,
      leaks: prompts.leaks.length,
    },
    planned: countBySplit(model.documents),
    ...(plan.tooLong.length === 0 ? {} : {tooLong: plan.tooLong.map(one => ({...one}))}),
    answerBudget: labels.answerBudget,
    ...capturesOf(model, identities),
    numerics: identities.model.kind === "server" ? SERVED : model.identity.strict ? STRICT : DEFAULT,
    sessions: [],
  };
}

/** The hash of what is sent: of the prompts, and where a chat template writes them of how it does. */
function sentHash(
  content: string,
  {chat, identity}: ModelPlan,
): Pick<Manifest["prompt"], "hash" | "contentHash" | "chat"> {
  if (chat === undefined) return {hash: content};
  const {reasoning} = identity;
  return {hash: sha256(canonicalJson({content, chat, reasoning})), contentHash: content, chat};
}

/** Nothing where the engine sees the whole vocabulary: then every number is exact. */
function readOutsOf({capabilities: {scale, vocabEntropy}}: Model): {readOuts?: Manifest["readOuts"]} {
  if (scale === "logits" && vocabEntropy === "exact") return {};
  return {readOuts: {scale, vocabEntropy}};
}

function countBySplit(documents: ModelPlan["documents"]): NonNullable<Manifest["planned"]> {
  const counts: NonNullable<Manifest["planned"]> = {};
  for (const {split} of documents) counts[split] = (counts[split] ?? 0) + 1;
  return counts;
}

/** Nothing where there are greedy traces alone. */
function capturesOf({captures, embeddings}: ModelPlan, {encoder: sha256}: Identities): {captures?: Captures} {
  const about: Captures = Object.assign({}, ...captures.map(capture => capture.about));
  if (embeddings === undefined || sha256 === undefined) return captures.length < 2 ? {} : {captures: about};
  const {encoder, trainHash} = embeddings;
  const {id, columns} = encoder;
  const embedding = {encoder: id, sha256, columns, ...(trainHash === undefined ? {} : {trainHash})};
  return {captures: {...about, embedding}};
}

function describeModel(model: ModelPlan, identity: ModelIdentity): ModelRecord {
  return {
    ...identity,
    tokenizerHash: model.tokenizerHash,
    ...(model.chatTemplate === undefined ? {} : {chatTemplateHash: sha256(model.chatTemplate)}),
    bosToken: model.bosToken ?? null,
    ...(model.modelRemarks.length === 0 ? {} : {remarks: model.modelRemarks.map(remark => ({...remark}))}),
  };
}

function copy(paths: readonly (readonly (readonly number[])[])[]): number[][][] {
  return paths.map(variants => variants.map(path => [...path]));
}
