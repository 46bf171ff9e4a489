import {z} from "zod";
import {runIdentitySchema} from "../manifest.ts";
import {recordOf} from "../record-of.ts";
import {resultTaskSchema} from "./results.ts";
import {warningSchema} from "./runs.ts";
import {measuredSchema} from "./value.ts";

/** The version of experiment.json. A changed meaning raises it. */
export const EXPERIMENT_SCHEMA = 1;

/** One kind of number in a table. */
const experimentColumnSchema = z.strictObject({
  /** The key in every row's `cells`, and `measure` in the CSV. */
  name: z.string(),
  title: z.string(),
  /** `share`: from 0 to 1, shown in per cent. */
  kind: z.enum(["share", "number"]),
  /** The definition in one sentence. */
  summary: z.string(),
});
export type ExperimentColumn = z.infer<typeof experimentColumnSchema>;

/** One setting of one model. */
const experimentRowSchema = z.strictObject({
  model: z.string(),
  /** The value that was set (`random:1`, `0.4`), or what was made of several. */
  setting: z.string(),
  /** By the column's name. */
  cells: recordOf(measuredSchema),
});
export type ExperimentRow = z.infer<typeof experimentRowSchema>;

const experimentTableSchema = z.strictObject({
  /** Kebab-case; the CSV's name. */
  name: z.string(),
  title: z.string(),
  /** What the rows are, and what a reader must know to read them. */
  caption: z.string(),
  /** Head of the column of settings. */
  settingTitle: z.string(),
  columns: z.array(experimentColumnSchema),
  rows: z.array(experimentRowSchema),
});
export type ExperimentTable = z.infer<typeof experimentTableSchema>;

/** One run behind an experiment. */
const experimentRunSchema = z.strictObject({
  /** The name of its folder. */
  run: z.string(),
  model: z.string(),
  setting: z.string(),
  /** The setting that this one shares its run with, because it sends the same prompts. */
  sameAs: z.string().optional(),
  identity: runIdentitySchema,
  modelSha256: z.string(),
  promptHash: z.string(),
  /** The labels as the prompt lists them. */
  labelOrder: z.array(z.string()),
  demonstrations: z.strictObject({count: z.int(), multi: z.int(), single: z.int(), none: z.int()}),
});
export type ExperimentRun = z.infer<typeof experimentRunSchema>;

const experimentSettingsSchema = z.strictObject({
  /** In the order of the tables. */
  values: z.array(z.string()).min(1),
  /** Default values that this task or a model's context cannot give, with the reason. */
  leftOut: z.array(z.strictObject({value: z.string(), reason: z.string()})),
  estimators: z.array(z.string()),
  /** Of the resamples. */
  seed: z.int(),
  resamples: z.int().min(1),
  level: z.number(),
});

/** experiment.json: every number of an experiment. Missing is an absent value with a reason, never 0, NaN or null. */
export const experimentSchema = z.strictObject({
  schema: z.literal(EXPERIMENT_SCHEMA),
  labelscope: z.string(),
  experiment: z.string(),
  title: z.string(),
  task: resultTaskSchema,
  settings: experimentSettingsSchema,
  runs: z.array(experimentRunSchema),
  tables: z.array(experimentTableSchema),
  warnings: z.array(warningSchema),
});
export type ExperimentResults = z.infer<typeof experimentSchema>;
