import {pythonRepr} from "./python-string.ts";
import {TemplateError} from "./template-error.ts";
import {joined, OWN, Text} from "./text.ts";

/** A value as Python has it: a whole number is a `number`, a float a `Float`, `None` is null. */
export type Value =
  | null
  | boolean
  | number
  | Float
  | Text
  | List
  | Items
  | Dict
  | Undefined
  | Func
  | Namespace
  | Attributes;

export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A list, or a tuple, which nothing but its looks and equality tell from one. */
export class List {
  readonly items: readonly Value[];
  readonly tuple: boolean;
  /** How many values it holds, those inside its items included. */
  readonly nodes: number;
  constructor(items: readonly Value[], tuple = false) {
    this.items = items;
    this.tuple = tuple;
    this.nodes = nodesIn(items);
  }
}

/**
 * What Python goes through without its being a list: what `map`, `select` and their like give, once (`once`); a dict's
 * keys, values and entries (`view`); a `range`. Python prints none of them as a list, and what is gone through once is
 * true even where nothing is in it.
 */
export class Items {
  readonly kind: "once" | "view" | "range";
  readonly nodes: number;
  readonly #items: readonly Value[];
  #gone = false;
  constructor(kind: Items["kind"], items: readonly Value[]) {
    this.kind = kind;
    this.#items = items;
    this.nodes = nodesIn(items);
  }
  get size(): number {
    return this.#items.length;
  }
  /** @throws TemplateError the second time for what is there once: Python gives nothing then */
  take(): readonly Value[] {
    if (this.#gone) throw new TemplateError("what a filter gives is gone through twice: make it a list");
    this.#gone = this.kind === "once";
    return this.#items;
  }
}

/** The most values that one value may hold. */
const MOST_NODES = 200_000;

function nodesIn(items: readonly Value[]): number {
  const nodes = items.reduce<number>((sum, item) => sum + nodesOf(item), 1);
  if (nodes > MOST_NODES) throw new TemplateError("the template makes a list that is too long");
  return nodes;
}

/** A value and all that is inside it, counted. */
export function nodesOf(value: Value): number {
  return value instanceof List || value instanceof Dict || value instanceof Items ? value.nodes : 1;
}

/** Keys keep the order in which they came. */
export class Dict {
  readonly #entries = new Map<string, readonly [Value, Value]>();
  readonly nodes: number;
  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) {
      const hash = hashOf(key);
      this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value]);
    }
    this.nodes = nodesIn(this.entries().flat());
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1];
  }
  entries(): (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }
}

/** What a name or an attribute stands for that is not there. */
export class Undefined {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Func {
  readonly name: string;
  readonly call: (given: Arguments) => Value;
  constructor(name: string, call: (given: Arguments) => Value) {
    this.name = name;
    this.call = call;
  }
}

export class Namespace {
  readonly values: Map<string, Value>;
  constructor(values: Map<string, Value>) {
    this.values = values;
  }
}

/** Something with attributes and nothing else: `loop`. */
export class Attributes {
  readonly values: ReadonlyMap<string, Value>;
  constructor(values: ReadonlyMap<string, Value>) {
    this.values = values;
  }
}

/** Equal values have equal hashes. @throws TemplateError for a value that changes, as Python has it */
export function hashOf(key: Value): string {
  if (key instanceof Text) return `s${key.text}`;
  const number = numberOf(key);
  if (number !== undefined) return `n${number}`;
  if (key === null) return "none";
  if (key instanceof List && key.tuple) return `t${JSON.stringify(key.items.map(hashOf))}`;
  throw new TemplateError(`${typeName(key)} cannot be a key`);
}

/** The number that a value is; a truth value counts as 0 or 1. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (value instanceof Text) return value.text !== "";
  if (value instanceof List) return value.items.length > 0;
  if (value instanceof Items) return value.kind === "once" || value.size > 0;
  if (value instanceof Dict) return value.size > 0;
  const number = numberOf(value);
  return number === undefined || number !== 0;
}

export function equal(left: Value, right: Value): boolean {
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one !== undefined || other !== undefined) return one === other;
  if (left instanceof Text && right instanceof Text) return left.text === right.text;
  if (left instanceof List && right instanceof List) {
    return (
      left.tuple === right.tuple &&
      left.items.length === right.items.length &&
      left.items.every((item, place) => equal(item, right.items[place] ?? null))
    );
  }
  if (left instanceof Dict && right instanceof Dict) {
    return (
      left.size === right.size &&
      left.entries().every(([key, value]) => {
        const there = right.get(key);
        return there !== undefined && equal(value, there);
      })
    );
  }
  if (left instanceof Undefined && right instanceof Undefined) return true;
  return left === right;
}

/** Before (-1), after (1) or the same (0), as `<` has it. */
export function order(left: Value, right: Value): number {
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one !== undefined && other !== undefined) return Math.sign(one - other);
  if (left instanceof Text && right instanceof Text) return comparePoints(left.text, right.text);
  if (left instanceof List && right instanceof List && left.tuple === right.tuple) {
    for (const [place, item] of left.items.entries()) {
      const against = right.items[place];
      if (against === undefined) return 1;
      if (!equal(item, against)) return order(item, against);
    }
    return left.items.length < right.items.length ? -1 : 0;
  }
  throw new TemplateError(`${typeName(left)} and ${typeName(right)} have no order`);
}

