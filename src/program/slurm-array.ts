import {InvalidArgumentError} from "commander";

/**
 * Which part of the documents a task of a Slurm job array takes: its place among the tasks, by `SLURM_ARRAY_TASK_ID`, `_COUNT`,
 * `_MIN`, `_MAX` and `_STEP`.
 *
 * Tasks must be evenly spaced, else those that are there would not tell how many there are to be. An array of one task is
 * refused as well: it is most often one that failed and is submitted again, and would take all documents.
 *
 * @throws InvalidArgumentError outside an array, and where its tasks make no partition
 * @example shardOfArray({SLURM_ARRAY_TASK_ID: "20", SLURM_ARRAY_TASK_COUNT: "3", SLURM_ARRAY_TASK_MIN: "10", SLURM_ARRAY_TASK_MAX: "30", SLURM_ARRAY_TASK_STEP: "10"}) // {index: 2, count: 3}
 */
export function shardOfArray(env: Readonly<Record<string, string | undefined>>): {index: number; count: number} {
  const number = (name: string, otherwise?: number) => {
    const text = env[`SLURM_ARRAY_TASK_${name}`] ?? "";
    return /^\d+$/.test(text) ? Number(text) : otherwise;
  };
  const id = number("ID");
  const count = number("COUNT");
  const least = number("MIN");
  if (id === undefined || count === undefined || least === undefined) {
    throw new InvalidArgumentError("auto is for the tasks of a Slurm array (sbatch --array=1-8); write I/N elsewhere");
  }
  const step = number("STEP", 1) ?? 1;
  const most = number("MAX", least + (count - 1) * step) ?? id;
  const index = (id - least) / step + 1;
  const whole =
    step > 0 && (most - least) / step + 1 === count && Number.isInteger(index) && index >= 1 && index <= count;
  if (!whole) {
    throw new InvalidArgumentError(
      `task ${id} of an array of ${count} from ${least} to ${most} in steps of ${step} makes no partition: submit evenly spaced tasks, as --array=1-${count}, or write I/N`,
    );
  }
  if (count === 1) {
    throw new InvalidArgumentError(
      `an array of one task is no partition: submit the whole array again (finished shards end at once), or write ${id}/N`,
    );
  }
  return {index, count};
}
