import type {Token} from "./lex.ts";
import {pythonString} from "./python-string.ts";
import type {Arithmetic, Call, Comparison, Expression, Filter, Parameter, Target} from "./syntax.ts";
import {NO_ARGUMENTS} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";

/** The tokens of one block or expression, read from the front. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #line: number;
  #at = 0;

  constructor(tokens: readonly Token[], line: number) {
    this.#tokens = tokens;
    this.#line = line;
  }

  get line(): number {
    return this.#tokens[this.#at]?.line ?? this.#line;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.error("something is missing at the end");
    return token;
  }

  /** Whether the next token is this operator or word. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && token.type !== "string" && token.text === text;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.error(`${text} expected, found ${this.peek()?.text ?? "the end"}`);
  }

  expectEnd(): void {
    if (!this.atEnd) throw this.error(`unexpected ${this.peek()?.text}`);
  }

  name(): string {
    const token = this.next();
    if (token.type !== "name") throw this.error(`a name expected, found ${token.text}`);
    return token.text;
  }

  error(message: string): TemplateError {
    return new TemplateError(`line ${this.line}: ${message}`);
  }
}

/** Words that cannot be assigned to or begin an operand. */
const CONSTANTS: Readonly<Record<string, null | boolean>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

export function parseExpression(tokens: TokenReader, condition = true): Expression {
  return condition ? parseCondition(tokens) : parseOr(tokens);
}

function parseCondition(tokens: TokenReader): Expression {
  let value = parseOr(tokens);
  while (tokens.accept("if")) {
    const test = parseOr(tokens);
    value = {kind: "if", test, yes: value, no: tokens.accept("else") ? parseCondition(tokens) : undefined};
  }
  return value;
}

function parseOr(tokens: TokenReader): Expression {
  let left = parseAnd(tokens);
  while (tokens.accept("or")) left = {kind: "or", left, right: parseAnd(tokens)};
  return left;
}

function parseAnd(tokens: TokenReader): Expression {
  let left = parseNot(tokens);
  while (tokens.accept("and")) left = {kind: "and", left, right: parseNot(tokens)};
  return left;
}

function parseNot(tokens: TokenReader): Expression {
  const {line} = tokens;
  if (tokens.is("not")) {
    tokens.next();
    return {kind: "not", of: parseNot(tokens), line};
  }
  return parseCompare(tokens);
}

const COMPARISONS = ["==", "!=", "<=", ">=", "<", ">", "in"] as const;

function parseCompare(tokens: TokenReader): Expression {
  const {line} = tokens;
  const first = parseSum(tokens);
  const rest: {operator: Comparison; right: Expression}[] = [];
  for (;;) {
    const operator = COMPARISONS.find(candidate => tokens.is(candidate));
    if (operator !== undefined) {
      tokens.next();
      rest.push({operator, right: parseSum(tokens)});
    } else if (tokens.is("not") && tokens.is("in", 1)) {
      tokens.next();
      tokens.next();
      rest.push({operator: "not in", right: parseSum(tokens)});
    } else break;
  }
  return rest.length === 0 ? first : {kind: "compare", first, rest, line};
}

function leftToRight(
  tokens: TokenReader,
  operators: readonly Arithmetic[],
  operand: (tokens: TokenReader) => Expression,
): Expression {
  let left = operand(tokens);
  for (;;) {
    const operator = operators.find(candidate => tokens.is(candidate));
    if (operator === undefined) return left;
    const {line} = tokens;
    tokens.next();
    left = {kind: "binary", operator, left, right: operand(tokens), line};
  }
}

function parseSum(tokens: TokenReader): Expression {
  return leftToRight(tokens, ["+", "-"], parseConcat);
}

function parseConcat(tokens: TokenReader): Expression {
  const parts = [parseProduct(tokens)];
  while (tokens.accept("~")) parts.push(parseProduct(tokens));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : {kind: "concat", parts};
}

function parseProduct(tokens: TokenReader): Expression {
  return leftToRight(tokens, ["*", "/", "//", "%"], parsePower);
}

