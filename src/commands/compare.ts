import {relative, resolve} from "node:path";
import type {Comparison} from "../compare/compare.ts";
import {checkGate, type Gate, type GateOutcome, gatesOf} from "../compare/gate.ts";
import {comparisonText} from "../compare/text.ts";
import {verdictText} from "../compare/verdict/verdict-text.ts";
import {comparisonOf} from "../comparison/comparison-of.ts";
import {writeComparison} from "../comparison/files.ts";
import type {CompareOptions, ComparisonOptions} from "../comparison/options.ts";
import {addReport, defaultFolder} from "../comparison/write.ts";
import {REPORT, type WrittenReport} from "../report/write-report.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

/** `compare`: the tables of some runs, in the terminal and as files. */
export async function compareCommand(options: CompareOptions, io: CommandIo): Promise<CommandResult<HandedOver>> {
  const gates = gatesOf(options);
  const runs = await requireRuns(options.runs, "compare", io);
  return await handOver(await comparisonOf({...options, runs}, io), options, gates, io);
}

/** What a comparison has written and found. */
export interface HandedOver {
  readonly folder: string;
  readonly files: readonly string[];
  /** Absent where no page was wanted. */
  readonly report?: WrittenReport;
  readonly results: Comparison["results"];
  readonly gates: readonly ({readonly condition: string} & Omit<GateOutcome, "gate">)[];
}

/** Writes the files, holds the results to the gates and says what was found. */
export async function handOver(
  comparison: Comparison,
  options: ComparisonOptions & {readonly brief?: boolean},
  gates: readonly Gate[],
  io: CommandIo,
): Promise<CommandResult<HandedOver>> {
  const {results} = comparison;
  const folder = resolve(io.cwd, options.out ?? defaultFolder(comparison));
  const files = await writeComparison(folder, comparison);
  const page = options.report === false ? undefined : await addReport(folder, comparison, io);
  const outcomes = gates.map(gate => checkGate(gate, results));
  const failed = outcomes.filter(outcome => outcome.failed);
  const failures = failed.map(
    outcome =>
      `failed: ${outcome.gate.required ? "required " : ""}${outcome.gate.text} (${"value" in outcome ? `it is ${outcome.value}` : outcome.reason})`,
  );
  const place = relative(io.cwd, folder) || folder;
  return {
    data: {
      folder,
      files,
      ...(page === undefined ? {} : {report: page}),
      results,
      gates: outcomes.map(({gate, ...outcome}) => ({condition: gate.text, ...outcome})),
    },
    text: `${options.brief === true ? "" : `${comparisonText(results, io.columns)}\n`}${files.length} files${page === undefined ? "" : `, ${page.figures.length} figures and ${REPORT}`} → ${place}\n\n${verdictText(results, io.columns)}`,
    ...(failures.length === 0 ? {} : {exitCode: 1, failures}),
  };
}
