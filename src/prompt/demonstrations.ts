import {LabelscopeError} from "../errors.ts";
import {createRng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";
import type {Document} from "../records/document.ts";
import {
  type Composition,
  countComposition,
  demonstrationPools,
  fittingComposition,
  planComposition,
  saysNothing,
  shareOf,
} from "../task/composition.ts";
import {goldSet} from "../task/gold.ts";
import type {Task} from "../task/task.ts";

/** What replaces the task file's rule; `undefined` keeps it. */
export interface DemonstrationOptions {
  readonly count?: number | undefined;
  readonly multiShare?: number | undefined;
  readonly noneShare?: number | undefined;
  readonly seed?: number | undefined;
  /** Ids of documents that must not be demonstrated. */
  readonly exclude?: ReadonlySet<string> | undefined;
}

/** The demonstrations of a run, in prompt order. */
export interface Demonstrations {
  readonly documents: readonly Document[];
  readonly composition: Composition;
  /** The split or the file they come from. */
  readonly source: string;
}

/** A fixed file's first `count` documents; the shares and the seed do not apply. */
function takeFixed(
  task: Task,
  fixed: NonNullable<Task["fixedDemonstrations"]>,
  count: number | undefined,
): Demonstrations {
  const {documents, source} = fixed;
  if (count !== undefined && count > documents.length) {
    throw new LabelscopeError({
      code: "too-few-demonstrations",
      message: `${count} demonstrations are wanted, ${source} has ${documents.length}`,
      next: `--shots ${documents.length}, or more documents in that file`,
      facts: {wanted: count, there: documents.length},
    });
  }
  const taken = documents.slice(0, count);
  return {documents: taken, source, composition: countComposition(taken.map(document => goldSet(document, task)))};
}

/**
 * The demonstrations that stand before every query of a run.
 *
 * From a rule: by kind (see `planComposition`), without replacement and without repeating a text, then mixed by the seed.
 * Gold is the task's, and a tie between annotators counts as in. From a file: its first ones, in order.
 *
 * @throws LabelscopeError `too-few-demonstrations` with what the pool holds; `no-demonstrations` where the split is missing
 * Source: METHODS §1
 */
export function selectDemonstrations(task: Task, options: DemonstrationOptions = {}): Demonstrations {
  const {fixedDemonstrations, definition} = task;
  const rule = definition.demonstrations;
  if (fixedDemonstrations !== undefined) return takeFixed(task, fixedDemonstrations, options.count);
  if (typeof rule === "string") throw new Error(`demonstrations of ${rule} were not loaded`);
  const {count = rule.count, multiShare = rule.multiShare, noneShare = rule.noneShare, seed = rule.seed} = options;
  const composition = planComposition({count, multiShare, noneShare, hasNull: saysNothing(definition)});
  const split = task.splits[rule.from];
  if (count === 0) return {documents: [], composition, source: rule.from};
  if (split === undefined) {
    throw new LabelscopeError({
      code: "no-demonstrations",
      message: `task "${definition.id}" has no ${rule.from} split to draw demonstrations from`,
      next: `--shots 0, or data.${rule.from} in the task file`,
    });
  }
  const pools = demonstrationPools(split.documents, task, options.exclude);
  const kinds = ["multi", "single", "none"] as const;
  const short = kinds.filter(kind => pools[kind].length < composition[kind]);
  if (short.length > 0) {
    const there = {multi: pools.multi.length, single: pools.single.length, none: pools.none.length};
    const nearest = fittingComposition(composition, there);
    throw new LabelscopeError({
      code: "too-few-demonstrations",
      message: `the ${rule.from} split of task "${definition.id}" cannot give ${count} demonstrations`,
      details: kinds.map(kind => `${kind}: ${composition[kind]} wanted, ${there[kind]} there`),
      next:
        nearest.count === 0
          ? "--shots 0"
          : `--shots ${nearest.count} --multi-share ${shareOf(nearest, "multi")} --none-share ${shareOf(nearest, "none")}, the nearest that it can give`,
      facts: {wanted: composition, there},
    });
  }
  const drawn = kinds.flatMap(kind =>
    shuffle(pools[kind], createRng(`${seed}/demonstrations/${kind}`)).slice(0, composition[kind]),
  );
  return {documents: shuffle(drawn, createRng(`${seed}/demonstrations/order`)), composition, source: rule.from};
}
