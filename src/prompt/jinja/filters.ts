import {Given} from "./arguments.ts";
import {attributeOf, orUndefined} from "./attribute.ts";
import {type JsonOptions, json} from "./json.ts";
import {TemplateError} from "./template-error.ts";
import {chosenTest} from "./tests.ts";
import {joined, Text} from "./text.ts";
import {capitalize, lower, replace, splitLines, strip, upper} from "./text-work.ts";
import {
  type Arguments,
  Dict,
  Float,
  hashOf,
  Items,
  isTrue,
  itemsOf,
  List,
  numberOf,
  order,
  print,
  typeName,
  Undefined,
  type Value,
} from "./value.ts";

type Filter = readonly [parameters: readonly string[], apply: (value: Value, given: Given) => Value];
type OpenFilter = (value: Value, given: Arguments) => Value;

const defaulted: Filter = [
  ["default_value", "boolean"],
  (value, given) =>
    value instanceof Undefined || (isTrue(given.get("boolean") ?? false) && !isTrue(value))
      ? givenOr(given, "default_value", new Text(""))
      : value,
];
const length: Filter = [
  [],
  value => (value instanceof Dict || value instanceof Items ? sizeOf(value) : itemsOf(value).length),
];

const filters: Readonly<Record<string, Filter>> = {
  default: defaulted,
  d: defaulted,
  length,
  count: length,
  trim: [["chars"], (value, given) => strip(print(value), given.text("chars"))],
  upper: [[], value => upper(print(value))],
  lower: [[], value => lower(print(value))],
  capitalize: [[], value => capitalize(print(value))],
  title: [[], value => title(print(value))],
  string: [[], print],
  list: [[], value => new List(itemsOf(value))],
  first: [[], value => orUndefined(itemsOf(value)[0], "the first item of nothing")],
  last: [[], value => orUndefined(manyTimes(value).at(-1), "the last item of nothing")],
  reverse: [
    [],
    value => (value instanceof Text ? joined(value.characters().reverse()) : once([...manyTimes(value)].reverse())),
  ],
  abs: [[], value => withNumber(value, Math.abs)],
  int: [["default", "base"], (value, given) => whole(value, given)],
  float: [["default"], (value, given) => floating(value, given)],
  join: [
    ["d", "attribute"],
    (value, given) => {
      const read = byAttribute(given.get("attribute"), new Undefined("an attribute"));
      return joined(
        itemsOf(value).map(item => print(read(item))),
        print(given.get("d") ?? new Text("")),
      );
    },
  ],
  replace: [
    ["old", "new", "count"],
    (value, given) =>
      replace(print(value), print(given.needed("old")), print(given.needed("new")), given.whole("count") ?? -1),
  ],
  indent: [["width", "first", "blank"], (value, given) => indent(print(value), given)],
  tojson: [["ensure_ascii", "indent", "separators", "sort_keys"], (value, given) => json(value, jsonOptions(given))],
  items: [
    [],
    value => {
      if (value instanceof Undefined) return once([]);
      if (!(value instanceof Dict)) throw new TemplateError(`${typeName(value)} has no items`);
      return once(value.entries().map(entry => new List(entry, true)));
    },
  ],
  dictsort: [["case_sensitive", "by", "reverse"], (value, given) => dictSort(value, given)],
  sort: [
    ["reverse", "case_sensitive", "attribute"],
    (value, given) => {
      const read = byAttribute(given.get("attribute"), new Undefined("an attribute"));
      return sorted(itemsOf(value), item => folded(read(item), given), isTrue(given.get("reverse") ?? false));
    },
  ],
  unique: [
    ["case_sensitive", "attribute"],
    (value, given) => {
      const read = byAttribute(given.get("attribute"), new Undefined("an attribute"));
      const seen = new Set<string>();
      const kept = itemsOf(value).filter(item => {
        const before = seen.size;
        seen.add(hashOf(folded(read(item), given)));
        return seen.size > before;
      });
      return once(kept);
    },
  ],
  min: [["case_sensitive", "attribute"], (value, given) => extreme(value, given, -1)],
  max: [["case_sensitive", "attribute"], (value, given) => extreme(value, given, 1)],
  sum: [
    ["attribute", "start"],
    (value, given) => {
      const read = byAttribute(given.get("attribute"), new Undefined("an attribute"));
      const numbers = [given.get("start") ?? 0, ...itemsOf(value).map(read)];
      const total = numbers.reduce<number>((sum, item) => {
        const number = numberOf(item);
        if (number === undefined) throw new TemplateError(`${typeName(item)} cannot be summed`);
        return sum + number;
      }, 0);
      return numbers.some(item => item instanceof Float) ? new Float(total) : total;
    },
  ],
};

