import {compareIds} from "../dynamics/run-view.ts";
import type {Manifest, RunIdentity} from "../records/manifest.ts";
import type {ModelRecord} from "../records/model.ts";

/** What a line of models needs to know of a run. */
export interface SizedRun {
  readonly name: string;
  readonly manifest: Pick<Manifest, "model" | "identity">;
}

/** Runs of one family (and quantisation) and variant, by size: what one curve is drawn through. */
export interface SizeLine<Run extends SizedRun> {
  readonly family: string;
  readonly variant: string;
  readonly runs: readonly Run[];
  readonly note?: string;
}

/** Options that do not change what a model is asked. */
const NOT_ASKED = new Set<string>(["task", "model", "shard", "fullLogits"] satisfies (keyof RunIdentity)[]);

/**
 * Sorts runs into lines: one a family and variant, in the order in which they first appear; the runs of a line by size.
 *
 * - A family with several quantisations among the runs is split by them (`smollm2-Q4_K_M`): more bits are not more size.
 * - A file that is in no catalogue has no known family. Such files stand together where they share architecture and
 *   tokeniser, under `<architecture>-<start of the tokeniser's hash>`, and the line says so.
 * - Where a line has the same model twice, its runs were asked differently (another label order, other demonstrations):
 *   those are different curves, and the differing options are put after the variant (`base-shots-5`).
 *
 * Sizes are those that were counted from the tensors; a name is never read for one. Source: METHODS §5
 */
export function sizeLines<Run extends SizedRun>(runs: readonly Run[]): SizeLine<Run>[] {
  // What a server does not say and nobody declared is no size: such a run stands on no line.
  const sized = runs.filter(({manifest: {model}}) => model.kind !== "server" || model.totalParameters !== undefined);
  const groups = groupBy(sized, run => JSON.stringify([familyKey(run, runs), variantOf(run.manifest.model)]));
  return groups.flatMap(group => {
    const [first] = group;
    if (first === undefined) return [];
    const {model} = first.manifest;
    const [family, variant] = [familyKey(first, runs), variantOf(model)];
    const note =
      model.family === undefined
        ? `not in the catalogue: files of architecture ${model.architecture} with the same tokeniser, as if of one family`
        : undefined;
    return splitByAsking(group).map(({suffix, runs: asked}) => ({
      family,
      variant: variant + suffix,
      runs: [...asked].sort(
        (one, other) => totalOf(one.manifest.model) - totalOf(other.manifest.model) || compareIds(one.name, other.name),
      ),
      ...(note === undefined ? {} : {note}),
    }));
  });
}

/** Parameters of a model on a line; 0 where a file has none to count. */
export function totalOf({totalParameters}: ModelRecord): number {
  return totalParameters ?? 0;
}

function variantOf({variant}: ModelRecord): string {
  return variant ?? "unknown";
}

/** The catalogue's family; else the architecture, numbered where files of it have other tokenisers, in the order of the runs. */
function familyOf({family, architecture = "unknown", tokenizerHash}: ModelRecord, runs: readonly SizedRun[]): string {
  if (family !== undefined) return family;
  const alike = runs.map(({manifest}) => manifest.model).filter(model => model.family === undefined);
  const tokenisers = alike.filter(model => (model.architecture ?? "unknown") === architecture);
  const at = [...new Set(tokenisers.map(model => model.tokenizerHash))].indexOf(tokenizerHash);
  return at < 1 ? architecture : `${architecture} #${at + 1}`;
}

function familyKey(run: SizedRun, runs: readonly SizedRun[]): string {
  const family = familyOf(run.manifest.model, runs);
  const relatives = runs.map(({manifest}) => manifest.model).filter(model => familyOf(model, runs) === family);
  const quantisations = new Set(relatives.map(({quantisation}) => quantisation));
  return quantisations.size > 1 ? `${family}-${run.manifest.model.quantisation ?? "unknown"}` : family;
}

/** Takes the runs of a line apart where the same model is among them twice. */
function splitByAsking<Run extends SizedRun>(runs: readonly Run[]): {suffix: string; runs: readonly Run[]}[] {
  const modelOf = ({manifest: {model}}: Run) => JSON.stringify([model.sha256 ?? model.id, model.adapter]);
  if (new Set(runs.map(modelOf)).size === runs.length) return [{suffix: "", runs}];
  const asked = runs.map(({manifest}) => new Map(Object.entries(manifest.identity).map(([k, v]) => [k, String(v)])));
  const fields = [...new Set(asked.flatMap(identity => [...identity.keys()]))].filter(
    field => !NOT_ASKED.has(field) && new Set(asked.map(identity => identity.get(field))).size > 1,
  );
  if (fields.length === 0) return [{suffix: "", runs}];
  // An option that a run does not have (no forced answers) leaves no mark.
  const suffixOf = (index: number) => fields.map(field => markOf(field, asked[index]?.get(field))).join("");
  const suffixes = runs.map((_, index) => suffixOf(index));
  return [...new Set(suffixes)].map(suffix => ({suffix, runs: runs.filter((_, index) => suffixes[index] === suffix)}));
}

function markOf(field: string, value: string | undefined): string {
  return value === undefined ? "" : `-${field}-${value}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
