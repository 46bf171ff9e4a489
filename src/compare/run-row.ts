import type {Manifest} from "../records/manifest.ts";
import type {Cost, ResultModel, RunRow} from "../records/results/runs.ts";
import type {Problem} from "../records/trace.ts";
import type {ComparedDocument, ComparedRun} from "./compared-run.ts";
import {type ComparedTask, droppedOf} from "./compared-task.ts";

/** What stands in results.json about a run: its model, how it was made, its documents and what they cost. */
export function runRow(run: ComparedRun, task: ComparedTask): RunRow {
  const {manifest, documents} = run;
  const compared = comparedDocuments(run, task);
  return {
    run: run.name,
    kind: "run",
    title: run.name,
    folder: manifest.name,
    model: modelOf(manifest),
    provenance: {...provenanceOf(manifest), ...(run.sum === undefined ? {} : {recordsSum: run.sum})},
    documents: {
      test: documents.test.length,
      calibration: documents.calibration.length,
      train: documents.train.length,
      compared: compared.length,
      dropped: droppedOf(run, task),
      ...answersOf(compared),
    },
    cost: costOf(compared),
  };
}

/** The run's records of the task's documents. */
export function comparedDocuments(run: ComparedRun, task: ComparedTask): ComparedDocument[] {
  const ids = new Set(task.documents.map(({id}) => id));
  return run.documents.test.filter(({document}) => ids.has(document.id));
}

function modelOf({model}: Manifest): ResultModel {
  const {id, sha256, architecture, name, family, variant, parent, quantisation, fileSizeBytes, adapter, remarks} =
    model;
  return {
    id,
    ...(sha256 === undefined ? {} : {sha256}),
    ...(architecture === undefined ? {} : {architecture}),
    ...(model.kind === "server" ? {served: {by: `${model.server} ${model.version}`, declared: model.declared}} : {}),
    ...(name === undefined ? {} : {name}),
    ...(family === undefined ? {} : {family}),
    ...(variant === undefined ? {} : {variant}),
    ...(parent === undefined ? {} : {parent}),
    ...(quantisation === undefined ? {} : {quantisation}),
    fileSizeBytes,
    ...(adapter === undefined ? {} : {adapter: {id: adapter.id, scale: adapter.scale, parameters: adapter.parameters}}),
    ...(remarks === undefined ? {} : {remarks}),
    parameters: {
      ...(model.totalParameters === undefined ? {} : {total: model.totalParameters}),
      ...(model.embeddingParameters === undefined ? {} : {embedding: model.embeddingParameters}),
      ...(model.nonEmbeddingParameters === undefined ? {} : {nonEmbedding: model.nonEmbeddingParameters}),
    },
  };
}

function provenanceOf(manifest: Manifest): NonNullable<RunRow["provenance"]> {
  const {task, prompt, labelTokens} = manifest;
  return {
    created: manifest.created,
    labelscope: manifest.labelscope,
    identity: manifest.identity,
    engine: manifest.engine,
    ...(manifest.cacheType === undefined ? {} : {cacheType: manifest.cacheType}),
    ...(manifest.readOuts === undefined ? {} : {readOuts: manifest.readOuts}),
    taskHash: task.hash,
    dataHashes: Object.fromEntries(
      Object.entries(task.dataHashes).flatMap(([split, hash]) => (hash === undefined ? [] : [[split, hash]])),
    ),
    promptHash: prompt.hash,
    labelOrder: prompt.labelOrder,
    demonstrations: prompt.composition,
    collisions: labelTokens.collisions.map(({labels: [one, other]}) => `${one}/${other}`),
  };
}

function answersOf(
  documents: readonly ComparedDocument[],
): Pick<RunRow["documents"], "traced" | "wellFormed" | "problems" | "forced"> {
  const traces = documents.flatMap(({trace}) => trace ?? []);
  const counts = new Map<Problem, number>();
  for (const {answer} of traces) {
    for (const problem of new Set(answer.problems)) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  return {
    traced: traces.length,
    wellFormed: traces.filter(({answer}) => answer.wellFormed).length,
    problems: [...counts].map(([problem, count]) => ({problem, count})).sort((a, b) => b.count - a.count),
    forced: traces.filter(({steps}) => steps.some(step => step.forced === true)).length,
  };
}

function costOf(documents: readonly ComparedDocument[]): Cost {
  const traces = documents.flatMap(({trace}) => trace ?? []);
  const trees = documents.flatMap(({tree}) => tree ?? []);
  const unary = documents.flatMap(one => one.unary ?? []);
  const binary = documents.flatMap(one => one.binary ?? []);
  return {
    ...(traces.length === 0
      ? {}
      : {
          greedy: {
            documents: traces.length,
            labelSteps: sum(traces, ({steps}) => steps.length),
            tokens: sum(traces, ({answer}) => answer.tokens.length),
          },
        }),
    ...(trees.length === 0
      ? {}
      : {
          tree: {
            documents: trees.length,
            labelSteps: sum(trees, ({expansions}) => expansions),
            tokens: sum(trees, ({evaluatedTokens}) => evaluatedTokens),
          },
        }),
    ...(unary.length === 0 ? {} : {unary: {...askingCost(unary), questions: sum(unary, ({labels}) => labels.length)}}),
    ...(binary.length === 0
      ? {}
      : {binary: {...askingCost(binary), questions: sum(binary, ({pairs}) => 2 * pairs.length)}}),
  };
}

function askingCost(lines: readonly {readonly evaluatedTokens: number; readonly naiveTokens: number}[]) {
  return {
    documents: lines.length,
    tokens: sum(lines, line => line.evaluatedTokens),
    naiveTokens: sum(lines, line => line.naiveTokens),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
