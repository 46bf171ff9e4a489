import {execFile} from "node:child_process";
import {availableParallelism, cpus, totalmem} from "node:os";
import {promisify} from "node:util";
import {type Catalog, loadCatalog} from "../catalog/catalog.ts";
import {availableBytes} from "../catalog/disk-space.ts";
import {formatBytes} from "../catalog/format-bytes.ts";
import {readGgufInfo} from "../catalog/gguf-info.ts";
import {labelscopeHome} from "../catalog/home.ts";
import {findEmbedded, listInstalled} from "../catalog/installed.ts";
import {resolveModel} from "../catalog/resolve.ts";
import {alignColumns} from "../catalog/table.ts";
import {chunks} from "../compare/text-cells.ts";
import {gpuBuilds} from "../engine/gpu/builds.ts";
import {backendsBeside, backendsIn, gpuFolder} from "../engine/gpu/place.ts";
import {type LocalOptions, openLocalEngine} from "../engine/local.ts";
import {LabelscopeError} from "../errors.ts";
import {version} from "../version.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {type BenchedModel, type BenchResult, benchModel, benchText} from "./doctor-bench.ts";

/** As many names as a line of 80 characters has room for beside the rows' names. */
const FEATURES_A_LINE = 7;

/**
 * `doctor [MODEL]`: what would be used on this machine, and why; of a model whether it can be used, and what bears on its
 * numbers; with `bench` how fast it is here, too.
 *
 * @throws where a model is given and cannot be used: the error that `run` would end with; `usage` for `bench` without one
 */
export async function doctorCommand(
  options: Pick<LocalOptions, "gpu" | "gpuLayers"> & {
    readonly model?: string;
    readonly bench?: boolean;
  },
  io: CommandIo,
): Promise<CommandResult> {
  if (options.bench === true && options.model === undefined) {
    throw new LabelscopeError({
      code: "usage",
      message: "--bench measures a model, and none was named",
      next: "labelscope doctor MODEL --bench",
    });
  }
  const home = labelscopeHome(io.env);
  const catalog = await loadCatalog();
  await using engine = await openLocalEngine({
    home,
    retryCompile: true,
    ...(options.gpu === undefined ? {} : {gpu: options.gpu}),
    ...(options.gpuLayers === undefined ? {} : {gpuLayers: options.gpuLayers}),
  });
  const {readerState} = engine;
  const asked = options.model === undefined ? undefined : await engine.findModel(options.model, io);
  const probe = asked ?? (await anyModel(home, catalog));
  let reader = "reason" in readerState ? "public" : "native";
  let selfTest =
    reader === "public"
      ? "not needed: there is no native reader"
      : `not run: no model is on this computer (${io.program ?? "labelscope"} models pull smollm2-135m-instruct)`;
  const remarks: string[] = [];
  let bench: BenchResult | undefined;
  let modelFacts: Awaited<ReturnType<typeof engine.loadModel>>["facts"] = {};
  if (probe !== undefined && (reader === "native" || asked !== undefined)) {
    await using model = await ("load" in probe ? probe.load() : engine.loadModel(probe.path));
    if ("load" in probe)
      for (const one of (probe.remarks?.(model, undefined) ?? []).map(({text}) => text)) remarks.push(one);
    modelFacts = model.facts;
    reader = String(model.facts.reader);
    if (!("reason" in readerState))
      selfTest = reader === "native" ? `passed to the bit on ${probe.id}` : String(model.facts.publicBecause);
    if (options.bench === true && options.model !== undefined)
      bench = await benchModel(engine, model, await benched(options.model, catalog, io), io);
  }
  const disk = await availableBytes(home);
  const data = {
    labelscope: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} threads`,
    memory: formatBytes(totalmem()),
    ...engine.facts,
    ...modelFacts,
    reader,
    readerBecause: "reason" in readerState ? readerState.reason : `compiled with ${readerState.compiler}`,
    selfTest,
    gpuBuilds: gpuBuildsHere(home, io.program),
    home,
    diskFree: disk === undefined ? "unknown" : formatBytes(disk),
    ...(asked === undefined ? {} : {model: asked.id, remarks}),
    python: await pythonVersion(io.env.LABELSCOPE_PYTHON ?? "python3"),
  };
  const words = (name: string) => name.replaceAll(/[A-Z]/g, capital => ` ${capital.toLowerCase()}`);
  const rows = Object.entries(data).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.length === 0 ? [[name, "none"]] : value.map(text => [name, String(text)]);
    return name === "cpu" ? featureRows(cpuFeatures(String(value))) : [[words(name), String(value)]];
  });
  return {
    data: {...data, ...(bench === undefined ? {} : {bench})},
    text: `${alignColumns(rows)}\n${bench === undefined ? "" : benchText(bench)}`,
  };
}

/** Which file a spec means; one with an adapter, or in several files, has no path of its own. */
async function benched(spec: string, catalog: Catalog, io: CommandIo): Promise<BenchedModel> {
  const {id, path, adapter} = await resolveModel(spec, {...io, catalog});
  const {parts, totalParameters} = await readGgufInfo(path);
  return {id, totalParameters, ...(adapter === undefined && parts === undefined ? {path} : {})};
}

/**
 * The features of the processor that the engine uses, out of llama.cpp's line about the system.
 *
 * @returns their names; nothing where the line speaks of none
 * @example cpuFeatures("CPU : AVX2 = 1 | AVX512 = 0 | FMA = 1 | CUDA : USE_GRAPHS = 1 |") // ["AVX2", "FMA"]
 */
export function cpuFeatures(systemInfo: string): string[] {
  const [, own = ""] = /\bCPU : ([^:]*)/.exec(systemInfo) ?? [];
  return [...own.matchAll(/(\w+) = 1\b/g)].map(([, name = ""]) => name);
}

/** The engine's GPU builds that can be asked for, or the command that installs one. */
function gpuBuildsHere(home: string, program = "labelscope"): string {
  if (gpuBuilds(process.platform, process.arch).length === 0) return "none for this computer";
  const here = [...new Set([...backendsBeside(), ...backendsIn(gpuFolder(home))])];
  return here.length === 0 ? `none installed (${program} gpu install)` : here.join(", ");
}

/** A row of a few features, and rows below it with the others. */
function featureRows(features: readonly string[]): string[][] {
  const lines = chunks(features, FEATURES_A_LINE).map(line => line.join(", "));
  if (lines.length === 0) return [["cpu features", "none that the engine names"]];
  return lines.map((line, index) => [index === 0 ? "cpu features" : "", line]);
}

async function anyModel(home: string, catalog: Catalog): Promise<{id: string; path: string} | undefined> {
  for (const {id} of catalog.models) {
    const path = await findEmbedded(catalog, id);
    if (path?.includes("base")) return {id, path};
  }
  return (await listInstalled(home)).sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
}

async function pythonVersion(command: string): Promise<string> {
  try {
    const {stdout} = await promisify(execFile)(command, ["-m", "pip", "--version"], {timeout: 20_000});
    return `${command}, ${stdout.trim().split(" from ")[0]} (for models that come in Python packages)`;
  } catch {
    return `${command} with pip was not found: models that come in Python packages cannot be pulled`;
  }
}
