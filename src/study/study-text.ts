import {stringify} from "yaml";

/** What a new study says. */
export interface StudyFacts {
  readonly title: string;
  readonly task: string;
  readonly models: readonly string[];
  /** Of the test split. */
  readonly documents: number;
  readonly limit: number | undefined;
  /** Where they are not the task's own, and why. */
  readonly shots: {readonly count: number; readonly why: string} | undefined;
}

/** The text of a study file with comments that say what can be changed; docs/studies.md has every field. */
export function studyText({title, task, models, documents, limit, shots}: StudyFacts): string {
  const options = [
    ...(limit === undefined
      ? []
      : [`  limit: ${limit}          # of ${documents} test documents, a seeded sample; leave it out for all`]),
    ...(shots === undefined ? [] : [`  shots: ${shots.count}            # demonstrations; ${oneLine(shots.why)}`]),
  ];
  return `# Which models answer a task, and what is compared: docs/studies.md has every field.
#   labelscope study study.yaml --dry-run   documents, tokens, minutes and disk first
#   labelscope study study.yaml             runs it; the same command goes on where it stopped
version: 1
title: ${scalar(title)}
task: ${scalar(task)}
models:
${models.map(model => `  - ${scalar(model)}`).join("\n")}
  # - {model: another.gguf, name: mine, chat: auto}    a name, and options that are one model's own
${options.length === 0 ? "# options: {limit: 200, shots: 10}                    options of run, for all models" : `options:\n${options.join("\n")}`}
# vary:                                              the same models in several settings
#   - {name: few, shots: 3}
#   - {name: many, shots: 10}
# predictions: {bert: bert.jsonl}                    estimates made elsewhere, beside the models
compare:
  metrics: [nll, l1, example-f1, average-precision]
# gates: {require: ["task.documents >= 50"]}         exit code 1 where this does not hold
`;
}

function scalar(text: string): string {
  return stringify(text, {lineWidth: 0}).trimEnd();
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
