import {Given} from "./arguments.ts";
import {TemplateError} from "./template-error.ts";
import {joined, Text} from "./text.ts";
import {
  capitalize,
  isSpace,
  lower,
  replace,
  rightSplit,
  split,
  splitLines,
  strip,
  titleWords,
  upper,
} from "./text-work.ts";
import {type Arguments, Dict, equal, Func, Items, itemsOf, List, typeName, type Value} from "./value.ts";

/** A method: the names of its parameters, and what it gives. */
type Method<Of> = readonly [parameters: readonly string[], call: (of: Of, given: Given) => Value];

const texts: Readonly<Record<string, Method<Text>>> = {
  strip: [["chars"], (text, given) => strip(text, given.text("chars"))],
  lstrip: [["chars"], (text, given) => strip(text, given.text("chars"), "left")],
  rstrip: [["chars"], (text, given) => strip(text, given.text("chars"), "right")],
  upper: [[], upper],
  lower: [[], lower],
  capitalize: [[], capitalize],
  title: [[], titleWords],
  split: [
    ["sep", "maxsplit"],
    (text, given) => new List(split(text, given.text("sep"), given.whole("maxsplit") ?? -1)),
  ],
  rsplit: [
    ["sep", "maxsplit"],
    (text, given) => new List(rightSplit(text, given.text("sep"), given.whole("maxsplit") ?? -1)),
  ],
  splitlines: [["keepends"], (text, given) => new List(splitLines(text, given.get("keepends") === true))],
  replace: [
    ["old", "new", "count"],
    (text, given) => replace(text, given.neededText("old"), given.neededText("new"), given.whole("count") ?? -1),
  ],
  startswith: [["prefix"], (text, given) => affixes(given.needed("prefix")).some(affix => text.text.startsWith(affix))],
  endswith: [["suffix"], (text, given) => affixes(given.needed("suffix")).some(affix => text.text.endsWith(affix))],
  removeprefix: [
    ["prefix"],
    (text, given) => {
      const {text: prefix} = given.neededText("prefix");
      return text.text.startsWith(prefix) ? text.slice(prefix.length) : text;
    },
  ],
  removesuffix: [
    ["suffix"],
    (text, given) => {
      const {text: suffix} = given.neededText("suffix");
      return suffix !== "" && text.text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
    },
  ],
  partition: [["sep"], (text, given) => partition(text, given.neededText("sep"), false)],
  rpartition: [["sep"], (text, given) => partition(text, given.neededText("sep"), true)],
  find: [["sub"], (text, given) => placeOf(text, text.text.indexOf(given.neededText("sub").text))],
  rfind: [["sub"], (text, given) => placeOf(text, text.text.lastIndexOf(given.neededText("sub").text))],
  count: [["sub"], (text, given) => text.text.split(given.neededText("sub").text).length - 1],
  join: [["iterable"], (text, given) => joined(itemsOf(given.needed("iterable")).map(asText), text)],
  isdigit: [[], text => isDigits(text.text)],
  isspace: [[], text => isSpace(text.text)],
  isalpha: [[], text => /^\p{L}+$/u.test(text.text)],
  isalnum: [[], text => /^[\p{L}\p{N}]+$/u.test(text.text)],
  isupper: [[], text => text.text === text.text.toUpperCase() && text.text !== text.text.toLowerCase()],
  islower: [[], text => text.text === text.text.toLowerCase() && text.text !== text.text.toUpperCase()],
};

const dicts: Readonly<Record<string, Method<Dict>>> = {
  get: [
    ["key", "default"],
    (dict, given) => {
      const found = dict.get(given.needed("key"));
      return found === undefined ? (given.get("default") ?? null) : found;
    },
  ],
  items: [
    [],
    dict =>
      new Items(
        "view",
        dict.entries().map(entry => new List(entry, true)),
      ),
  ],
  keys: [
    [],
    dict =>
      new Items(
        "view",
        dict.entries().map(([key]) => key),
      ),
  ],
  values: [
    [],
    dict =>
      new Items(
        "view",
        dict.entries().map(([, value]) => value),
      ),
  ],
};

const lists: Readonly<Record<string, Method<List>>> = {
  count: [["value"], (list, given) => list.items.filter(item => equal(item, given.needed("value"))).length],
  index: [
    ["value"],
    (list, given) => {
      const place = list.items.findIndex(item => equal(item, given.needed("value")));
      if (place < 0) throw new TemplateError("index: the value is not in the list");
      return place;
    },
  ],
};

/** Methods that Python has and that are not rendered here, so that they are no undefined attributes. */
const REFUSED = {
  text: "casefold center encode expandtabs format format_map index isascii isdecimal isidentifier isnumeric isprintable istitle ljust maketrans rindex rjust swapcase translate zfill",
  dict: "clear copy fromkeys pop popitem setdefault update",
  list: "append clear copy extend insert pop remove reverse sort",
};

/** The method of a value, or undefined where its type has none of this name. @throws TemplateError for one that is refused */
export function methodOf(of: Value, name: string): Func | undefined {
  if (of instanceof Text) return bound(of, name, texts, REFUSED.text);
  if (of instanceof Dict) return bound(of, name, dicts, REFUSED.dict);
  return of instanceof List ? bound(of, name, lists, REFUSED.list) : undefined;
}

function bound<Of extends Value>(
  of: Of,
  name: string,
  methods: Readonly<Record<string, Method<Of>>>,
  refused: string,
): Func | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method !== undefined) {
    const [parameters, call] = method;
    return new Func(name, (given: Arguments) => call(of, new Given(name, parameters, given)));
  }
  if (refused.split(" ").includes(name) || name.startsWith("__"))
    throw new TemplateError(`${name} of ${typeName(of)} is not rendered here`);
  return undefined;
}

function affixes(value: Value): string[] {
  if (value instanceof Text) return [value.text];
  if (value instanceof List && value.tuple) return value.items.map(item => asText(item).text);
  throw new TemplateError(`${typeName(value)} is neither a string nor a tuple of strings`);
}

export function asText(value: Value): Text {
  if (value instanceof Text) return value;
  throw new TemplateError(`${typeName(value)} is no string`);
}

function partition(text: Text, separator: Text, fromEnd: boolean): List {
  if (separator.text === "") throw new TemplateError("partition: the separator is empty");
  const at = fromEnd ? text.text.lastIndexOf(separator.text) : text.text.indexOf(separator.text);
  const empty = new Text("");
  if (at < 0) return new List(fromEnd ? [empty, empty, text] : [text, empty, empty], true);
  return new List([text.slice(0, at), separator, text.slice(at + separator.text.length)], true);
}

/** @throws TemplateError for superscripts and their like, which Python counts as digits, and JavaScript cannot tell */
function isDigits(text: string): boolean {
  if (/\p{No}/u.test(text)) throw new TemplateError("isdigit of such a number is not rendered here");
  return /^\p{Nd}+$/u.test(text);
}

/** A place in code points. */
function placeOf(text: Text, at: number): number {
  return at < 0 ? -1 : Array.from(text.text.slice(0, at)).length;
}
