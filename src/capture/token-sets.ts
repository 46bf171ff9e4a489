import type {Vocabulary} from "../engine/engine.ts";
import {toBytes} from "../engine/vocabulary.ts";
import type {AnswerFormat} from "../prompt/format.ts";

/** Tokens that decide, after `written` (text since the end of an element), whether the list closes or goes on. */
export interface BranchSet {
  /** What has been written after the element without deciding anything: empty, or `"` in json. */
  readonly written: string;
  readonly close: readonly number[];
  readonly goOn: readonly number[];
}

/** The sets of tokens, by their text, that the capture needs at every position. */
export interface TokenSets {
  /** Tokens whose text begins with a terminator of an element (and end tokens, where they close the list). */
  readonly terminators: readonly number[];
  readonly branches: readonly BranchSet[];
}

/**
 * Sorts a vocabulary into what closes a list, goes on with it, or leaves it open, by text: `"]` and `"]}` both close,
 * `",` and `", "` both go on, `"` alone decides nothing yet.
 */
export function tokenSets(vocabulary: Vocabulary, format: AnswerFormat): TokenSets {
  const close = toBytes(format.closeEvent);
  const separator = toBytes(format.separator);
  const firsts = new Set([close[0], separator[0]]);
  const endTokens = format.endTokenCloses ? [...vocabulary.endTokens] : [];
  const starters = idsWhere(vocabulary, piece => firsts.has(piece[0]));
  const undecided = Array.from({length: sharedLength(close, separator) + 1}, (_, size) => close.slice(0, size));
  const branches = undecided.map(written => {
    const fits = (piece: string, event: string) => {
      const whole = written + piece;
      return piece !== "" && (whole.startsWith(event) || event.startsWith(whole));
    };
    const candidates =
      written === "" ? starters : idsWhere(vocabulary, piece => fits(piece, close) || fits(piece, separator));
    const piece = (id: number) => vocabulary.pieces[id] ?? "";
    return {
      written,
      close: [
        ...candidates.filter(id => fits(piece(id), close) && !fits(piece(id), separator)),
        ...(written === "" ? endTokens : []),
      ],
      goOn: candidates.filter(id => fits(piece(id), separator) && !fits(piece(id), close)),
    };
  });
  return {terminators: [...starters, ...endTokens], branches};
}

function idsWhere(vocabulary: Vocabulary, test: (piece: string) => boolean): number[] {
  const ids: number[] = [];
  vocabulary.pieces.forEach((piece, id) => {
    if (piece !== "" && !vocabulary.endTokens.has(id) && test(piece)) ids.push(id);
  });
  return ids;
}

function sharedLength(one: string, other: string): number {
  let size = 0;
  while (size < one.length && one[size] === other[size]) size++;
  return size;
}
