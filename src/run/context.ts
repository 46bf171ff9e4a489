import {LabelscopeError} from "../errors.ts";

/** A prompt that does not fit, with what would make it fit: advice that was tried, not estimated. */
export function contextOverflow({
  fits,
  ...facts
}: {
  readonly model: string;
  readonly documentId: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly contextTokens: number;
  readonly trainContextTokens: number;
  readonly shots: number;
  readonly shotTokens: number;
  /** Whether the document fits with so many demonstrations; absent where there are none. */
  readonly fits?: (shots: number) => boolean;
}): LabelscopeError {
  const needed = facts.promptTokens + facts.answerTokens;
  const next: string[] = [];
  if (needed <= facts.trainContextTokens) {
    next.push(`--context ${Math.min(facts.trainContextTokens, Math.ceil(needed / 256) * 256)}`);
  }
  const fewer = fits === undefined ? undefined : mostShots(facts.shots - 1, fits);
  if (fewer !== undefined) next.push(`--shots ${fewer}`);
  next.push("leave the document out of the data");
  return new LabelscopeError({
    code: "context-overflow",
    message: `document "${facts.documentId}" needs ${needed} tokens, the context of ${facts.model} holds ${facts.contextTokens}`,
    details: [
      `prompt ${facts.promptTokens} (of which ${facts.shots} demonstrations ${facts.shotTokens}) + answer ${facts.answerTokens}`,
      `the model was trained for ${facts.trainContextTokens}`,
    ],
    next,
    facts,
  });
}

/** The largest number that fits, from `most` down: one by one below 20, in steps of a twentieth above. */
function mostShots(most: number, fits: (shots: number) => boolean): number | undefined {
  for (let shots = most; shots >= 0; shots -= Math.max(1, Math.floor(shots / 20))) {
    if (fits(shots)) return shots;
  }
  return undefined;
}
