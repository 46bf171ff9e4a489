import {createRng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";
import type {Document} from "../records/document.ts";
import {goldSet, type LabelledTask} from "./gold.ts";

/** How a sample is balanced: over documents with no, one and several gold labels, or over these and how far annotators agree. */
export const STRATA = ["kinds", "kinds+agreement"] as const;
export type Strata = (typeof STRATA)[number];

/**
 * Documents in an order of which every beginning holds as many of each stratum as of any other, give or take one. It ends
 * where a stratum has none left: the balance is kept, not the size. A stratum without any document is left out.
 *
 * The kinds are documents without a gold label, with one, and with several. `kinds+agreement` halves each kind: below the
 * median of its documents' agreement, and from it on.
 *
 * @param task its gold labels decide the kinds
 * @returns absent if a document has fewer than two annotators and agreement is wanted
 * Source: METHODS §3, "test set"; Ma et al. 2025, App. A.4
 */
export function balanced(
  documents: readonly Document[],
  rule: Strata,
  {seed, task}: {readonly seed: number | string; readonly task: LabelledTask},
): Document[] | undefined {
  const kinds = new Map<string, Document[]>([
    ["none", []],
    ["one", []],
    ["several", []],
  ]);
  for (const document of documents) {
    const count = goldSet(document, task).length;
    kinds.get(count === 0 ? "none" : count === 1 ? "one" : "several")?.push(document);
  }
  const strata: {readonly name: string; readonly documents: readonly Document[]}[] = [];
  for (const [name, own] of kinds) {
    const halves = rule === "kinds" ? [own] : halvesByAgreement(own);
    if (halves === undefined) return undefined;
    for (const [at, half] of halves.entries()) strata.push({name: `${name}/${at}`, documents: half});
  }
  const orders = strata
    .filter(stratum => stratum.documents.length > 0)
    .map(stratum => shuffle(stratum.documents, createRng(`${seed}/sample/${stratum.name}`)));
  const taken: Document[] = [];
  for (let turn = 0; orders.length > 0; turn++) {
    const next = orders[turn % orders.length]?.[Math.floor(turn / orders.length)];
    if (next === undefined) break;
    taken.push(next);
  }
  return taken;
}

/** Documents on which annotators agree less than on the median one, and the others. */
function halvesByAgreement(documents: readonly Document[]): Document[][] | undefined {
  const agreed = documents.map(({annotations}) => agreementOf(annotations ?? []));
  const known = agreed.flatMap(value => value ?? []).sort((one, other) => one - other);
  if (known.length < agreed.length) return undefined;
  const median = known[Math.floor(known.length / 2)] ?? 0;
  return [
    documents.filter((_, at) => (agreed[at] ?? 0) < median),
    documents.filter((_, at) => (agreed[at] ?? 0) >= median),
  ];
}

/**
 * How far annotators agree on a document: the mean over pairs of them of 2·|A ∩ B| / (|A| + |B|), 1 for two empty sets.
 *
 * @returns absent for fewer than two annotators
 * @example agreementOf([["joy"], ["joy", "fear"]]) // 2/3
 */
export function agreementOf(annotations: readonly (readonly string[])[]): number | undefined {
  const pairs = annotations.flatMap((one, at) => annotations.slice(at + 1).map(other => [one, other] as const));
  if (pairs.length === 0) return undefined;
  const dice = pairs.map(([one, other]) => {
    const both = one.filter(label => other.includes(label)).length;
    return one.length + other.length === 0 ? 1 : (2 * both) / (one.length + other.length);
  });
  return dice.reduce((sum, value) => sum + value, 0) / pairs.length;
}