const openFilters: Readonly<Record<string, OpenFilter>> = {
  map: (value, given) => {
    const attribute = given.named.get("attribute");
    if (attribute !== undefined) {
      const read = byAttribute(attribute, given.named.get("default") ?? undefined);
      return once(itemsOf(value).map(read));
    }
    const [name, ...positional] = given.positional;
    if (!(name instanceof Text)) throw new TemplateError("map needs the name of a filter, or an attribute");
    return once(itemsOf(value).map(item => applyFilter(name.text, item, {positional, named: given.named})));
  },
  select: (value, {positional}) => once(itemsOf(value).filter(chosenTest(positional))),
  reject: (value, {positional}) => {
    const test = chosenTest(positional);
    return once(itemsOf(value).filter(item => !test(item)));
  },
  selectattr: (value, {positional}) => once(itemsOf(value).filter(testOfAttribute(positional))),
  rejectattr: (value, {positional}) => {
    const test = testOfAttribute(positional);
    return once(itemsOf(value).filter(item => !test(item)));
  },
};

function once(items: readonly Value[]): Items {
  return new Items("once", items);
}

/** What can be gone through from its end as well. @throws TemplateError for what is there once */
function manyTimes(value: Value): readonly Value[] {
  if (value instanceof Items && value.kind === "once")
    throw new TemplateError(`${typeName(value)} has no end to begin at: make it a list`);
  return itemsOf(value);
}

function sizeOf(value: Dict | Items): number {
  if (value instanceof Items && value.kind === "once")
    throw new TemplateError(`${typeName(value)} has no length: make it a list`);
  return value.size;
}

/** @throws TemplateError for a filter that is not known */
export function applyFilter(name: string, value: Value, given: Arguments): Value {
  const open = Object.hasOwn(openFilters, name) ? openFilters[name] : undefined;
  if (open !== undefined) return open(value, given);
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (filter === undefined) throw new TemplateError(`the filter ${name} is not known, or not rendered here`);
  const [parameters, apply] = filter;
  return apply(value, new Given(name, parameters, given));
}

function testOfAttribute([attribute, ...rest]: readonly Value[]): (item: Value) => boolean {
  if (attribute === undefined) throw new TemplateError("the name of an attribute is missing");
  const [read, test] = [byAttribute(attribute, undefined), chosenTest(rest)];
  return item => test(read(item));
}

/** Reads an attribute by its path (`a.b.0`); the item itself where there is none. */
function byAttribute(attribute: Value | undefined, otherwise: Value | undefined): (item: Value) => Value {
  if (attribute === undefined || attribute === null) return item => item;
  const path = typeof attribute === "number" ? [attribute] : attributePath(attribute);
  return item => {
    const found = path.reduce<Value>((value, part) => attributeOf(value, part, true), item);
    return found instanceof Undefined && otherwise !== undefined && !(otherwise instanceof Undefined)
      ? otherwise
      : found;
  };
}

function attributePath(attribute: Value): (string | number)[] {
  if (!(attribute instanceof Text)) throw new TemplateError(`${typeName(attribute)} names no attribute`);
  if (attribute.text.includes(",")) throw new TemplateError("several attributes are not rendered here");
  return attribute.text.split(".").map(part => (/^\d+$/.test(part) ? Number(part) : part));
}

function folded(value: Value, given: Given): Value {
  return value instanceof Text && !isTrue(given.get("case_sensitive") ?? false) ? lower(value) : value;
}

function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: boolean): List {
  const keyed = items.map(item => ({item, key: key(item)}));
  const signed = reverse ? -1 : 1;
  return new List(keyed.sort((one, other) => signed * order(one.key, other.key)).map(({item}) => item));
}

