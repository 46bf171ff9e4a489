import {z} from "zod";

import {parseGate, subjectOf} from "../compare/gate.ts";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import {recordOf} from "../records/record-of.ts";
import {resultsSchema} from "../records/results/results.ts";
import {inlineTaskFields, inlineTaskSchema} from "./inline-task.ts";
import {
  commonOptionNames,
  commonOptionsSchema,
  runOptionNames,
  runOptionsSchema,
  type StudyRunOptions,
} from "./run-options.ts";

const VERSION = 1;
const text = z.string().min(1);
const names = z.array(text).min(1);

const subjects = Object.keys(resultsSchema.shape);

/** A condition on results.json: that it can be read, and is about something that a comparison holds. */
const gateSchema = text.superRefine((condition, context) => {
  const refuse = (message: string) => context.addIssue({code: "custom", message});
  try {
    const subject = subjectOf(parseGate(condition));
    if (subjects.includes(subject)) return;
    const [near] = nearest(subject, subjects, 1);
    refuse(
      `results.json has no "${subject}"${near === undefined ? `: a condition begins with one of ${subjects.join(", ")}` : ` (did you mean "${near}"?)`}`,
    );
  } catch (error) {
    if (!(error instanceof LabelscopeError)) throw error;
    refuse(`${error.message}: write PATH OPERATOR NUMBER, with one of < <= > >= == != between`);
  }
});
const gates = z.array(gateSchema).min(1);

/** A model with what is its own: a plain SPEC, or a SPEC with a name and options. */
const modelSchema = z.preprocess(
  value => (typeof value === "string" ? {model: value} : value),
  runOptionsSchema.extend({model: text, name: text.exactOptional()}),
);

const variationSchema = runOptionsSchema.extend({name: text.exactOptional()});

/** Every combination of some values of some options, one value of each. */
const gridSchema = z.record(z.string(), z.array(z.unknown()).min(1)).superRefine((grid, context) => {
  for (const [option, values] of Object.entries(grid)) {
    if (!runOptionNames.includes(option)) {
      context.addIssue({code: "unrecognized_keys", keys: [option], input: grid});
      continue;
    }
    values.forEach((value, index) => {
      for (const {message} of runOptionsSchema.safeParse({[option]: value}).error?.issues ?? [])
        context.addIssue({code: "custom", path: [option, index], message});
    });
  }
});

const experimentSchema = z.preprocess(
  value => (typeof value === "string" ? {name: value} : value),
  runOptionsSchema.extend({
    name: text,
    values: names.exactOptional(),
    orders: z.int().min(2).exactOptional(),
    /** SPECs of the models that it is made with; default all of the study. */
    models: names.exactOptional(),
  }),
);

const compareSchema = z.strictObject({
  estimators: names.exactOptional(),
  metrics: names.exactOptional(),
  allMetrics: z.boolean().exactOptional(),
  /** Rows in the paper's own definitions as well. */
  paper: z.boolean().exactOptional(),
  /** The name of the run that all others are held against. */
  base: text.exactOptional(),
  resamples: z.int().min(1).exactOptional(),
  seed: z.int().min(0).exactOptional(),
  level: z.number().gt(0).lt(1).exactOptional(),
});

/** What a study was made with, so that a later run of the file can say what differs. */
const studyLockSchema = z.strictObject({
  labelscope: text,
  engine: text,
  task: text,
  data: recordOf(text),
  models: recordOf(text),
  /** Absent from locks of earlier versions. */
  predictions: recordOf(text).exactOptional(),
});
export type StudyLock = z.infer<typeof studyLockSchema>;

/**
 * A study file as it is written: a task, models, what varies, and what is compared. Options have the names that `run`
 * gives them; a model's own go before those of all, a variation's before both. Paths are relative to the file.
 */
export const studySchema = z.strictObject({
  version: z.literal(VERSION),
  title: text.exactOptional(),
  /** A built-in task's id, the path of a task, or a table and how it is read. */
  task: z.union([text, inlineTaskSchema]),
  data: text.exactOptional(),
  models: z.array(modelSchema).min(1),
  options: commonOptionsSchema.prefault({}),
  vary: z.union([z.array(variationSchema).min(1), gridSchema]).exactOptional(),
  experiments: z.array(experimentSchema).prefault([]),
  /** Estimates made elsewhere: a name and a file each. */
  predictions: recordOf(text, z.string().regex(/^[^=/\\]+$/, {error: "a name holds no =, / or \\"})).prefault({}),
  compare: compareSchema.prefault({}),
  gates: z
    .strictObject({
      /** Conditions on results.json that must hold. */
      require: gates.exactOptional(),
      /** Conditions that must not. */
      failIf: gates.exactOptional(),
    })
    .prefault({}),
  lock: studyLockSchema.exactOptional(),
});
export type Study = z.infer<typeof studySchema>;

/** The fields of each object of a study file, for messages about a field that is not known. */
export function studyFieldsAt(place: string): readonly string[] {
  return FIELDS.get(place) ?? [];
}

const FIELDS = new Map<string, readonly string[]>([
  ["", Object.keys(studySchema.shape)],
  ["task", inlineTaskFields],
  ["options", commonOptionNames],
  ["models[]", ["model", "name", ...runOptionNames]],
  ["vary", runOptionNames],
  ["vary[]", ["name", ...runOptionNames]],
  ["experiments[]", ["name", "values", "orders", "models", ...runOptionNames]],
  ["compare", Object.keys(compareSchema.shape)],
  ["gates", ["require", "failIf"]],
  ["lock", Object.keys(studyLockSchema.shape)],
]);

/** One way in which a study's runs are made; `name` is absent where the file gives none. */
export interface StudyVariation {
  readonly name?: string;
  readonly options: StudyRunOptions;
}

/** The variations of a study in the order of the file, a grid's last option fastest; one without changes where it has none. */
export function variationsOf({vary}: Pick<Study, "vary">): StudyVariation[] {
  if (vary === undefined) return [{options: {}}];
  if (Array.isArray(vary)) {
    return vary.map(({name, ...options}) => (name === undefined ? {options} : {name, options}));
  }
  const combinations = Object.entries(vary).reduce<Record<string, unknown>[]>(
    (before, [option, values]) => before.flatMap(one => values.map(value => ({...one, [option]: value}))),
    [{}],
  );
  return combinations.map(one => ({options: runOptionsSchema.parse(one)}));
}
