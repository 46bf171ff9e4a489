import {requireWhole} from "../catalog/admit.ts";
import {loadCatalog} from "../catalog/catalog.ts";
import {formatBytes} from "../catalog/format-bytes.ts";
import {readModelFiles} from "../catalog/gguf/model-files.ts";
import {type OtherModel, otherKind} from "../catalog/gguf/model-kind.ts";
import {type ModelRemark, modelRemarks} from "../catalog/gguf/remarks.ts";
import {otherKindText} from "../catalog/gguf/unsupported.ts";
import {type GgufInfo, readGgufInfo} from "../catalog/gguf-info.ts";
import {sha256Files} from "../catalog/hash.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {isHubAddress} from "../catalog/hub/address.ts";
import {findOnHub} from "../catalog/hub/find.ts";
import {findEmbedded, findInstalled, listInstalled} from "../catalog/installed.ts";
import {type Pulled, pullModel} from "../catalog/pull.ts";
import {pullTarget} from "../catalog/pull-target.ts";
import {resolveModel} from "../catalog/resolve.ts";
import {shortCount} from "../catalog/short-count.ts";
import {alignColumns} from "../catalog/table.ts";
import {requireSame, verifyModels} from "../catalog/verify.ts";
import {largest} from "../math/extremes.ts";
import type {CatalogEntry, PulledRecord} from "../records/catalog.ts";
import type {CommandIo, CommandResult} from "./command.ts";

/** In a cell: not here, or not known. */
const UNKNOWN = "–";

/** Where a model is: `here` is its file, absent for one that would have to be pulled. */
interface ListedModel {
  readonly id: string;
  readonly state: "embedded" | "pulled" | "known";
  readonly here?: string;
  readonly sizeBytes?: number;
  readonly entry?: CatalogEntry;
  /** What a model that is not in the catalogue says of itself, where something stands beside its file. */
  readonly record?: PulledRecord;
}

/** `models list`: the catalogue and what was pulled, with `present` only what is on this computer. */
export async function modelsList(options: {present?: boolean}, io: CommandIo): Promise<CommandResult> {
  const catalog = await loadCatalog();
  const home = labelscopeHome(io.env);
  const listed: ListedModel[] = [];
  for (const entry of catalog.models) {
    const embedded = await findEmbedded(catalog, entry.id);
    const installed = await findInstalled(home, entry.id);
    const here = embedded ?? installed?.path;
    const sizeBytes = entry.sizeBytes ?? installed?.sizeBytes;
    listed.push({
      id: entry.id,
      state: embedded !== undefined ? "embedded" : installed !== undefined ? "pulled" : "known",
      entry,
      ...(here === undefined ? {} : {here}),
      ...(sizeBytes === undefined ? {} : {sizeBytes}),
    });
  }
  for (const {id, path, sizeBytes, record} of await listInstalled(home)) {
    if (listed.some(model => model.id === id)) continue;
    listed.push({id, state: "pulled", here: path, sizeBytes, ...(record === undefined ? {} : {record})});
  }
  const shown = options.present === true ? listed.filter(model => model.here !== undefined) : listed;
  const room = io.columns ?? Number.POSITIVE_INFINITY;
  const [whole, narrow] = [listTable(shown, true), listTable(shown, false)];
  const program = io.program ?? "labelscope";
  const text =
    shown.length === 0
      ? `No model is on this computer yet: ${program} models pull smollm2-135m-instruct\n`
      : [
          largest(whole.split("\n").map(line => line.length)) > room ? narrow : whole,
          "",
          "*       the publisher's number, not counted from the file",
          `here    ships: with labelscope; pulled: in ${home};`,
          `        ${UNKNOWN}: not on this computer, ${program} models pull ID fetches it`,
          `sha256  known: we have read this very file, and every pull is held to it; ${UNKNOWN}: not so`,
          "",
        ].join("\n");
  return {data: {home, models: shown}, text};
}

/** What a catalogue entry or the record beside a file says of a model, for the list. */
type ListedFacts = Partial<Pick<PulledRecord, "variant" | "parent" | "quantisation" | "parameters">> &
  Partial<Pick<CatalogEntry, "nominalParameters">>;

/** @param whole with the model that an adapter belongs on and the licence; without them 80 characters are enough */
function listTable(shown: readonly ListedModel[], whole: boolean): string {
  const rows = shown.map(model => {
    const facts: ListedFacts = model.entry ?? model.record ?? {};
    return [
      model.id,
      parametersOf(facts),
      whole ? variantOf(facts) : (facts.variant ?? ""),
      facts.quantisation ?? "",
      model.sizeBytes === undefined ? "" : formatBytes(model.sizeBytes),
      {embedded: "ships", pulled: "pulled", known: UNKNOWN}[model.state],
      model.entry?.verified === true ? "known" : UNKNOWN,
      ...(whole ? [model.entry?.licence.name ?? ""] : []),
    ];
  });
  const head = ["id", "params", "variant", "weights", "size", "here", "sha256", ...(whole ? ["licence"] : [])];
  return alignColumns([head, ...rows], [1, 4]);
}

