import {LabelscopeError} from "../errors.ts";

/** A prompt that does not fit, with what would make it fit. */
export function contextOverflow(facts: {
  readonly model: string;
  readonly documentId: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly contextTokens: number;
  readonly trainContextTokens: number;
  readonly shots: number;
  readonly shotTokens: number;
}): LabelscopeError {
  const needed = facts.promptTokens + facts.answerTokens;
  const next: string[] = [];
  if (needed <= facts.trainContextTokens) next.push(`--context ${Math.min(facts.trainContextTokens, Math.ceil(needed / 256) * 256)}`);
  const fewer = Math.floor((facts.shots * (facts.contextTokens - (needed - facts.shotTokens))) / Math.max(1, facts.shotTokens));
  if (facts.shots > 0 && fewer > 0) next.push(`--shots ${Math.max(0, Math.min(fewer, facts.shots - 1))}`);
  next.push("leave the document out of the data");
  return new LabelscopeError({
    code: "context-overflow",
    message: `document "${facts.documentId}" needs ${needed} tokens, ${facts.model} holds ${facts.contextTokens}`,
    details: [
      `prompt ${facts.promptTokens} (of which ${facts.shots} demonstrations ${facts.shotTokens}) + answer ${facts.answerTokens}`,
      `the model was trained for ${facts.trainContextTokens}`,
    ],
    next,
    facts,
  });
}