function dictSort(value: Value, given: Given): List {
  if (!(value instanceof Dict)) throw new TemplateError(`${typeName(value)} is no dict`);
  const by = given.text("by")?.text ?? "key";
  if (by !== "key" && by !== "value") throw new TemplateError("dictsort is by key or by value");
  const entries = value.entries().map(entry => new List(entry, true));
  const key = (item: Value) => (item instanceof List ? folded(item.items[by === "key" ? 0 : 1] ?? null, given) : item);
  return sorted(entries, key, isTrue(given.get("reverse") ?? false));
}

function extreme(value: Value, given: Given, sign: 1 | -1): Value {
  const read = byAttribute(given.get("attribute"), new Undefined("an attribute"));
  const [first, ...rest] = itemsOf(value);
  if (first === undefined) return new Undefined("an extreme of nothing");
  const key = (item: Value) => folded(read(item), given);
  return rest.reduce((best, item) => (sign * order(key(item), key(best)) > 0 ? item : best), first);
}

function withNumber(value: Value, change: (number: number) => number): Value {
  const number = numberOf(value);
  if (number === undefined) throw new TemplateError(`${typeName(value)} is no number`);
  return value instanceof Float ? new Float(change(number)) : change(number);
}

function whole(value: Value, given: Given): Value {
  if (given.get("base") !== undefined) throw new TemplateError("int with a base is not rendered here");
  if (value instanceof Undefined) throw new TemplateError(`${value.what} is undefined`);
  const otherwise = givenOr(given, "default", 0);
  const number = value instanceof Text ? textNumber(value.text) : numberOf(value);
  return number === undefined || !Number.isFinite(number) ? otherwise : Math.trunc(number);
}

function floating(value: Value, given: Given): Value {
  const number = value instanceof Text ? textNumber(value.text) : numberOf(value);
  return number === undefined ? givenOr(given, "default", new Float(0)) : new Float(number);
}

/** What is given, `None` included. */
function givenOr(given: Given, parameter: string, otherwise: Value): Value {
  const value = given.get(parameter);
  return value === undefined ? otherwise : value;
}

function textNumber(text: string): number | undefined {
  const plain = text.trim();
  if (/^[-+]?(nan|inf(inity)?)$/i.test(plain) || /[^\0-\x7f]/.test(plain.replaceAll(/[^\p{Nd}]/gu, "")))
    throw new TemplateError(`${JSON.stringify(plain)} as a number is not rendered here`);
  return /^[-+]?(\d+(_\d+)*(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(plain) ? Number(plain.replaceAll("_", "")) : undefined;
}

/** Jinja2's own title case: a capital after white space, a dash or an opening bracket. */
function title(text: Text): Text {
  const parts: Text[] = [];
  let from = 0;
  const word = (part: Text) => {
    if (part.text !== "") parts.push(capitalize(part));
  };
  for (const {0: between, index} of text.text.matchAll(/[-\s({[<]+/gu)) {
    word(text.slice(from, index));
    parts.push(text.slice(index, index + between.length));
    from = index + between.length;
  }
  word(text.slice(from));
  return joined(parts);
}

function indent(text: Text, given: Given): Text {
  const width = given.get("width") ?? 4;
  const by = width instanceof Text ? width : new Text(" ".repeat(Math.max(0, numberOf(width) ?? 0)));
  const newline = new Text("\n");
  const lines = splitLines(text.concat(newline));
  const blank = isTrue(given.get("blank") ?? false);
  const done = lines.map((line, place) => (place > 0 && (blank || line.text !== "") ? by.concat(line) : line));
  const whole = joined(done, newline);
  return isTrue(given.get("first") ?? false) ? by.concat(whole) : whole;
}

function jsonOptions(given: Given): JsonOptions {
  const indent = given.get("indent");
  const separators = given.get("separators");
  const [item, key] = separators instanceof List ? separators.items.map(part => print(part).text) : [];
  const step =
    indent === undefined || indent === null
      ? undefined
      : indent instanceof Text
        ? indent.text
        : " ".repeat(numberOf(indent) ?? 0);
  return {
    ensureAscii: isTrue(given.get("ensure_ascii") ?? false),
    indent: step,
    separators: [item ?? (step === undefined ? ", " : ","), key ?? ": "],
    sortKeys: isTrue(given.get("sort_keys") ?? false),
  };
}