/** The variant; for an adapter with the model that it belongs on. */
function variantOf({variant, parent}: ListedFacts): string {
  return variant === "lora" && parent !== undefined ? `lora of ${parent}` : (variant ?? "");
}

function parametersOf(entry: ListedFacts): string {
  const count = entry.parameters ?? entry.nominalParameters;
  if (count === undefined) return "";
  return `${shortCount(count)}${entry.parameters === undefined ? "*" : ""}`;
}

/**
 * `models pull SPEC…`: catalogue ids, `hf:OWNER/NAME[:QUANT|:FILE]`, `hf:OWNER/NAME/FILE.gguf` or https
 * addresses, one after the other. Special terms are shown before the download begins. The first part of a model in several files stands for all of them. An interruption keeps what has arrived and ends with 130.
 */
export async function modelsPull(
  options: {specs: readonly string[]; id?: string; sha256?: string; maxBytes?: number},
  io: CommandIo,
): Promise<CommandResult<{readonly models: readonly Pulled[]; readonly interrupted?: boolean}>> {
  const catalog = await loadCatalog();
  const home = labelscopeHome(io.env);
  const naming = {
    ...(options.id === undefined ? {} : {id: options.id}),
    ...(options.sha256 === undefined ? {} : {sha256: options.sha256}),
  };
  const targets = options.specs.map(spec => sharedTarget(spec, naming) ?? pullTarget(spec, catalog, naming));
  const models: Pulled[] = [];
  try {
    for (const target of targets) {
      if ("hub" in target) {
        const most = options.maxBytes === undefined ? {} : {maxBytes: options.maxBytes};
        const {path} = await findOnHub(target.hub, {...io, ...most, renew: true});
        models.push({id: target.hub, path, state: "pulled"});
        continue;
      }
      const terms = target.entry?.licence.terms;
      if (terms !== undefined) io.notice(`${target.id}: ${terms}`);
      const pulled = await pullModel(target, {
        home,
        catalog,
        env: io.env,
        signal: io.signal,
        ...(options.maxBytes === undefined ? {} : {maxBytes: options.maxBytes}),
        onNotice: io.notice,
        onProgress: ({id, stage, doneBytes, totalBytes}) =>
          io.progress({
            subject: id,
            done: doneBytes,
            unit: "bytes",
            note: stage === "verify" ? "checking" : "downloading",
            ...(totalBytes === undefined ? {} : {total: totalBytes}),
          }),
      });
      models.push(pulled);
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    const text = `${pulledLines(models)}Interrupted; the same command continues where it stopped.\n`;
    return {data: {models, interrupted: true}, text, exitCode: 130};
  }
  return {data: {models}, text: pulledLines(models)};
}

/** `hf:OWNER/NAME[:QUANT|:FILE]`, for the cache that all programs of the hub share; a name or a checksum asks for a copy of one's own. */
function sharedTarget(spec: string, naming: {id?: string; sha256?: string}): {readonly hub: string} | undefined {
  if (!isHubAddress(spec) || naming.id !== undefined || naming.sha256 !== undefined) return undefined;
  return /^hf:[^/]+\/[^/:]+(?::|$)/.test(spec) ? {hub: spec} : undefined;
}

function pulledLines(models: readonly Pulled[]): string {
  if (models.length === 0) return "";
  const words = {pulled: "pulled", present: "already here", embedded: "ships with labelscope"};
  const rows = models.map(({id, state, path, record}) => [
    id,
    words[state],
    record === undefined ? "" : formatBytes(record.sizeBytes),
    path,
  ]);
  return `${alignColumns(rows, [2])}\n`;
}

/** `models verify [ID…]`: reads the files anew; all that are here where no id is given. */
export async function modelsVerify(options: {ids: readonly string[]}, io: CommandIo): Promise<CommandResult> {
  const models = await verifyModels(options.ids, {
    home: labelscopeHome(io.env),
    catalog: await loadCatalog(),
    signal: io.signal,
    onProgress: (id, done, total) => io.progress({subject: id, done, total, unit: "bytes", note: "checking"}),
  });
  requireSame(models);
  const words = {same: "as recorded", different: "DIFFERENT", unknown: "no checksum is recorded"};
  const rows = models.map(({id, outcome, sha256}) => [id, words[outcome], sha256]);
  return {data: {models}, text: rows.length === 0 ? "No model is on this computer yet.\n" : `${alignColumns(rows)}\n`};
}

/**
 * `models info SPEC`: what a model's file, and its adapter's, says of itself, with its checksum.
 *
 * The text is made of sections, one under the other: the model, then the adapter. Whatever else is to be told of a
 * model, such as the tokens of a task's labels, is another section and another field of `data`.
 */
export async function modelsInfo(
  options: {spec: string; task?: string | undefined; data?: string | undefined},
  io: CommandIo,
): Promise<CommandResult> {
  const catalog = await loadCatalog();
  const model = await resolveModel(options.spec, {cwd: io.cwd, env: io.env, catalog});
  const base = await fileFacts(model.path, model.entry, io);
  const sections = [infoText(model.id, base)];
  if (options.task !== undefined) {
    const {labelsOf, labelsText} = await import("./models-labels.ts");
    const labels = await labelsOf(model.path, options.task, options.data, io);
    sections.push(labelsText(labels));
    return {data: {id: model.id, ...base, labels}, text: sections.join("\n")};
  }
  if (model.adapter === undefined) return {data: {id: model.id, ...base}, text: sections.join("\n")};
  const {id, path, scale, entry} = model.adapter;
  const onTop = await fileFacts(path, entry, io);
  sections.push(infoText(`${id}, scale ${scale}`, onTop));
  return {data: {id: model.id, ...base, onTop: {id, scale, ...onTop}}, text: sections.join("\n")};
}

async function fileFacts(path: string, entry: CatalogEntry | undefined, io: CommandIo): Promise<FileFacts> {
  const info = await readGgufInfo(path);
  const model = readModelFiles(path);
  requireWhole(model);
  const other = otherKind(model);
  const sha256 = await sha256Files(model.paths, {
    home: labelscopeHome(io.env),
    signal: io.signal,
    onProgress: (done, total) => io.progress({subject: path, done, total, unit: "bytes", note: "checking"}),
  });
  return {
    ...info,
    sha256,
    ...(other === undefined ? {remarks: modelRemarks(model.header)} : {other}),
    ...(entry === undefined ? {} : {entry}),
  };
}

type FileFacts = GgufInfo & {
  readonly sha256: string;
  readonly entry?: CatalogEntry;
  /** What the file is where it cannot answer a prompt. */
  readonly other?: OtherModel;
  /** Of a language model: what bears on its numbers. */
  readonly remarks?: readonly ModelRemark[];
};

function infoText(title: string, info: FileFacts): string {
  const {entry, adapter} = info;
  const whole = (count: number) => count.toLocaleString("en-US");
  const rows: (readonly [string, string | undefined])[] = [
    ["name", info.name],
    ["file", info.path],
    ...(info.parts ?? []).slice(1).map((part): [string, string] => ["", part]),
    ["size", `${formatBytes(info.fileSizeBytes)} (${whole(info.fileSizeBytes)} bytes)`],
    ["sha256", info.sha256],
    ["architecture", info.architecture],
    ["cannot answer", info.other === undefined ? undefined : otherKindText(info.other)],
    ["parameters", whole(info.totalParameters)],
    [
      "  embedding",
      info.isAdapter
        ? undefined
        : `${whole(info.embeddingParameters)}${info.storedTwice === true ? " (serves as output too, and is stored twice)" : info.tiedEmbeddings ? " (serves as output too)" : ""}`,
    ],
    ["  others", info.isAdapter ? undefined : whole(info.nonEmbeddingParameters)],
    [
      "adapter",
      info.isAdapter
        ? `${adapter?.type ?? "unknown"}, rank ${adapter?.rank ?? "?"}, alpha ${adapter?.alpha ?? "?"}`
        : undefined,
    ],
    ["quantisation", info.quantisation],
    ["context", info.contextLength === undefined ? undefined : `${whole(info.contextLength)} tokens`],
    ["hidden state", info.embeddingLength?.toString()],
    ["vocabulary", info.vocabularySize === undefined ? undefined : whole(info.vocabularySize)],
    ["tokenizer", [info.tokenizerModel, info.tokenizerPre].filter(part => part !== undefined).join(", ") || undefined],
    ["BOS", info.isAdapter ? undefined : tokenRule(info.addBos, info.bosTokenId)],
    ["EOS", info.isAdapter ? undefined : tokenRule(info.addEos, info.eosTokenId)],
    [
      "chat template",
      info.isAdapter
        ? undefined
        : info.chatTemplate === undefined
          ? "none"
          : `${whole(info.chatTemplate.length)} characters`,
    ],
    ["licence", entry?.licence.name ?? info.license],
    ["variant", entry?.variant],
    ["parent", entry?.parent],
    ["notes", entry?.notes],
    ...(info.remarks ?? []).map(({text}): [string, string] => ["remark", text]),
  ];
  const known = rows.flatMap(([label, value]) => (value === undefined ? [] : [[`  ${label}`, value]]));
  return `${title}\n${alignColumns(known)}\n`;
}

function tokenRule(add: boolean | undefined, id: number | undefined): string {
  const rule = add === undefined ? "as the engine does for this tokenizer" : add ? "added to a prompt" : "not added";
  return id === undefined ? rule : `${rule} (token ${id})`;
}
