import {Given} from "./arguments.ts";
import {TemplateError} from "./template-error.ts";
import {Text} from "./text.ts";
import {
  type Arguments,
  Dict,
  equal,
  Float,
  Func,
  Items,
  isTrue,
  itemsOf,
  List,
  numberOf,
  order,
  typeName,
  Undefined,
  type Value,
} from "./value.ts";

type Test = (value: Value, other: () => Value) => boolean;

const equals: Test = (value, other) => equal(value, other());
const tests: Readonly<Record<string, Test>> = {
  defined: value => !(value instanceof Undefined),
  undefined: value => value instanceof Undefined,
  none: value => value === null,
  boolean: value => typeof value === "boolean",
  true: value => value === true,
  false: value => value === false,
  integer: value => typeof value === "number",
  float: value => value instanceof Float,
  number: value => numberOf(value) !== undefined,
  string: value => value instanceof Text,
  mapping: value => value instanceof Dict,
  iterable: value => isSequence(value) || value instanceof Items,
  sequence: isSequence,
  callable: value => value instanceof Func,
  odd: value => remainder(value, 2) === 1,
  even: value => remainder(value, 2) === 0,
  divisibleby: (value, other) => remainder(value, numberOf(other()) ?? 0) === 0,
  lower: value => value instanceof Text && isCased(value.text, "lower"),
  upper: value => value instanceof Text && isCased(value.text, "upper"),
  sameas: (value, other) => value === other(),
  in: (value, other) => contains(other(), value),
  eq: equals,
  equalto: equals,
  "==": equals,
  ne: (value, other) => !equal(value, other()),
  "!=": (value, other) => !equal(value, other()),
  lt: (value, other) => order(value, other()) < 0,
  lessthan: (value, other) => order(value, other()) < 0,
  "<": (value, other) => order(value, other()) < 0,
  le: (value, other) => order(value, other()) <= 0,
  "<=": (value, other) => order(value, other()) <= 0,
  gt: (value, other) => order(value, other()) > 0,
  greaterthan: (value, other) => order(value, other()) > 0,
  ">": (value, other) => order(value, other()) > 0,
  ge: (value, other) => order(value, other()) >= 0,
  ">=": (value, other) => order(value, other()) >= 0,
};

/** Whether a test holds. @throws TemplateError for a test that is not known */
export function holds(name: string, value: Value, given: Arguments): boolean {
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (test === undefined) throw new TemplateError(`the test ${name} is not known, or not rendered here`);
  const [other] = [...given.positional, ...given.named.values()];
  return test(value, () => other ?? new Given(name, ["other"], given).needed("other"));
}

/** The test that `select` and its like name, or being true where they name none. */
export function chosenTest(positional: readonly Value[]): (value: Value) => boolean {
  const [name, ...rest] = positional;
  if (name === undefined) return isTrue;
  if (!(name instanceof Text)) throw new TemplateError(`${typeName(name)} names no test`);
  return value => holds(name.text, value, {positional: rest, named: new Map()});
}

export function contains(within: Value, value: Value): boolean {
  if (within instanceof Text) {
    if (!(value instanceof Text)) throw new TemplateError(`in a string there is no ${typeName(value)}`);
    return within.text.includes(value.text);
  }
  if (within instanceof Dict) return within.get(value) !== undefined;
  return itemsOf(within).some(item => equal(item, value));
}

/** Of whole numbers and floats, with the sign of the divisor. */
export function remainder(value: Value, by: number): number {
  const number = numberOf(value);
  if (number === undefined) throw new TemplateError(`${typeName(value)} is no number`);
  if (by === 0) throw new TemplateError("a division by 0");
  return number - by * Math.floor(number / by);
}

function isSequence(value: Value): boolean {
  if (value instanceof Items) return value.kind === "range";
  return value instanceof List || value instanceof Text || value instanceof Dict || value instanceof Undefined;
}

function isCased(text: string, wanted: "lower" | "upper"): boolean {
  const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
  return lower !== upper && text === (wanted === "lower" ? lower : upper);
}
