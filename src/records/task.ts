import {z} from "zod";
import {isPortableName, portableNameError} from "../portable-name.ts";
import {answerEndsLine, checkTemplate} from "./task-template.ts";

/** What no label may hold: it would break an answer format or be invisible. */
function labelProblem(name: string): string | undefined {
  if (name === "") return "a label cannot be empty";
  if (name !== name.trim()) return `label ${JSON.stringify(name)} has a space at its start or end`;
  if (/["\\,\p{Cc}\u2028\u2029]/u.test(name)) {
    return `label ${JSON.stringify(name)} holds a quote, a backslash, a comma or a control character, which the answer formats cannot carry`;
  }
  return undefined;
}

const labelNameSchema = z.string().superRefine((name, context) => {
  const message = labelProblem(name);
  // Not continued: the checks across labels below need every label to be one.
  if (message !== undefined) context.addIssue({code: "custom", message, continue: false});
});

/** A label: a plain name, or a name with its surface variants. Normalised, `variants` starts with the name itself. */
const labelSchema = z
  .preprocess(
    value => (typeof value === "string" ? {name: value} : value),
    z.strictObject({name: labelNameSchema, variants: z.array(labelNameSchema).min(1).optional()}),
  )
  .transform(({name, variants}) => ({name, variants: [...new Set([name, ...(variants ?? [])])]}));

const share = z.number().min(0).max(1);
const seed = z.number().int();

/** How demonstrations are drawn. The shares are of `count`; what neither claims carries exactly one label. */
export const demonstrationsSchema = z.strictObject({
  from: z.enum(["train", "calibration"]).default("train"),
  count: z.number().int().min(0).max(1000).default(10),
  multiShare: share.default(0.5),
  noneShare: share.default(0.1),
  seed: seed.default(0),
});
export type DemonstrationRule = z.infer<typeof demonstrationsSchema>;

/** `alphabetical`, `reversed`, `as-listed` or `random:SEED`. */
export const labelOrderSchema = z.string().regex(/^(alphabetical|reversed|as-listed|random:[\w.-]+)$/, {
  error: "expected alphabetical, reversed, as-listed or random:SEED",
});

export const formatNameSchema = z.enum(["json", "list"]);
export type FormatName = z.infer<typeof formatNameSchema>;

function template(known: readonly string[], required: readonly string[], last?: string) {
  return z.string().superRefine(checkTemplate({known, required, ...(last === undefined ? {} : {last})}));
}

const unarySchema = z.strictObject({
  instruction: template(["labels"], []).default(
    "Assess whether the label given for each input is reasonable, under some reasonable interpretation. Reply with reasonable or unreasonable.\n\n",
  ),
  demonstration: template(["text", "label", "answer"], ["text", "label", "answer"]).default(
    "Input: {text}\nLabel: {label}\nAssessment: {answer}\n\n",
  ),
  query: template(["text", "label"], ["text", "label"]).default("Input: {text}\nLabel: {label}\nAssessment:"),
});

const namedOptionsSchema = z.strictObject({
  answers: z.literal("names").optional(),
  instruction: template(["labels"], []).default("Choose which of the two labels fits each input better.\n\n"),
  demonstration: template(["text", "first", "second", "answer"], ["text", "first", "second", "answer"]).default(
    "Input: {text}\nOptions: {first}, {second}\nBetter: {answer}\n\n",
  ),
  query: template(["text", "first", "second"], ["text", "first", "second"]).default(
    "Input: {text}\nOptions: {first}, {second}\nBetter:",
  ),
});

/** The paper's form: `{answer}` is the letter of the better option, a for `{first}` and b for `{second}`. */
const letteredOptionsSchema = z.strictObject({
  answers: z.literal("letters"),
  instruction: template(["labels"], []).default(
    "Choose which of the two labels fits each input better. Reply with a or b.\n\n",
  ),
  demonstration: template(["text", "first", "second", "answer"], ["text", "first", "second", "answer"]).default(
    "Input: {text}\na. {first}\nb. {second}\nBetter: {answer}\n\n",
  ),
  query: template(["text", "first", "second"], ["text", "first", "second"]).default(
    "Input: {text}\na. {first}\nb. {second}\nBetter:",
  ),
});

const binarySchema = z.discriminatedUnion("answers", [namedOptionsSchema, letteredOptionsSchema], {
  error: ({code}) => (code === "invalid_union" ? "expected names or letters" : undefined),
});

const promptSchema = z.strictObject({
  /** Who the model is to be: the system turn of a chat; in front of everything else in a raw prompt. */
  system: z.string().min(1).optional(),
  instruction: template(["labels"], []),
  demonstration: template(["text", "answer"], ["text", "answer"]),
  query: template(["text", "opening"], ["text"], "opening"),
  unary: unarySchema.prefault({}),
  binary: binarySchema.prefault({}),
});

/**
 * A task file as it is written, with defaults filled in and labels normalised.
 *
 * Templates are data: `{labels}` in the instruction, `{text}` and `{answer}` in a demonstration, `{text}` and a final
 * `{opening}` in the query; a word in braces that is not known there is an error. `none` is the null label's word;
 * without it an empty answer cannot be written, so no document without labels is demonstrated.
 * Source: the task file of the product page; METHODS §1.
 */
export const taskDefinitionSchema = z
  .strictObject({
    version: z.literal(1),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/, {error: "expected lower-case letters, digits, dots, dashes"})
      .refine(isPortableName, {error: portableNameError}),
    title: z.string().min(1),
    labels: z.array(labelSchema).min(1),
    none: labelNameSchema.optional(),
    /** Documents without a label are demonstrated with an empty list; for a task without a null label. */
    emptyList: z.boolean().optional(),
    prompt: promptSchema,
    format: formatNameSchema.default("json"),
    labelOrder: labelOrderSchema.default("alphabetical"),
    demonstrations: z.union([z.string().min(1), demonstrationsSchema]).prefault({}),
    data: z.strictObject({
      train: z.string().min(1).optional(),
      calibration: z.string().min(1).optional(),
      test: z.string().min(1),
    }),
    gold: z.enum(["majority", "labels"]).default("majority"),
  })
  .superRefine((task, context) => {
    const owner = new Map<string, number>();
    task.labels.forEach((label, index) => {
      for (const variant of label.variants) {
        const what = variant === label.name ? `label "${variant}"` : `variant "${variant}"`;
        if (owner.has(variant))
          context.addIssue({code: "custom", path: ["labels", index], message: `${what} is listed twice`});
        if (variant === task.none) {
          context.addIssue({code: "custom", path: ["labels", index], message: `${what} is also the null label`});
        }
        owner.set(variant, index);
      }
    });
    if (task.emptyList === true && task.none !== undefined) {
      const message = "the null label says that no label fits: leave out emptyList, or none";
      context.addIssue({code: "custom", path: ["emptyList"], message});
    }
    if (task.format === "list" && !answerEndsLine(task.prompt.demonstration)) {
      const message = "in the list format a line break must follow {answer}: it is what closes the list";
      context.addIssue({code: "custom", path: ["prompt", "demonstration"], message});
    }
  });
export type TaskDefinition = z.infer<typeof taskDefinitionSchema>;
/** The definition before defaults and normalisation: what a YAML file or a built-in task writes. */
export type TaskDefinitionInput = z.input<typeof taskDefinitionSchema>;
