import type {Model} from "../engine/engine.ts";
import {startsWith} from "../engine/starts-with.ts";
import type {AnswerFormat} from "../prompt/format.ts";
import {plainTokens} from "./plain-tokens.ts";

/** A label with every way in which it may be written; most have one. */
export interface LabelText {
  readonly name: string;
  readonly variants: readonly string[];
}

/** How each label is tokenised where it stands. `paths[i]` are the token sequences of label i, one a variant. */
export interface LabelTokens {
  readonly names: readonly string[];
  readonly paths: readonly (readonly (readonly number[])[])[];
}

/** What the tokeniser does at the seam between a prompt and a label. */
export interface Seam {
  readonly tokens: LabelTokens;
  /** Labels for which tokens(prompt) + tokens(label) are not the tokens of the whole string. */
  readonly merged: readonly string[];
}

/**
 * Tokenises every label in its context: the tokens that are added to those of `before` by writing the label.
 *
 * Where the tokeniser merges across the seam, the model still stands after the tokens of `before`: the label then gets
 * the tokens of its own text, and its name is reported.
 *
 * @param before the prompt's text up to the place of a label step; its tokens come without BOS
 */
export function tokenizeLabels(model: Model, before: string, format: AnswerFormat, labels: readonly LabelText[]): Seam {
  const merged: string[] = [];
  const continued = continuations(model, before);
  const paths = labels.map(({name, variants}) =>
    variants.map(variant => {
      const {tokens, isMerged} = continued(format.lead + variant);
      if (isMerged) merged.push(name);
      return tokens;
    }),
  );
  return {tokens: {names: labels.map(label => label.name), paths}, merged};
}

/**
 * Tokenises what is written after a text: the tokens that it adds to those of `before`.
 *
 * `isMerged` where the tokeniser joins characters across the seam, so that it adds to no token of `before` as it was: the
 * tokens are then those of the text by itself, as something that goes on, without a space that does not stand there.
 *
 * @param before from the last special token of a prompt on
 */
export function continuations(
  model: Model,
  before: string,
): (text: string) => {readonly tokens: readonly number[]; readonly isMerged: boolean} {
  const context = plainTokens(model, before);
  return text => {
    const whole = plainTokens(model, before + text);
    return startsWith(whole, context) && whole.length > context.length
      ? {tokens: whole.slice(context.length), isMerged: false}
      : {tokens: plainTokens(model, text, true), isMerged: true};
  };
}

export function sameTokens(one: LabelTokens, other: LabelTokens): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Two labels that the first token cannot tell apart. */
export interface Collision {
  readonly labels: readonly [string, string];
  /** `first-token`: the same first token; `prefix`: one's tokens begin with all of the other's. */
  readonly kind: "first-token" | "prefix";
}

/**
 * Pairs of labels that share a first token, or one of which is a token prefix of the other: their first-token logits
 * mean something else than the labels, and `auto` scoring takes whole labels.
 */
export function collisions(tokens: LabelTokens): Collision[] {
  const found: Collision[] = [];
  tokens.names.forEach((one, i) => {
    tokens.names.slice(i + 1).forEach((other, offset) => {
      const mine = tokens.paths[i] ?? [];
      const theirs = tokens.paths[i + 1 + offset] ?? [];
      const pairs = mine.flatMap(a => theirs.map(b => [a, b] as const)).filter(([a, b]) => a[0] === b[0]);
      if (pairs.length === 0) return;
      const prefix = pairs.some(([a, b]) => startsWith(a, b) || startsWith(b, a));
      found.push({labels: [one, other], kind: prefix ? "prefix" : "first-token"});
    });
  });
  return found;
}
