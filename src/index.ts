/** labelscope as a library: what the command line does, as functions on plain data. */
export {loadCatalog} from "./catalog/catalog.ts";
export {readGgufInfo} from "./catalog/gguf-info.ts";
export {resolveModel} from "./catalog/resolve.ts";
export type {Engine, Model, ReadOut, ReadSpec, Session} from "./engine/engine.ts";
export {openLocalEngine} from "./engine/local.ts";
export {LabelscopeError} from "./errors.ts";
export {buildPrompts} from "./prompt/plan.ts";
export type {Document} from "./records/document.ts";
export type {Manifest} from "./records/manifest.ts";
export type {LabelStep, Trace} from "./records/trace.ts";
export type {RunOutcome} from "./run/execute.ts";
export {RUN_DEFAULTS, type RunOptions} from "./run/options.ts";
export {run} from "./run/run.ts";
export {readManifest} from "./store/manifest-file.ts";
export {mergeRuns} from "./store/merge.ts";
export {readTraces} from "./store/trace-file.ts";
export {loadTask} from "./task/load.ts";
export {version} from "./version.ts";
