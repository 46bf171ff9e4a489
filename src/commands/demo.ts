import {join} from "node:path";
import {packageRoot} from "../package-root.ts";
import {REPORT} from "../report/write-report.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {studyCommand} from "./study.ts";

const STUDY = "models/studies/ladder.yaml";
const OUT = "studies/ladder";

/** `demo`: the study of the embedded ladder, offline, ending with its verdict and what to do next. */
export async function demoCommand(
  {out, limit}: {readonly out: string; readonly limit: number},
  io: CommandIo,
): Promise<CommandResult> {
  const options = {file: join(packageRoot, STUDY), runs: out, out: OUT, limit, measure: false, brief: true};
  const result = await studyCommand({...options, dryRun: false, lock: false, yes: false}, io);
  if (result.exitCode !== undefined) return result;
  const program = io.program ?? "labelscope";
  const next = [
    "The whole comparison, a page to look at",
    `  ${OUT}/${REPORT}`,
    "The study: a file of twenty lines to start from",
    `  ${join(packageRoot, STUDY)}`,
    "Every table with intervals and tests",
    `  ${program} compare ${out}/posts-ladder-*`,
    "One document step by step",
    `  ${program} inspect ${out}/posts-ladder-s-sft-*`,
    "Models of your own, on a table of your own",
    `  ${program} init my-table.csv path/to/model.gguf`,
    "",
  ];
  return {...result, text: `${result.text}\n${next.join("\n")}`};
}
