import type {Model, Vocabulary} from "../engine/engine.ts";
import {startsWith} from "../engine/starts-with.ts";
import {toBytes} from "../engine/vocabulary.ts";

/** Shows what a tokeniser does at the beginning of a text, and merges with nothing; the first that shows it is taken. */
const ANCHORS = ["\u0001", "\n", "\u2063", "|", "]"];
/** How far after a special token's text it is looked at how the text is tokenised. */
const WINDOW = 40;

/**
 * Whether a special token stands for plain text: white space, or a single character. SentencePiece vocabularies list runs
 * of spaces and line breaks as user-defined, and a text that holds them is meant to become them.
 */
function isPlain({pieces}: Vocabulary, text: string, id: number): boolean {
  return pieces[id] !== "" && (text.trim() === "" || Array.from(text).length === 1);
}

/** The special tokens that a text must not become by its looks, and that a chat template writes; ids by text. */
export function markupTokens(vocabulary: Vocabulary): ReadonlyMap<string, number> {
  return remembered(
    markups,
    vocabulary,
    () => new Map([...vocabulary.specialTokens].filter(([text, id]) => text !== "" && !isPlain(vocabulary, text, id))),
  );
}

/**
 * Tokens of a text that is data: what looks like a special token in it stays text.
 *
 * Engines leave control tokens alone in such a text and still match user-defined ones (llama.cpp does, with
 * `parse_special` off, too): there the text is cut inside the token's own text, at the place where most cuts agree on the
 * tokens, which is one where the tokeniser has a boundary anyway.
 *
 * @param continues the text goes on with another: no space is put in front of it, as SentencePiece vocabularies do at the
 *   beginning of a text
 */
export function plainTokens(model: Model, text: string, continues = false): number[] {
  const pattern = userDefined(model.vocabulary);
  if (pattern === undefined || !pattern.test(text)) return piece(model, text, continues);
  const tokens: number[] = [];
  let from = 0;
  for (;;) {
    const found = pattern.exec(text.slice(from));
    const going = continues || from > 0;
    if (found === null) return [...tokens, ...piece(model, text.slice(from), going)];
    const cut = bestCut(
      model,
      text,
      {from, start: from + found.index, size: found[0].length, continues: going},
      pattern,
    );
    for (const one of piece(model, text.slice(from, cut), going)) tokens.push(one);
    from = cut;
  }
}

interface Match {
  readonly from: number;
  readonly start: number;
  readonly size: number;
  readonly continues: boolean;
}

/** Where to cut inside a token's text: where most cuts give the same tokens, then the fewest, then the first. */
function bestCut(model: Model, text: string, {from, start, size, continues}: Match, pattern: RegExp): number {
  const after = pattern.exec(text.slice(start + size));
  const end = Math.min(start + size + WINDOW, after === null ? text.length : start + size + after.index + 1);
  const groups = new Map<string, {readonly cut: number; readonly tokens: number; readonly count: number}>();
  for (let cut = start + 1; cut < start + size; cut++) {
    if (isInsideCharacter(text, cut) || pattern.test(text.slice(from, cut)) || pattern.test(text.slice(cut, end)))
      continue;
    const found = [...piece(model, text.slice(from, cut), continues), ...piece(model, text.slice(cut, end), true)];
    const known = groups.get(found.join());
    groups.set(found.join(), {cut: known?.cut ?? cut, tokens: found.length, count: (known?.count ?? 0) + 1});
  }
  const [best] = [...groups.values()].sort((a, b) => b.count - a.count || a.tokens - b.tokens || a.cut - b.cut);
  return best?.cut ?? start + 1;
}

function isInsideCharacter(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** Tokens of a text that holds no user-defined token. */
function piece(model: Model, text: string, continues: boolean): number[] {
  if (text === "") return [];
  if (!continues || !putsSpaceFirst(model)) return model.tokenize(text);
  for (const anchor of ANCHORS) {
    const [before, whole] = [model.tokenize(anchor), model.tokenize(anchor + text)];
    if (!startsWith(whole, before)) continue;
    const tokens = whole.slice(before.length);
    if (tokens.map(token => model.vocabulary.pieces[token] ?? "").join("") === toBytes(text)) return tokens;
  }
  return model.tokenize(text);
}

/** Whether the tokeniser puts a space in front of a text, as `add_space_prefix` of a GGUF file asks for. */
function putsSpaceFirst(model: Model): boolean {
  return remembered(spaceFirst, model, () => {
    const written = model.tokenize("a").map(token => model.vocabulary.pieces[token] ?? "");
    return written.join("") === " a";
  });
}

/** Finds user-defined tokens that are markup; undefined where there are none. */
function userDefined(vocabulary: Vocabulary): RegExp | undefined {
  return remembered(patterns, vocabulary, () => {
    const texts = [...markupTokens(vocabulary)].flatMap(([text, id]) => (vocabulary.pieces[id] === "" ? [] : [text]));
    if (texts.length === 0) return undefined;
    const escaped = texts.sort((a, b) => a.length - b.length).map(text => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
    return new RegExp(escaped.join("|"));
  });
}

const markups = new WeakMap<Vocabulary, ReadonlyMap<string, number>>();
const patterns = new WeakMap<Vocabulary, RegExp | undefined>();
const spaceFirst = new WeakMap<Model, boolean>();

/** A property of a vocabulary or model, worked out once. */
function remembered<Of extends object, Found>(found: WeakMap<Of, Found>, of: Of, work: () => Found): Found {
  const known = found.get(of);
  if (known !== undefined || found.has(of)) return known ?? work();
  const made = work();
  found.set(of, made);
  return made;
}
