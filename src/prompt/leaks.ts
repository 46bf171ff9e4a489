import type {Document, Split} from "../records/document.ts";
import type {Task} from "../task/task.ts";

/** A document to be judged whose text stands in the prompt already, with its answer. */
export interface Leak {
  readonly split: Split;
  readonly id: string;
  /** The demonstration with the same text. */
  readonly demonstration: string;
}

/**
 * The documents of the calibration and test splits whose text equals a demonstration's. Their traces say nothing about the
 * model's belief: leave them out, or say so beside the numbers.
 */
export function findLeaks(task: Task, demonstrations: readonly Document[]): Leak[] {
  const idOfText = new Map(demonstrations.map(document => [document.text, document.id] as const));
  return (["calibration", "test"] as const).flatMap(split =>
    (task.splits[split]?.documents ?? []).flatMap(({id, text}) => {
      const demonstration = idOfText.get(text);
      return demonstration === undefined ? [] : [{split, id, demonstration}];
    }),
  );
}
