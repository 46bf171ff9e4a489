import {LabelscopeError} from "../../errors.ts";
import {createRng} from "../../math/rng.ts";
import type {Model} from "../engine.ts";
import type {Dialect} from "./dialect.ts";

const CHECKS = 100;
const AT_ONCE = 8;
/** What a prompt may be made of: words, spaces, line breaks, punctuation of answers, other scripts, emoji, numbers. */
const PIECES = [
  "Input: ",
  "I was so happy",
  " today",
  "\n",
  "\n\n",
  '{"label": ["',
  '", "',
  '"]}',
  " joy, fear",
  "sadness",
  "  ",
  "\t",
  "don't",
  " 12,345.67",
  "é à ü ß",
  " 日本語のテキスト",
  " Привет, мир",
  " مرحبا",
  " 😀👍🏽",
  "#hashtag @user",
  " https://example.org/a?b=c",
  "…—“quoted”",
  " ALL CAPS!!!",
  "snake_case camelCase",
] as const;

/** Texts with seams of all kinds, the same every time. */
function fixedTexts(): string[] {
  const rng = createRng("tokenizer-check");
  const one = () => PIECES[Math.floor(rng() * PIECES.length)] ?? "";
  return Array.from({length: CHECKS}, (_, place) => Array.from({length: 2 + (place % 9)}, one).join(""));
}

/** At most as many, evenly spread over them. */
function spread(given: readonly string[]): string[] {
  const [count, step] = [Math.min(CHECKS, given.length), Math.max(1, given.length / CHECKS)];
  return Array.from({length: count}, (_, place) => given[Math.floor(place * step)] ?? "");
}

/**
 * Holds the tokeniser that prompts are written with to the server's own, every id the same: on 100 fixed texts, or on as
 * many of those given, evenly spread over them.
 *
 * @throws `tokenizer-mismatch` with the first text that differs
 */
export async function checkTokenizer(
  tokenize: Model["tokenize"],
  dialect: Pick<Dialect, "tokenize">,
  file: string,
  given: readonly string[] = fixedTexts(),
): Promise<void> {
  const all = spread(given);
  for (let done = 0; done < all.length; done += AT_ONCE) {
    await Promise.all(
      all.slice(done, done + AT_ONCE).map(async text => {
        const [own, theirs] = [tokenize(text), await dialect.tokenize(text)];
        if (own.length === theirs.length && own.every((token, place) => token === theirs[place])) return;
        throw new LabelscopeError({
          code: "tokenizer-mismatch",
          message: `${file} is not the tokeniser of the served model`,
          details: [
            `text    ${JSON.stringify(text)}`,
            `file    ${own.slice(0, 24).join(" ")}`,
            `server  ${theirs.slice(0, 24).join(" ")}`,
          ],
          next: "--tokenizer FILE with a GGUF file of the very model that is served; its quantisation does not matter",
        });
      }),
    );
  }
}