/** By code points; UTF-16 puts those above U+FFFF elsewhere. */
export function comparePoints(left: string, right: string): number {
  const [one, other] = [Array.from(left), Array.from(right)];
  for (const [place, character] of one.entries()) {
    const difference = (character.codePointAt(0) ?? 0) - (other[place]?.codePointAt(0) ?? -1);
    if (difference !== 0) return Math.sign(difference);
  }
  return one.length < other.length ? -1 : 0;
}

export function typeName(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "a truth value";
  if (typeof value === "number") return "a whole number";
  if (value instanceof Float) return "a float";
  if (value instanceof Text) return "a string";
  if (value instanceof List) return value.tuple ? "a tuple" : "a list";
  if (value instanceof Dict) return "a dict";
  if (value instanceof Items)
    return {once: "what a filter gives", view: "a view of a dict", range: "a range"}[value.kind];
  if (value instanceof Undefined) return `undefined (${value.what})`;
  return value instanceof Func ? `the function ${value.name}` : "an object";
}

/** What a loop goes through. @throws TemplateError for a value that is no collection */
export function itemsOf(value: Value): readonly Value[] {
  if (value instanceof List) return value.items;
  if (value instanceof Items) return value.take();
  if (value instanceof Text) return value.characters();
  if (value instanceof Dict) return value.entries().map(([key]) => key);
  if (value instanceof Undefined) return [];
  throw new TemplateError(`${typeName(value)} cannot be gone through`);
}

/** A value as it is printed. */
export function print(value: Value): Text {
  if (value instanceof Text) return value;
  return value instanceof Undefined ? new Text("") : repr(value);
}

/** A value as it is printed inside a list. */
function repr(value: Value): Text {
  if (value === null) return new Text("None");
  if (typeof value === "boolean") return new Text(value ? "True" : "False");
  if (typeof value === "number") return new Text(wholeText(value));
  if (value instanceof Float) return new Text(floatText(value.value));
  if (value instanceof Text) {
    const written = pythonRepr(value.text);
    const plain = written.slice(1, -1);
    return plain === value.text
      ? joined([new Text(written[0] ?? ""), value, new Text(written.at(-1) ?? "")])
      : value.rewritten(written);
  }
  if (value instanceof List) {
    const inside = joined(value.items.map(repr), new Text(", "));
    const [open, close] = value.tuple ? ["(", value.items.length === 1 ? ",)" : ")"] : ["[", "]"];
    return joined([new Text(open ?? ""), inside, new Text(close ?? "")]);
  }
  if (value instanceof Dict) {
    const entries = value.entries().map(([key, item]) => joined([repr(key), new Text(": "), repr(item)]));
    return joined([new Text("{"), joined(entries, new Text(", ")), new Text("}")]);
  }
  if (value instanceof Undefined) return new Text("Undefined");
  throw new TemplateError(`${typeName(value)} cannot be printed here`);
}

function wholeText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TemplateError(`${value} is too large a whole number`);
  return Object.is(value, -0) ? "0" : String(value);
}

/** A float as Python writes it. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (Object.is(value, -0)) return "-0.0";
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = "", exponent = ""] = value.toExponential().split("e");
    return `${digits}e${exponent.startsWith("-") ? "-" : "+"}${exponent.slice(1).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A JSON value as a template sees it. @param mark of its strings */
export function fromJson(value: unknown, mark: string = OWN): Value {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return new Text(value, mark.repeat(value.length));
  if (typeof value === "number") return Number.isInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return new List(value.map(item => fromJson(item, mark)));
  if (typeof value === "object" && value !== undefined)
    return new Dict(Object.entries(value).map(([key, item]) => [new Text(key), fromJson(item, mark)] as const));
  throw new TemplateError(`${typeof value} is no JSON`);
}
