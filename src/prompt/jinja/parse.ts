import {lex, type Piece} from "./lex.ts";
import {
  parseExpression,
  parseFilters,
  parseParameters,
  parseTarget,
  parseTuple,
  TokenReader,
} from "./parse-expression.ts";
import type {Expression, Statement} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";

/**
 * Reads a template: Jinja2's own statements, loop controls, and the `generation` block of transformers.
 *
 * @throws TemplateError with the line, for what Jinja2 refuses, and for what is not rendered here: including other files,
 *   `do`, `recursive` loops
 */
export function parse(source: string): Statement[] {
  const reader = new PieceReader(lex(source));
  const {body, end} = parseBody(reader, [], false);
  if (end !== undefined) throw new TemplateError(`line ${end.line}: unexpected {% ${end.word} %}`);
  return body;
}

class PieceReader {
  readonly #pieces: readonly Piece[];
  #at = 0;
  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }
  next(): Piece | undefined {
    return this.#pieces[this.#at++];
  }
}

/** The block that a body ends at. */
interface End {
  readonly word: string;
  readonly tokens: TokenReader;
  readonly line: number;
}

function parseBody(
  reader: PieceReader,
  ends: readonly string[],
  inLoop: boolean,
): {readonly body: Statement[]; readonly end: End | undefined} {
  const body: Statement[] = [];
  for (let piece = reader.next(); piece !== undefined; piece = reader.next()) {
    if (piece.kind === "text") {
      body.push(piece);
      continue;
    }
    const tokens = new TokenReader(piece.tokens, piece.line);
    if (piece.kind === "print") {
      body.push({kind: "print", value: parseTuple(tokens), line: piece.line});
      tokens.expectEnd();
      continue;
    }
    const word = tokens.name();
    if (ends.includes(word)) return {body, end: {word, tokens, line: piece.line}};
    body.push(parseBlock(word, tokens, reader, piece.line, inLoop));
  }
  return {body, end: undefined};
}

/** A body that must be ended by one of these. */
function bodyUntil(
  reader: PieceReader,
  ends: readonly string[],
  inLoop: boolean,
  line: number,
): {readonly body: Statement[]; readonly end: End} {
  const {body, end} = parseBody(reader, ends, inLoop);
  if (end === undefined) throw new TemplateError(`line ${line}: {% ${ends.at(-1)} %} is missing`);
  return {body, end};
}

/** A body that only this ends. */
function bodyOf(reader: PieceReader, end: string, inLoop: boolean, line: number): Statement[] {
  const {body, end: ended} = bodyUntil(reader, [end], inLoop, line);
  ended.tokens.expectEnd();
  return body;
}

function parseBlock(word: string, tokens: TokenReader, reader: PieceReader, line: number, inLoop: boolean): Statement {
  switch (word) {
    case "if":
      return parseIf(tokens, reader, line, inLoop);
    case "for":
      return parseFor(tokens, reader, line, inLoop);
    case "set":
      return parseSet(tokens, reader, line);
    case "macro": {
      const name = tokens.name();
      const parameters = parseParameters(tokens);
      tokens.expectEnd();
      return {kind: "macro", name, parameters, body: bodyOf(reader, "endmacro", false, line)};
    }
    case "call": {
      const parameters = tokens.is("(") ? parseParameters(tokens) : [];
      const call = parseExpression(tokens);
      tokens.expectEnd();
      if (call.kind !== "call") throw tokens.error("{% call %} needs a call");
      return {kind: "callBlock", call, parameters, body: bodyOf(reader, "endcall", false, line), line};
    }
    case "filter": {
      const filters = parseFilters(tokens, true);
      tokens.expectEnd();
      return {kind: "filterBlock", filters, body: bodyOf(reader, "endfilter", inLoop, line), line};
    }
    case "with":
      return parseWith(tokens, reader, line, inLoop);
    case "generation":
      tokens.expectEnd();
      return {kind: "generation", body: bodyOf(reader, "endgeneration", false, line)};
    case "break":
    case "continue":
      tokens.expectEnd();
      if (!inLoop) throw new TemplateError(`line ${line}: {% ${word} %} outside a loop`);
      return {kind: word};
    default:
      throw new TemplateError(`line ${line}: {% ${word} %} is not known, or not rendered here`);
  }
}

function parseIf(tokens: TokenReader, reader: PieceReader, line: number, inLoop: boolean): Statement {
  const branches: {test: Expression; body: Statement[]}[] = [];
  let test = parseTuple(tokens, {condition: false});
  tokens.expectEnd();
  for (;;) {
    const {body, end} = bodyUntil(reader, ["elif", "else", "endif"], inLoop, line);
    branches.push({test, body});
    if (end.word === "elif") {
      test = parseTuple(end.tokens, {condition: false});
      end.tokens.expectEnd();
      continue;
    }
    end.tokens.expectEnd();
    return {kind: "if", branches, otherwise: end.word === "else" ? bodyOf(reader, "endif", inLoop, line) : []};
  }
}

function parseFor(tokens: TokenReader, reader: PieceReader, line: number, inLoop: boolean): Statement {
  const target = parseTarget(tokens, ["in"]);
  tokens.expect("in");
  const over = parseTuple(tokens, {condition: false});
  const test = tokens.accept("if") ? parseExpression(tokens) : undefined;
  if (tokens.accept("recursive")) throw tokens.error("recursive loops are not rendered here");
  tokens.expectEnd();
  const {body, end} = bodyUntil(reader, ["else", "endfor"], true, line);
  end.tokens.expectEnd();
  const otherwise = end.word === "else" ? bodyOf(reader, "endfor", inLoop, line) : [];
  return {kind: "for", target, over, test, body, otherwise, line};
}

function parseSet(tokens: TokenReader, reader: PieceReader, line: number): Statement {
  const target = parseTarget(tokens, ["="], true);
  if (tokens.accept("=")) {
    const value = parseTuple(tokens);
    tokens.expectEnd();
    return {kind: "set", target, value, line};
  }
  const filters = parseFilters(tokens, false);
  tokens.expectEnd();
  return {kind: "setBlock", target, filters, body: bodyOf(reader, "endset", false, line), line};
}

function parseWith(tokens: TokenReader, reader: PieceReader, line: number, inLoop: boolean): Statement {
  const values: (readonly [ReturnType<typeof parseTarget>, Expression])[] = [];
  while (!tokens.atEnd) {
    if (values.length > 0) tokens.expect(",");
    const name = tokens.name();
    tokens.expect("=");
    values.push([{kind: "name", name}, parseExpression(tokens)]);
  }
  return {kind: "with", values, body: bodyOf(reader, "endwith", inLoop, line)};
}
