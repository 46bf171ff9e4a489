import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import type {Document} from "../records/document.ts";
import type {ComparedRun} from "./compared-run.ts";
import {commonDocuments} from "./compared-task.ts";

/**
 * Refuses runs whose numbers do not belong in one table.
 *
 * What only makes differences hard to read (other prompts, engines, numbers of documents) is a warning; see
 * `warningsOfComparison`.
 *
 * @throws LabelscopeError `no-runs`, `different-tasks`, `different-labels`, `different-gold`, `mixed-label-scoring`,
 *   `no-test-documents`, `no-common-documents`, `different-documents`
 * Source: METHODS §2: one label scoring a comparison
 */
export function checkComparable(runs: readonly ComparedRun[]): void {
  if (runs.length === 0) {
    throw new LabelscopeError({
      code: "no-runs",
      message: "there is no run to compare",
      next: "name the folders that labelscope run has made: labelscope compare runs/goemotions-*",
    });
  }
  refuseDifferent(runs, {
    code: "different-tasks",
    what: "tasks",
    of: run => run.manifest.task.id,
    next: "compare the runs of one task at a time: labelscope compare runs/TASK-*",
  });
  refuseDifferent(runs, {
    code: "different-labels",
    what: "label sets",
    of: ({manifest}) => `${manifest.labels.join(", ")}${manifest.noneLabel === null ? " (no null label)" : ""}`,
    next: "compare runs that were captured with the same labels, in the same order; --task files may have changed in between",
  });
  refuseDifferent(runs, {
    code: "different-gold",
    what: "rules for the gold set or kinds of annotation",
    of: ({manifest: {task}}) => `gold ${task.gold}, ${task.annotations}`,
    next: "compare runs on the same data",
  });
  refuseDifferent(runs, {
    code: "mixed-label-scoring",
    what: "label scorings",
    of: run => run.manifest.identity.labelScoring,
    next: [
      "capture all of them in one command (labelscope run … --model A --model B), which settles on one",
      "or capture again with --label-scoring exact",
    ],
  });
  for (const run of runs) if (run.documents.test.length === 0) throw noTestDocuments(run);
  if (commonDocuments(runs).length === 0) throw noCommonDocuments(runs);
  refuseOtherContents(runs);
}

function refuseDifferent(
  runs: readonly ComparedRun[],
  {code, what, of, next}: {code: string; what: string; of: (run: ComparedRun) => string; next: string | string[]},
): void {
  const groups = new Map<string, string[]>();
  for (const run of runs) groups.set(of(run), [...(groups.get(of(run)) ?? []), run.name]);
  if (groups.size < 2) return;
  throw new LabelscopeError({
    code,
    message: `the runs have different ${what}`,
    details: [...groups].map(([value, names]) => `${value}: ${listed(names)}`),
    next,
    facts: {groups: Object.fromEntries(groups)},
  });
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

function noTestDocuments(run: ComparedRun): LabelscopeError {
  const others = run.documents.calibration.length + run.documents.train.length;
  return new LabelscopeError({
    code: "no-test-documents",
    message: `${run.name} holds no document of the test split yet`,
    details: others === 0 ? [] : [`${counted(others, "document")} of other splits`],
    next: "the same labelscope run command continues it; or leave it out",
    facts: {run: run.name},
  });
}

function noCommonDocuments(runs: readonly ComparedRun[]): LabelscopeError {
  return new LabelscopeError({
    code: "no-common-documents",
    message: "there is no document that all of the runs hold",
    details: runs.map(
      run => `${run.name}: ${counted(run.documents.test.length, "document")}, seed ${run.manifest.identity.seed}`,
    ),
    next: [
      "capture the same sample: the same --limit, --seed and --test-multi-share",
      "join shards first: labelscope merge",
    ],
  });
}

/** The same id must be the same document, with the same annotations. */
function refuseOtherContents(runs: readonly ComparedRun[]): void {
  const known = new Map<string, {readonly run: string; readonly content: string}>();
  for (const run of runs) {
    for (const {document} of run.documents.test) {
      const content = contentOf(document);
      const before = known.get(document.id);
      if (before === undefined) known.set(document.id, {run: run.name, content});
      else if (before.content !== content) {
        throw new LabelscopeError({
          code: "different-documents",
          message: `document "${document.id}" is not the same in ${before.run} and ${run.name}`,
          details: [`${before.run}: ${shortened(before.content)}`, `${run.name}: ${shortened(content)}`],
          next: "compare runs on the same data; capture the older one again with --fresh",
          facts: {id: document.id, runs: [before.run, run.name]},
        });
      }
    }
  }
}

function contentOf({text, annotations, labels, truth}: Document): string {
  return JSON.stringify({annotations, labels, text, truth: truth?.marginal});
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)} …`;
}
