import {basename, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {AnswerFormat} from "../prompt/format.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {Document, Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Trace} from "../records/trace.ts";
import {readRun} from "../store/read-run.ts";
import {goldSet} from "../task/gold.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import type {Task} from "../task/task.ts";

/** Answers that are fed instead of a model's own. */
export interface ForcedAnswers {
  /** For a run's identity: `gold`, or a run's name and the hash of how it was made. */
  readonly source: string;
  /** The text after the opening, the list's closing included. @throws `forced-answer-missing` */
  readonly answerOf: (document: Document, split: Split) => string;
}

/**
 * The gold sets, in the prompt's label order.
 *
 * Source: METHODS §5, forced answers
 */
export function goldAnswers(task: Task, prompts: PromptPlan): ForcedAnswers {
  const {format, labelOrder, none} = prompts;
  return {
    source: "gold",
    answerOf: document => {
      const gold = goldSet(document, task);
      const labels =
        gold.length > 0 ? labelOrder.filter(label => gold.includes(label)) : none === undefined ? [] : [none];
      if (labels.length === 0)
        throw missing(`document "${document.id}" has no gold label, and the task has no null label`, document);
      const written = labels.map(label => format.lead + label).join(format.separator);
      return written + (format.closing || format.closeEvent);
    },
  };
}

/**
 * The answers that another run has stored, as they were written. What a model of another tokeniser is fed is the same text.
 *
 * @throws `forced-answers-differ` where the run is of another task, data or format, or its answers begin elsewhere
 */
export async function answersOfRun(folder: string, task: Task, prompts: PromptPlan): Promise<ForcedAnswers> {
  const {manifest, documents} = await readRun(folder);
  refuseOther(folder, manifest, task, prompts);
  const traces = new Map<string, Trace>();
  for (const {split, document, trace} of [...documents.calibration, ...documents.test]) {
    if (trace !== undefined) traces.set(JSON.stringify([split, document.id, document.text]), trace);
  }
  return {
    source: `${basename(resolve(folder))}@${contentHash(manifest)}`,
    answerOf: (document, split) => {
      const trace = traces.get(JSON.stringify([split, document.id, document.text]));
      if (trace !== undefined) return closedText(trace, prompts.format);
      throw missing(`${folder} holds no answer to ${split} document "${document.id}"`, document);
    },
  };
}

/** How the answers came about: not how many there are, so that a longer source continues the same run. */
function contentHash({identity, model, task, prompt}: Manifest): string {
  const made = {identity, model: model.sha256, adapter: model.adapter?.sha256, task: task.hash, prompt: prompt.hash};
  return sha256(canonicalJson({...made, data: task.dataHashes.test})).slice(0, 16);
}

/** A list that an end token closed is closed by its line break here. */
function closedText({answer}: Trace, format: AnswerFormat): string {
  const closed = !answer.problems.includes("not-closed");
  return closed && format.endTokenCloses && !answer.text.includes(format.closeEvent)
    ? answer.text + format.closeEvent
    : answer.text;
}

function refuseOther(folder: string, manifest: Manifest, task: Task, prompts: PromptPlan): void {
  const differing = [
    ...(manifest.task.hash === task.hash ? [] : ["the task file"]),
    ...(manifest.identity.format === prompts.format.name ? [] : ["the answer format"]),
    ...(manifest.identity.opening === "given" ? [] : ["the opening, which its model wrote itself"]),
  ];
  if (differing.length === 0) return;
  throw new LabelscopeError({
    code: "forced-answers-differ",
    message: `the answers of ${folder} cannot be fed here`,
    details: differing.map(what => `different: ${what}`),
    next: ["name a run of the same task, format and --opening given", "or --force-answers gold"],
    facts: {folder, differing},
  });
}

function missing(message: string, {id}: Pick<Document, "id">): LabelscopeError {
  return new LabelscopeError({
    code: "forced-answer-missing",
    message,
    next: ["give --force-answers a run that holds every document", "or the --limit and --seed that it was made with"],
    facts: {id},
  });
}
