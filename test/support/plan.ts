import {type AnswerFormat, answerFormats, renderAnswer} from "../../src/prompt/format.ts";
import type {PromptPlan} from "../../src/prompt/plan.ts";

export interface TinyPlanOptions {
  readonly labels: readonly string[];
  readonly none?: string | undefined;
  readonly format?: AnswerFormat["name"];
  readonly emptyList?: boolean;
}

/** A plan without demonstrations: `Label it.`, the document, the opening. */
export function tinyPlan({labels, none, format: name = "json", emptyList = false}: TinyPlanOptions): PromptPlan {
  const format = answerFormats[name];
  const prefix = "Label it.\n\n";
  return {
    instruction: prefix,
    demonstrations: [],
    composition: {count: 0, multi: 0, single: 0, none: 0},
    labelOrder: labels,
    format,
    none,
    emptyList,
    prefix,
    hash: "",
    leaks: [],
    render: ({text}) => {
      const body = `${prefix}Input: ${text}\n`;
      return {body, opening: format.opening, conversation: {system: undefined, whole: body, turns: undefined}};
    },
    renderDemonstration: ({text, labels: given}) => `Input: ${text}\n${renderAnswer(format, given)}\n\n`,
  };
}
