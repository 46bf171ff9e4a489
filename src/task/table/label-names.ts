import type {Counted} from "../task.ts";

/** Characters that show nothing: zero-width spaces and joiners between words, soft hyphens, marks of direction. */
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** A label as it is written in a task: composed (NFC), any space a plain one, no invisible characters. */
function plainName(label: string): string {
  return label.normalize("NFC").replace(invisible, "").replace(/\s+/gu, " ").trim();
}

/** The same for two spellings that look alike, differ only in case, or are one whole number (`5` and `5.0`). */
export function nameKey(label: string): string {
  const plain = plainName(label)
    .replace(/\ufe0f/g, "")
    .replace(/^(-?\d+)\.0+$/, "$1");
  return plain.toUpperCase().toLowerCase().normalize("NFC");
}

/** Which label each spelling of a file stands for. */
export interface LabelNames {
  readonly labels: readonly string[];
  /** `undefined` for a spelling that is no label of the set. */
  readonly nameOf: (spelling: string) => string | undefined;
  readonly remarks: readonly Counted[];
}

/**
 * One name for spellings that are the same after composition, case and spaces: the most frequent one (of equals the first
 * in code-point order), or the one that is asked for.
 *
 * @param counts how often each spelling occurs
 * @param wanted the label set and its order; absent: the labels that occur, sorted
 */
export function labelNames(counts: ReadonlyMap<string, number>, wanted?: readonly string[]): LabelNames {
  const names = new Map<string, string>();
  for (const name of wanted ?? []) names.set(nameKey(name), name);
  const spellings = new Map<string, Map<string, number>>();
  for (const [spelling, count] of counts) {
    const key = nameKey(spelling);
    const group = spellings.get(key) ?? new Map<string, number>();
    spellings.set(key, group.set(spelling, count));
  }
  const remarks: Counted[] = [];
  for (const [key, group] of spellings) {
    const plain = new Map<string, number>();
    for (const [spelling, count] of group)
      plain.set(plainName(spelling), (plain.get(plainName(spelling)) ?? 0) + count);
    const [best = [""]] = [...plain].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (wanted === undefined) names.set(key, best[0]);
    const name = names.get(key);
    if (name === undefined) continue;
    const others = [...group].filter(([spelling]) => spelling !== name);
    if (others.length === 0) continue;
    const count = others.reduce((sum, [, times]) => sum + times, 0);
    const shown = others.slice(0, 3).map(([spelling]) => `"${visibleName(spelling)}"`);
    remarks.push({reason: `spelled ${shown.join(", ")}: read as the label "${name}"`, count});
  }
  const found = [...names.values()].sort();
  const numbers = found.every(name => /^-?\d+$/.test(name));
  const labels = wanted ?? (numbers ? found.sort((a, b) => Number(a) - Number(b)) : found);
  return {labels, nameOf: spelling => names.get(nameKey(spelling)), remarks};
}

/** A spelling with what cannot be seen in it written out. */
function visibleName(spelling: string): string {
  return spelling.replace(
    /[^\S ]|[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|\p{M}/gu,
    character => {
      const code = character.codePointAt(0) ?? 0;
      return `\\u${code.toString(16).padStart(4, "0")}`;
    },
  );
}
