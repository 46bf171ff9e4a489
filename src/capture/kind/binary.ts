import {LabelscopeError} from "../../errors.ts";
import {binaryPrompts, LETTERS} from "../../prompt/questions.ts";
import {TRACE_SCHEMA} from "../../records/schema-version.ts";
import {labelNames} from "../../task/gold.ts";
import {type CaptureKind, identityOf} from "./capture-kind.ts";
import {planQuestions} from "./questions.ts";

/** Each unordered pair of labels and the null label, in both orders of presentation: which fits better? */
export const binary: CaptureKind = {
  name: "binary",
  plan: (material, splits) => {
    const {task, prompts: plan} = material;
    const labels = [...labelNames(task), ...(plan.none === undefined ? [] : [plan.none])];
    if (labels.length < 2) throw oneLabel(task.definition.id);
    const prompts = binaryPrompts(task, plan, material.seed);
    const pairs = labels.flatMap((_, first) =>
      labels.slice(first + 1).map((__, offset) => ({first, second: first + 1 + offset})),
    );
    const name = (index: number) => labels[index] ?? "";
    // Always the first of the pair, then the second: presented second, the first one is the letter b.
    const answersOf = (first: number, second: number) =>
      prompts.lettered
        ? [
            [0, 1],
            [1, 0],
          ]
        : [
            [first, second],
            [first, second],
          ];
    const counted = (test: (demonstration: (typeof prompts.demonstrations)[number]) => boolean) =>
      prompts.demonstrations.filter(test).length;
    const about = {
      hash: prompts.hash,
      demonstrations: prompts.demonstrations.map(({id, first, second, answer}) => ({id, first, second, answer})),
      composition: {
        count: prompts.demonstrations.length,
        first: counted(({first, answer}) => answer === first),
        second: counted(({second, answer}) => answer === second),
        ties: counted(({tie}) => tie),
      },
    };
    return planQuestions(
      {
        name: "binary",
        title: "binary questions",
        about: {binary: about},
        texts: prompts.lettered ? LETTERS : labels,
        lead: prompts.lead,
        questions: document =>
          pairs.flatMap(({first, second}) => {
            const [inOrder = [], turned = []] = answersOf(first, second);
            return [
              {prompt: prompts.render(document, name(first), name(second)), answers: inOrder},
              {prompt: prompts.render(document, name(second), name(first)), answers: turned},
            ];
          }),
        entry: (document, answered, cost) => ({
          name: "binary",
          record: {
            schema: TRACE_SCHEMA,
            ...identityOf(document),
            ...(prompts.lettered ? {answers: "letters"} : {}),
            pairs: pairs.map((pair, place) => {
              const asked = (turn: number) => {
                const {whole = [], firstToken} = answered[2 * place + turn] ?? {};
                return {
                  ...preferred(whole),
                  ...(firstToken === undefined ? {} : {firstToken: preferred(firstToken)}),
                };
              };
              return {...pair, asked: [asked(0), asked(1)]};
            }),
            ...cost,
          },
        }),
      },
      material,
      splits,
    );
  },
};

function preferred([first = 0, second = 0]: readonly number[]) {
  return {first, second};
}

function oneLabel(task: string): LabelscopeError {
  return new LabelscopeError({
    code: "too-few-labels",
    message: `task "${task}" has no two labels (the null label included) to choose between`,
    next: "leave out the estimators that ask about pairs (binary, binary-outcome)",
  });
}
