import {nameKey} from "./label-names.ts";
import type {TableMapping} from "./mapping.ts";

/** The word of a task for "no label". */
export const nullLabel = "none";

/** `VALUE=LABEL` as a pair. */
function pairOf(pair: string): {value: string; label: string} {
  const at = pair.indexOf("=");
  return {value: pair.slice(0, at).trim(), label: pair.slice(at + 1).trim()};
}

/**
 * What the user's words make of a file's values: `--rename` gives them names, `--none-words` and a renaming to the null
 * label say that they are no label. Case, spaces and composition do not tell words apart (`nameKey`).
 */
export class LabelWords {
  /** Values that the user speaks of, as they were typed: whatever they look like, they are labels. */
  readonly known: ReadonlySet<string>;
  readonly #rename: ReadonlyMap<string, string>;
  readonly #none: ReadonlySet<string>;
  readonly #flags: readonly {readonly text: string; readonly key: string}[];
  readonly #met = new Set<string>();

  constructor({labels = [], rename = [], noneWords = []}: TableMapping) {
    const pairs = rename.map(pairOf);
    this.known = new Set([...labels, ...noneWords, ...pairs.map(({value}) => value)]);
    this.#rename = new Map(pairs.map(({value, label}) => [nameKey(value), label]));
    this.#none = new Set(noneWords.map(nameKey));
    this.#flags = [
      ...pairs.map(({value}) => ({text: `--rename ${value}=…`, key: nameKey(value)})),
      ...noneWords.map(word => ({text: `--none-words ${word}`, key: nameKey(word)})),
    ];
  }

  /** Labels by the names that the user gives them; those that mean no label are left out. */
  read(values: readonly string[]): string[] {
    return values.flatMap(value => {
      const key = nameKey(value);
      const name = this.#rename.get(key);
      const renamed = name === undefined ? key : nameKey(name);
      this.#met.add(key).add(renamed);
      return this.#none.has(key) || this.#none.has(renamed) || (name !== undefined && renamed === nullLabel)
        ? []
        : [name ?? value];
    });
  }

  /** The flags whose word was in none of the values read so far. */
  get unmet(): string[] {
    return this.#flags.filter(({key}) => !this.#met.has(key)).map(({text}) => text);
  }
}
