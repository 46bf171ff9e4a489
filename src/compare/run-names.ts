import {differingFacets, type Nameable} from "./run-facets.ts";

/**
 * One short name a run, made of what differs among the runs that are shown together: the model, and in brackets what else
 * tells them apart: `ladder-s-base`, `smollm2-135m-instruct (3 shots, chat)`.
 *
 * - A title that was given (`run --name`) stands instead of the model.
 * - Settings of the prompt are named wherever two of the runs differ in them, since they stand between the models, too;
 *   everything else (quantisation, seed, engine …) only where two runs of one model differ in it. What the model's own name
 *   says already is not said again.
 * - Runs that differ in nothing are numbered by their age: `ladder-s-base`, `ladder-s-base #2`.
 *
 * Never a hash, whatever order the runs are given in: that stays in the folder's name and in provenance.
 *
 * @returns names in the order of the runs, all different
 */
export function runNames(shown: readonly Nameable[]): string[] {
  const heads = shown.map(headOf);
  const facets = differingFacets(shown).filter(
    ({facet, words}) =>
      facet.prominent ||
      words.some((text, one) => heads.some((head, two) => head === heads[one] && words[two] !== text)),
  );
  const names = shown.map((manifest, at) => {
    const head = heads[at] ?? "";
    const isGiven = manifest.title !== undefined && heads.indexOf(head) === heads.lastIndexOf(head);
    const parts = isGiven ? [] : facets.flatMap(({words}) => words[at] ?? []).filter(part => !says(head, part));
    return parts.length === 0 ? head : `${head} (${parts.join(", ")})`;
  });
  return numbered(names, shown);
}

/** The title that was given, or the model with its adapter. */
function headOf({title, model}: Nameable): string {
  if (title !== undefined) return title;
  return model.adapter === undefined || model.id.includes("+") ? model.id : `${model.id}+${model.adapter.id}`;
}

function says(head: string, part: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
  return plain(head).includes(plain(part));
}

function numbered(names: readonly string[], shown: readonly Nameable[]): string[] {
  const age = (at: number) => `${shown[at]?.created}\n${shown[at]?.name}`;
  const taken = new Set<string>();
  const byAge = [...names.keys()].sort((one, two) => (age(one) < age(two) ? -1 : age(one) > age(two) ? 1 : 0));
  const found = new Map<number, string>();
  for (const at of byAge) {
    const name = names[at] ?? "";
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name} #${n}`;
    taken.add(free);
    found.set(at, free);
  }
  return names.map((name, at) => found.get(at) ?? name);
}