function parsePower(tokens: TokenReader): Expression {
  return leftToRight(tokens, ["**"], parseUnary);
}

function parseUnary(tokens: TokenReader, withFilters = true): Expression {
  const {line} = tokens;
  const sign = tokens.accept("-") ? "minus" : tokens.accept("+") ? "plus" : undefined;
  const operand: Expression =
    sign === undefined ? parsePrimary(tokens) : {kind: sign, of: parseUnary(tokens, false), line};
  const value = parsePostfix(tokens, operand);
  return withFilters ? parseTail(tokens, value) : value;
}

function parsePrimary(tokens: TokenReader): Expression {
  const token = tokens.next();
  if (token.type === "name") {
    const constant = CONSTANTS[token.text];
    if (constant !== undefined && Object.hasOwn(CONSTANTS, token.text)) return {kind: "literal", value: constant};
    return {kind: "name", name: token.text};
  }
  if (token.type === "string") {
    let value = pythonString(token.text);
    while (tokens.peek()?.type === "string") value += pythonString(tokens.next().text);
    return {kind: "literal", value};
  }
  if (token.type === "integer" || token.type === "float") {
    const value = Number(token.text.replaceAll("_", ""));
    return {kind: "literal", value, ...(token.type === "float" ? {float: true} : {})};
  }
  if (token.text === "(") {
    const value = parseTuple(tokens, {parentheses: true});
    tokens.expect(")");
    return value;
  }
  if (token.text === "[") return {kind: "list", items: parseItems(tokens, "]", parseExpression)};
  if (token.text === "{") {
    const entries = parseItems(tokens, "}", reader => {
      const key = parseExpression(reader);
      reader.expect(":");
      return [key, parseExpression(reader)] as const;
    });
    return {kind: "dict", entries};
  }
  throw tokens.error(`unexpected ${token.text}`);
}

/** Items with commas between them, up to a closing bracket; a comma may stand at the end. */
function parseItems<Item>(tokens: TokenReader, close: string, item: (tokens: TokenReader) => Item): Item[] {
  const items: Item[] = [];
  while (!tokens.accept(close)) {
    if (items.length > 0) tokens.expect(",");
    if (tokens.accept(close)) break;
    items.push(item(tokens));
  }
  return items;
}

/** One expression, or a tuple of several with commas between them. */
export function parseTuple(
  tokens: TokenReader,
  {condition = true, parentheses = false}: {readonly condition?: boolean; readonly parentheses?: boolean} = {},
): Expression {
  const ended = () => tokens.atEnd || tokens.is(")") || tokens.is("]") || tokens.is("if") || tokens.is("recursive");
  const items: Expression[] = [];
  let comma = false;
  while (!ended()) {
    items.push(parseExpression(tokens, condition));
    if (!tokens.accept(",")) break;
    comma = true;
  }
  const [only] = items;
  if (!comma && only !== undefined) return only;
  if (items.length === 0 && !parentheses) throw tokens.error("an expression is missing");
  return {kind: "tuple", items};
}

export function parseTarget(tokens: TokenReader, ends: readonly string[], members = false): Target {
  const items: Target[] = [];
  let comma = false;
  while (!tokens.atEnd && !ends.some(end => tokens.is(end)) && !tokens.is(")")) {
    if (tokens.accept("(")) {
      items.push(parseTarget(tokens, [")"]));
      tokens.expect(")");
    } else {
      const name = tokens.name();
      if (Object.hasOwn(CONSTANTS, name)) throw tokens.error(`${name} cannot be assigned to`);
      items.push(
        members && tokens.accept(".") ? {kind: "member", of: name, name: tokens.name()} : {kind: "name", name},
      );
    }
    if (!tokens.accept(",")) break;
    comma = true;
  }
  const [only] = items;
  if (only === undefined) throw tokens.error("a name to assign to is missing");
  return comma ? {kind: "tuple", items} : only;
}

