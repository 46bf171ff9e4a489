import type {Manifest} from "../../records/manifest.ts";

/** What is wrong with a record: where in it, and how. */
export interface Damage {
  /** A path into the record, e.g. `steps[0].scores`; `line` where it is the line as a whole. */
  readonly field: string;
  readonly problem: string;
}

/** Finds the first thing in a record that its manifest contradicts, or that contradicts itself. */
export type Meaning<T> = (record: T, manifest: Manifest) => Damage | undefined;

/** What sums and bounds may be off by. */
export const TOLERANCE = 1e-6;

/** The labels that an answer or an annotation may hold. */
export function labelsWithoutNone({labels, noneLabel}: Manifest): string[] {
  return labels.filter(label => label !== noneLabel);
}

/** Says that a list does not have one entry a label. */
export function wrongLength(field: string, found: number, wanted: number): Damage | undefined {
  return found === wanted ? undefined : {field, problem: `${found} entries for ${wanted} labels`};
}

/** The first label that is not known. */
export function unknownLabel(field: string, labels: readonly string[], known: readonly string[]): Damage | undefined {
  const strange = labels.find(label => !known.includes(label));
  return strange === undefined ? undefined : {field, problem: `${JSON.stringify(strange)} is no label of the run`};
}

/** The first of some findings. */
export function firstOf<T>(
  items: readonly T[],
  find: (item: T, index: number) => Damage | undefined,
): Damage | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
