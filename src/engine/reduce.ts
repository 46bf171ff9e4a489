import type {ExactReadOut, ReadSpec, TokenLogit} from "./engine.ts";
import {assertNumeric} from "./ledger.ts";

/**
 * Reduces a whole vector of raw logits to a read-out, in float64. The reference that the native reader is held to.
 *
 * @param logits one raw logit a token of the vocabulary; -Infinity means probability 0
 * @throws nan-logits where an entry is NaN
 */
export function reduceLogits(logits: Float32Array, spec: ReadSpec, hidden?: Float32Array): ExactReadOut {
  let best = 0;
  let hasNan = false;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? Number.NaN;
    if (Number.isNaN(logit)) hasNan = true;
    if (logit > (logits[best] ?? 0)) best = token;
  }
  const max = logits[best] ?? 0;
  let weight = 0;
  let weightedGap = 0;
  for (const logit of logits) {
    const gap = Math.max(logit - max, -700);
    const w = Math.exp(gap);
    weight += w;
    weightedGap += w * gap;
  }
  const at = (token: number) => logits[token] ?? Number.NaN;
  return assertNumeric(
    {
      logSumExp: max + Math.log(weight),
      vocabEntropyBits: (Math.log(weight) - weightedGap / weight) / Math.LN2,
      argmax: {token: best, logit: max},
      tokenLogits: spec.tokens.map(at),
      groupLogSumExp: spec.groups.map(
        group => max + Math.log(group.reduce((sum, token) => sum + Math.exp(at(token) - max), 0)),
      ),
      top: largest(logits, spec.top),
      ...(spec.logits ? {logits} : {}),
      ...(spec.hidden && hidden !== undefined ? {hidden} : {}),
    },
    hasNan,
  );
}

/** The k largest entries, descending, ties by lower index. Keeps a short sorted list: k is small. */
function largest(logits: Float32Array, k: number): TokenLogit[] {
  const found: TokenLogit[] = [];
  if (k === 0) return found;
  logits.forEach((logit, token) => {
    const worst = found.at(-1);
    if (found.length === k && worst !== undefined && !(logit > worst.logit)) return;
    let place = found.length;
    while (place > 0 && (found[place - 1]?.logit ?? 0) < logit) place--;
    found.splice(place, 0, {token, logit});
    if (found.length > k) found.pop();
  });
  return found;
}
