import type {ComparedRun} from "./compared-run.ts";

/** A row beside a base model's own that is an estimator on its finetuned variant. */
export interface FinetunedRow {
  readonly name: "sft-hard" | "sft-max";
  readonly title: string;
  /** The estimator that makes it, on the run `from`. */
  readonly estimator: "hard" | "max-over-generations";
  /** The run of the base model, beside which it stands. */
  readonly base: string;
  /** The run of the variant, which it is taken from. */
  readonly from: string;
}

/** What finetuning is: on examples. Of several such variants the first kind stands for all. */
const FINETUNED = ["sft", "merged", "lora"];

const ROWS = [
  {name: "sft-hard", title: "SFT, hard", estimator: "hard"},
  {name: "sft-max", title: "SFT, max over generations", estimator: "max-over-generations"},
] as const;

/** What is read of a run. */
export type FinetunedRun = Pick<ComparedRun, "name"> & {
  readonly manifest: {
    readonly model: Pick<ComparedRun["manifest"]["model"], "id" | "variant" | "parent">;
    readonly identity: {readonly forceAnswers?: unknown};
    readonly prompt: Pick<ComparedRun["manifest"]["prompt"], "hash">;
  };
};

/**
 * The rows `sft-hard` and `sft-max` of each run whose model has a finetuned variant among the runs: one whose manifest
 * names it as parent and which was made by supervised finetuning, as a whole (`sft`), merged, or as a LoRA.
 *
 * Reinforcement learning and preference tuning are no such thing. A whole finetuned model stands for a LoRA of the same
 * base; of several runs the one with the same prompt is taken, then the first. A run whose answers were forced says
 * nothing about the model's own and gives no row. On what a variant was finetuned is not known here: an instruction-tuned
 * model is one, too, so a table names the run that the row is from.
 *
 * Source: METHODS §3, `sft-hard` and `sft-max`
 */
export function finetunedRows(runs: readonly FinetunedRun[]): FinetunedRow[] {
  return runs.flatMap(base => {
    const variant = variantOf(base, runs);
    return variant === undefined ? [] : ROWS.map(row => ({...row, base: base.name, from: variant.name}));
  });
}

function variantOf(base: FinetunedRun, runs: readonly FinetunedRun[]): FinetunedRun | undefined {
  const rank = ({manifest: {model, prompt}}: FinetunedRun) =>
    2 * FINETUNED.indexOf(model.variant ?? "") + (prompt.hash === base.manifest.prompt.hash ? 0 : 1);
  return runs
    .filter(({name, manifest: {model, identity}}) => {
      const made = model.parent === base.manifest.model.id && FINETUNED.includes(model.variant ?? "");
      return made && name !== base.name && identity.forceAnswers === undefined;
    })
    .toSorted((one, other) => rank(one) - rank(other))[0];
}
