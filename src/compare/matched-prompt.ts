import type {VariantPair} from "../records/results/variants.ts";
import type {Trace} from "../records/trace.ts";
import type {RunPair} from "./variant-pairs.ts";

/**
 * Whether both runs of a pair sent the same prompts, and what to say on every table where they did not.
 *
 * The same means: the same text around the documents and, where the models share a tokeniser, the same token ids for each
 * document. A pair whose models also differ in quantisation, though that is not what it is about, is warned of, too.
 *
 * Source: METHODS §2
 */
export function matchPrompts(
  {base, variant, kind}: RunPair,
  traces: readonly {readonly base: Pick<Trace, "promptHash">; readonly variant: Pick<Trace, "promptHash">}[],
): Pick<VariantPair, "matchedPrompt" | "warning"> {
  const [one, other] = [base.manifest, variant.manifest];
  const sameText = one.prompt.hash === other.prompt.hash && one.prompt.templated === other.prompt.templated;
  const sameTokeniser = one.model.tokenizerHash === other.model.tokenizerHash;
  const differing = traces.filter(pair => pair.base.promptHash !== pair.variant.promptHash).length;
  const warnings: string[] = [];
  if (!sameText) warnings.push("the two runs were asked with different prompts: what differs is not the model alone");
  else if (sameTokeniser && differing > 0)
    warnings.push(`the prompts of ${differing} of ${traces.length} documents have different tokens in the two runs`);
  const matchedPrompt = warnings.length === 0;
  const [from, to] = [one.model.quantisation, other.model.quantisation];
  if (kind !== "quantisation" && from !== to)
    warnings.push(`the two models also differ in quantisation (${from ?? "unknown"} and ${to ?? "unknown"})`);
  return {matchedPrompt, ...(warnings.length === 0 ? {} : {warning: warnings.join("; ")})};
}
