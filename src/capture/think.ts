import type {ReadOut, ReadSpec} from "../engine/engine.ts";
import type {Lane} from "../engine/lanes.ts";
import {fromBytes, toBytes} from "../engine/vocabulary.ts";
import type {Thought} from "../records/trace.ts";
import type {GreedySetup} from "./greedy.ts";

/** How a model thinks before it answers. */
export interface ThoughtSetup {
  /** The most tokens of a thought. */
  readonly most: number;
  /** The text that ends one, and its token where it is a single special one. */
  readonly close: string;
  readonly closeToken: number | undefined;
  /** What is written between a thought and the answer, by whether the model closed it, up to and with the opening or without. */
  readonly tails: Readonly<
    Record<"given" | "free", {readonly closed: readonly number[]; readonly open: readonly number[]}>
  >;
}

/** A thought, and the tokens to go on with after all that was evaluated. */
export interface Thinking {
  readonly thought: Thought;
  readonly goOn: (opening: "given" | "free") => readonly number[];
}

const BEST: ReadSpec = {tokens: [], groups: [], top: 0};

/**
 * Lets the model write a thought, greedily, until it closes it, ends its turn, or has written as many tokens as it may. A
 * thought that it did not close is closed for it.
 */
export async function think(
  {most, close, closeToken, tails}: ThoughtSetup,
  {vocabulary}: Pick<GreedySetup, "vocabulary">,
  lane: Lane,
  prompt: readonly number[],
): Promise<Thinking> {
  const tokens: number[] = [];
  const closing = toBytes(close);
  let [bytes, end]: [string, Thought["end"]] = ["", "budget"];
  let [readOut]: ReadOut[] = await lane.start(prompt, [{at: prompt.length - 1, spec: BEST}]);
  while (readOut !== undefined) {
    const {token} = readOut.argmax;
    if (vocabulary.endTokens.has(token)) {
      end = "turn";
      break;
    }
    tokens.push(token);
    bytes += vocabulary.pieces[token] ?? "";
    if (token === closeToken || bytes.includes(closing)) {
      end = "closed";
      break;
    }
    if (tokens.length >= most) break;
    [readOut] = await lane.extend([token], [{at: 0, spec: BEST}]);
  }
  // The last token was chosen and not evaluated, unless the model ended its turn after it.
  const pending = end === "turn" ? [] : tokens.slice(-1);
  return {
    thought: {tokens, text: fromBytes(bytes), end},
    goOn: opening => [...pending, ...tails[opening][end === "closed" ? "closed" : "open"]],
  };
}
