import {compare} from "../compare/compare.ts";
import {byIdOrder, type ComparedTask} from "../compare/compared-task.ts";
import {gatesOf} from "../compare/gate.ts";
import {type ComparisonOptions, settingsOf} from "../comparison/options.ts";
import {readAllPredictions} from "../comparison/read-predictions.ts";
import {LabelscopeError} from "../errors.ts";
import {labelNames} from "../task/gold.ts";
import {loadTask} from "../task/load.ts";
import type {Task} from "../task/task.ts";
import {version} from "../version.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {handOver} from "./compare.ts";

export interface EvaluateOptions extends Omit<ComparisonOptions, "estimators"> {
  readonly task: string;
  readonly data?: string;
  readonly predictions: readonly string[];
  /** The column's name, where there is one file of predictions. */
  readonly name?: string;
}

/** `evaluate`: metrics and intervals of predictions made elsewhere, by the same functions as those of runs. */
export async function evaluateCommand(options: EvaluateOptions, io: CommandIo): Promise<CommandResult> {
  const gates = gatesOf(options);
  const {name, predictions: specs, data} = options;
  if (name !== undefined && specs.length > 1) {
    throw new LabelscopeError({
      code: "one-name",
      message: `--name is for one file of predictions, and there are ${specs.length}`,
      next: "name each: --predictions NAME=FILE",
    });
  }
  const loaded = await loadTask(options.task, {cwd: io.cwd, ...(data === undefined ? {} : {dataDir: data})});
  const task = comparedTask(loaded);
  const named = name === undefined ? specs : specs.map(spec => `${name}=${spec}`);
  const predictions = await readAllPredictions(named, task, "task", io);
  const comparison = compare({runs: [], predictions, task, labelscope: version}, settingsOf(options));
  return await handOver(comparison, options, gates, io);
}

function comparedTask({definition, annotations, splits}: Task): ComparedTask {
  const documents = splits.test?.documents ?? [];
  if (documents.length === 0) {
    throw new LabelscopeError({
      code: "no-test-documents",
      message: `task "${definition.id}" has no documents of the test split`,
      next: "name a test file in the task's data, or give --data DIR",
    });
  }
  return {
    id: definition.id,
    title: definition.title,
    annotations,
    gold: definition.gold,
    labels: labelNames({definition}),
    noneLabel: definition.none ?? null,
    documents: byIdOrder(documents),
  };
}
