import {basename} from "node:path";
import {admitAnswering} from "../catalog/admit.ts";
import {loadCatalog} from "../catalog/catalog.ts";
import {type GgufInfo, readGgufInfo} from "../catalog/gguf-info.ts";
import {sha256Model} from "../catalog/hash.ts";
import {type ResolvedModel, resolveModel} from "../catalog/resolve.ts";
import {LabelscopeError} from "../errors.ts";
import type {FileEngine, ModelIdentity, ModelPlace, ModelSource} from "./engine.ts";
import {remarksOn} from "./model-remarks.ts";

/**
 * A model that is a GGUF file, with an adapter where the spec names one: its header is read, nothing is loaded.
 *
 * @param loadModel how the engine loads a file
 * @throws what `resolveModel`, `readGgufInfo` and `admitAnswering` throw; `adapter-is-model` and `adapter-rejected` by what the
 *   headers say
 */
export async function findFileModel(
  loadModel: FileEngine["loadModel"],
  spec: string,
  place: ModelPlace,
): Promise<ModelSource> {
  const resolved = await resolveModel(spec, {...place, catalog: await loadCatalog()});
  const {adapter} = resolved;
  const header = admitAnswering(resolved.path);
  const info = await readGgufInfo(resolved.path);
  const adapterInfo = adapter === undefined ? undefined : await readGgufInfo(adapter.path);
  refuseSwapped(resolved, info, adapterInfo);
  return {
    id: resolved.id,
    isAdapted: adapter !== undefined,
    // A model loaded for its vocabulary alone does not know its context; its metadata does.
    trainContextTokens: info.contextLength ?? 2048,
    hiddenColumns: info.embeddingLength,
    remarks: (model, contextTokens) => remarksOn(header, model, contextTokens),
    load: async ({vocabularyOnly, signal} = {}) =>
      await loadModel(resolved.path, {
        ...(vocabularyOnly === true ? {vocabularyOnly} : {}),
        ...(adapter === undefined ? {} : {adapter: {path: adapter.path, scale: adapter.scale}}),
        ...(signal === undefined ? {} : {signal}),
      }),
    describe: async options => {
      const sha256 = await sha256Model(resolved.path, options);
      refuseOtherFile({id: resolved.id, path: resolved.path, sha256: resolved.entry?.sha256}, sha256);
      const adapterSha256 = adapter === undefined ? undefined : await sha256Model(adapter.path, options);
      return identityOf(resolved, {info, adapterInfo}, {sha256, adapterSha256});
    },
  };
}

function identityOf(
  resolved: ResolvedModel,
  {info, adapterInfo}: {readonly info: GgufInfo; readonly adapterInfo: GgufInfo | undefined},
  {sha256, adapterSha256}: {readonly sha256: string; readonly adapterSha256: string | undefined},
): ModelIdentity {
  const {entry, adapter} = resolved;
  return {
    kind: "file",
    id: resolved.id,
    file: basename(resolved.path),
    sha256,
    fileSizeBytes: info.fileSizeBytes,
    ...(info.parts === undefined ? {} : {files: info.parts.length}),
    ...(resolved.origin === undefined ? {} : {origin: resolved.origin}),
    architecture: info.architecture,
    ...(info.name === undefined ? {} : {name: info.name}),
    totalParameters: info.totalParameters,
    embeddingParameters: info.embeddingParameters,
    nonEmbeddingParameters: info.nonEmbeddingParameters,
    ...(info.quantisation === undefined ? {} : {quantisation: info.quantisation}),
    ...(entry === undefined ? {} : {family: entry.family}),
    ...(adapter !== undefined ? {variant: "lora", parent: entry?.id ?? resolved.id.split("+")[0]} : {}),
    ...(adapter === undefined && entry !== undefined
      ? {variant: entry.variant, ...(entry.parent === undefined ? {} : {parent: entry.parent})}
      : {}),
    ...(adapter === undefined || adapterSha256 === undefined
      ? {}
      : {
          adapter: {
            id: adapter.id,
            file: basename(adapter.path),
            sha256: adapterSha256,
            scale: adapter.scale,
            parameters: adapterInfo?.totalParameters ?? 0,
          },
        }),
  };
}

/** A catalogued model must be the file that the catalogue means. */
export function refuseOtherFile(
  {id, path, sha256: expected}: {readonly id: string; readonly path: string; readonly sha256?: string | undefined},
  sha256: string | undefined,
): void {
  if (expected === undefined || expected === sha256) return;
  throw new LabelscopeError({
    code: "checksum-mismatch",
    message: `the file of ${id} is not the one in the catalogue`,
    details: [`file      ${path}`, `expected  ${expected}`, `found     ${sha256}`],
    next: `labelscope models pull ${id} fetches it again; a file of your own is given by its path`,
  });
}

/** Refuses a model in an adapter's place, and an adapter for another architecture. */
function refuseSwapped(resolved: ResolvedModel, info: GgufInfo, adapter: GgufInfo | undefined): void {
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