function parsePostfix(tokens: TokenReader, operand: Expression): Expression {
  let value = operand;
  for (;;) {
    const {line} = tokens;
    if (tokens.accept(".")) {
      const token = tokens.next();
      if (token.type === "name") value = {kind: "attribute", of: value, name: token.text, line};
      else if (token.type === "integer")
        value = {kind: "item", of: value, key: {kind: "literal", value: Number(token.text)}, line};
      else throw tokens.error(`a name expected, found ${token.text}`);
    } else if (tokens.accept("[")) value = parseSubscript(tokens, value, line);
    else if (tokens.is("(")) value = {kind: "call", of: value, call: parseCall(tokens), line};
    else return value;
  }
}

function parseSubscript(tokens: TokenReader, of: Expression, line: number): Expression {
  const bound = () => (tokens.is(":") || tokens.is("]") ? undefined : parseExpression(tokens));
  const start = bound();
  if (!tokens.accept(":")) {
    if (start === undefined) throw tokens.error("a subscript is missing");
    tokens.expect("]");
    return {kind: "item", of, key: start, line};
  }
  const stop = bound();
  const step = tokens.accept(":") ? bound() : undefined;
  tokens.expect("]");
  return {kind: "slice", of, start, stop, step, line};
}

/** Filters, tests and calls after an operand. */
function parseTail(tokens: TokenReader, operand: Expression): Expression {
  let value = operand;
  for (;;) {
    const {line} = tokens;
    if (tokens.is("|")) {
      for (const {name, call} of parseFilters(tokens, false)) value = {kind: "filter", of: value, name, call, line};
    } else if (tokens.accept("is")) value = parseTest(tokens, value, line);
    else if (tokens.is("(")) value = {kind: "call", of: value, call: parseCall(tokens), line};
    else return value;
  }
}

function parseTest(tokens: TokenReader, of: Expression, line: number): Expression {
  const negated = tokens.accept("not");
  const name = dotted(tokens);
  const next = tokens.peek();
  const begins =
    next !== undefined &&
    (["string", "integer", "float"].includes(next.type) ||
      (next.type === "name" && !["else", "or", "and", "if", "in", "not"].includes(next.text)) ||
      tokens.is("[") ||
      tokens.is("{"));
  if (begins && tokens.is("is")) throw tokens.error("tests cannot be chained with is");
  const call = tokens.is("(")
    ? parseCall(tokens)
    : begins
      ? {...NO_ARGUMENTS, positional: [parsePostfix(tokens, parsePrimary(tokens))]}
      : NO_ARGUMENTS;
  const test: Expression = {kind: "test", of, name, call, line};
  return negated ? {kind: "not", of: test, line} : test;
}

/** @param bare the first one stands without a bar before it */
export function parseFilters(tokens: TokenReader, bare: boolean): Filter[] {
  const filters: Filter[] = [];
  while (bare && filters.length === 0 ? true : tokens.accept("|")) {
    filters.push({name: dotted(tokens), call: tokens.is("(") ? parseCall(tokens) : NO_ARGUMENTS});
  }
  return filters;
}

function dotted(tokens: TokenReader): string {
  let name = tokens.name();
  while (tokens.accept(".")) name += `.${tokens.name()}`;
  return name;
}

function parseCall(tokens: TokenReader): Call {
  tokens.expect("(");
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let [spread, spreadNamed]: [Expression | undefined, Expression | undefined] = [undefined, undefined];
  parseItems(tokens, ")", reader => {
    if (reader.accept("*")) spread = parseExpression(reader);
    else if (reader.accept("**")) spreadNamed = parseExpression(reader);
    else if (reader.peek()?.type === "name" && reader.is("=", 1)) {
      const name = reader.name();
      reader.next();
      named.push([name, parseExpression(reader)]);
    } else if (named.length > 0) throw reader.error("a positional argument stands after a named one");
    else positional.push(parseExpression(reader));
  });
  return {positional, named, spread, spreadNamed};
}

export function parseParameters(tokens: TokenReader): Parameter[] {
  tokens.expect("(");
  return parseItems(tokens, ")", reader => {
    const name = reader.name();
    return {name, byDefault: reader.accept("=") ? parseExpression(reader) : undefined};
  });
}
