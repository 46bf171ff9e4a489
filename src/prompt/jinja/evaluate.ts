import {calculate, compare} from "./arithmetic.ts";
import {attributeOf, orUndefined, subscript} from "./attribute.ts";
import {applyFilter} from "./filters.ts";
import type {Scope} from "./scope.ts";
import {sliced} from "./sequence.ts";
import type {Call, Expression} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import {holds} from "./tests.ts";
import {joined, Text} from "./text.ts";
import {
  type Arguments,
  Dict,
  Float,
  Func,
  isTrue,
  itemsOf,
  List,
  numberOf,
  print,
  typeName,
  Undefined,
  type Value,
} from "./value.ts";

/** The value of an expression. @throws TemplateError with the line */
export function evaluate(expression: Expression, scope: Scope): Value {
  scope.limits.step();
  const value = evaluated(expression, scope);
  scope.limits.made(value);
  return value;
}

function evaluated(expression: Expression, scope: Scope): Value {
  const of = (part: Expression) => evaluate(part, scope);
  switch (expression.kind) {
    case "literal":
      return literal(expression.value, expression.float === true);
    case "name":
      return orUndefined(scope.get(expression.name), expression.name);
    case "list":
      return new List(expression.items.map(of));
    case "tuple":
      return new List(expression.items.map(of), true);
    case "dict":
      return new Dict(expression.entries.map(([key, value]) => [of(key), of(value)] as const));
    case "and": {
      const left = of(expression.left);
      return isTrue(left) ? of(expression.right) : left;
    }
    case "or": {
      const left = of(expression.left);
      return isTrue(left) ? left : of(expression.right);
    }
    case "if":
      if (isTrue(of(expression.test))) return of(expression.yes);
      return expression.no === undefined ? new Undefined("an if without else") : of(expression.no);
    case "concat":
      return joined(expression.parts.map(part => print(of(unmarked(part)))));
    default:
      return atLine(expression.line, () => evaluateAt(expression, scope, of));
  }
}

/**
 * `safe` changes nothing where its value is printed or joined by `~`; elsewhere it would escape what is added to it, and is
 * refused.
 */
export function unmarked(value: Expression): Expression {
  return value.kind === "filter" && value.name === "safe" ? value.of : value;
}

type Lined = Extract<Expression, {readonly line: number}>;

function evaluateAt(expression: Lined, scope: Scope, of: (part: Expression) => Value): Value {
  switch (expression.kind) {
    case "not":
      return !isTrue(of(expression.of));
    case "minus":
    case "plus":
      return signed(of(expression.of), expression.kind === "minus" ? -1 : 1);
    case "binary":
      return calculate(expression.operator, of(expression.left), of(expression.right));
    case "compare":
      return compareAll(expression, of);
    case "attribute":
      return attributeOf(of(expression.of), expression.name, false);
    case "item":
      return subscript(of(expression.of), of(expression.key));
    case "slice": {
      const bound = (part: Expression | undefined) => (part === undefined ? undefined : wholeOrNone(of(part)));
      const {start, stop, step} = expression;
      const value = of(expression.of);
      if (value instanceof Undefined) throw new TemplateError(`${value.what} is undefined`);
      return sliced(value, {start: bound(start), stop: bound(stop), step: bound(step)});
    }
    case "filter":
      return applyFilter(expression.name, of(expression.of), argumentsOf(expression.call, scope));
    case "test":
      return holds(expression.name, of(expression.of), argumentsOf(expression.call, scope));
    case "call": {
      const called = of(expression.of);
      if (!(called instanceof Func)) throw new TemplateError(`${typeName(called)} cannot be called`);
      return called.call(argumentsOf(expression.call, scope));
    }
  }
}

/** Names the line in what goes wrong, the innermost one. */
export function atLine<Result>(line: number, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateError) || /^line \d+: /.test(error.message)) throw error;
    throw new TemplateError(`line ${line}: ${error.message}`);
  }
}

function literal(value: null | boolean | number | string, float: boolean): Value {
  if (typeof value === "string") return new Text(value);
  return typeof value === "number" && float ? new Float(value) : value;
}

function signed(value: Value, sign: 1 | -1): Value {
  const number = numberOf(value);
  if (number === undefined) throw new TemplateError(`${typeName(value)} has no sign`);
  return value instanceof Float ? new Float(sign * number) : sign * number;
}

function compareAll({first, rest}: Extract<Expression, {kind: "compare"}>, of: (part: Expression) => Value): boolean {
  let left = of(first);
  for (const {operator, right: part} of rest) {
    const right = of(part);
    if (!compare(operator, left, right)) return false;
    left = right;
  }
  return true;
}

function wholeOrNone(value: Value): number | undefined {
  if (value === null) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return numberOf(value);
  throw new TemplateError(`${typeName(value)} is no place to cut at`);
}

export function argumentsOf({positional, named, spread, spreadNamed}: Call, scope: Scope): Arguments {
  const given = positional.map(part => evaluate(part, scope));
  const more = spread === undefined ? [] : itemsOf(evaluate(spread, scope));
  const names = new Map(named.map(([name, part]) => [name, evaluate(part, scope)] as const));
  if (spreadNamed !== undefined) {
    const dict = evaluate(spreadNamed, scope);
    if (!(dict instanceof Dict)) throw new TemplateError(`${typeName(dict)} cannot follow **`);
    for (const [key, value] of dict.entries()) names.set(print(key).text, value);
  }
  return {positional: [...given, ...more], named: names};
}
