import {REASONABLE, UNREASONABLE, unaryPrompts} from "../../prompt/questions.ts";
import {TRACE_SCHEMA} from "../../records/schema-version.ts";
import {labelNames} from "../../task/gold.ts";
import {type CaptureKind, identityOf} from "./capture-kind.ts";
import {planQuestions} from "./questions.ts";

/** Each label by itself: is it reasonable? */
export const unary: CaptureKind = {
  name: "unary",
  plan: (material, splits) => {
    const prompts = unaryPrompts(material.task, material.prompts, material.seed);
    const labels = labelNames(material.task);
    const reasonable = prompts.demonstrations.filter(demonstration => demonstration.reasonable).length;
    const count = prompts.demonstrations.length;
    const about = {
      hash: prompts.hash,
      demonstrations: prompts.demonstrations.map(({id, label, reasonable}) => ({id, label, reasonable})),
      composition: {count, reasonable, unreasonable: count - reasonable},
    };
    return planQuestions(
      {
        name: "unary",
        title: "unary questions",
        about: {unary: about},
        texts: [REASONABLE, UNREASONABLE],
        lead: prompts.lead,
        questions: document => labels.map(label => ({prompt: prompts.render(document, label), answers: [0, 1]})),
        entry: (document, answered, cost) => ({
          name: "unary",
          record: {
            schema: TRACE_SCHEMA,
            ...identityOf(document),
            labels: answered.map(({whole, firstToken}) => ({
              ...assessed(whole),
              ...(firstToken === undefined ? {} : {firstToken: assessed(firstToken)}),
            })),
            ...cost,
          },
        }),
      },
      material,
      splits,
    );
  },
};

function assessed([reasonable = 0, unreasonable = 0]: readonly number[]) {
  return {reasonable, unreasonable};
}
