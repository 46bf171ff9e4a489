import type {Arithmetic, Comparison} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import {contains, remainder} from "./tests.ts";
import {refuseTooLong, Text} from "./text.ts";
import {equal, Float, List, numberOf, order, typeName, type Value} from "./value.ts";

/** @throws TemplateError for values that Python does not combine so */
export function calculate(operator: Arithmetic, left: Value, right: Value): Value {
  if (operator === "+") {
    if (left instanceof Text && right instanceof Text) return left.concat(right);
    if (left instanceof List && right instanceof List && left.tuple === right.tuple)
      return new List([...left.items, ...right.items], left.tuple);
  }
  if (operator === "*") {
    const repeated = repeat(left, right) ?? repeat(right, left);
    if (repeated !== undefined) return repeated;
  }
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one === undefined || other === undefined)
    throw new TemplateError(`${typeName(left)} ${operator} ${typeName(right)} cannot be calculated`);
  const floats = left instanceof Float || right instanceof Float;
  const result = (number: number) => (floats ? new Float(number) : number);
  switch (operator) {
    case "+":
      return result(one + other);
    case "-":
      return result(one - other);
    case "*":
      return result(one * other);
    case "%":
      return result(remainder(one, other));
    case "**":
      return other < 0 && !floats ? new Float(one ** other) : result(one ** other);
    default:
      if (other === 0) throw new TemplateError("a division by 0");
      return operator === "/" ? new Float(one / other) : result(Math.floor(one / other));
  }
}

function repeat(of: Value, times: Value): Value | undefined {
  if (typeof times !== "number" || !(of instanceof Text || of instanceof List)) return undefined;
  const count = Math.max(0, times);
  const size = of instanceof Text ? of.text.length : of.items.length;
  refuseTooLong(size * count);
  if (of instanceof Text) return new Text(of.text.repeat(count), of.marks.repeat(count));
  return new List(Array.from({length: count}, () => of.items).flat(), of.tuple);
}

export function compare(operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
      return order(left, right) < 0;
    case "<=":
      return order(left, right) <= 0;
    case ">":
      return order(left, right) > 0;
    case ">=":
      return order(left, right) >= 0;
  }
}
