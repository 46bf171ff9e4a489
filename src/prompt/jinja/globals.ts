import {Given} from "./arguments.ts";
import {strftime} from "./strftime.ts";
import {TemplateError} from "./template-error.ts";
import {Text} from "./text.ts";
import {type Arguments, Dict, Func, Items, itemsOf, Namespace, print, typeName, type Value} from "./value.ts";

/** Functions that Jinja2 has and that are not rendered here, so that they are not undefined. */
const REFUSED = ["cycler", "joiner", "lipsum"];

/** The longest `range` that Jinja2's sandbox gives. */
const LONGEST_RANGE = 100_000;

/**
 * The functions that every chat template may call.
 *
 * @param now what `strftime_now` shows, as `wallClock` writes it
 * @param onDate called where a template asks for it
 */
export function globals(now: string, onDate: () => void): Map<string, Value> {
  const functions: Record<string, (given: Arguments) => Value> = {
    range,
    namespace: given => new Namespace(new Map(namedEntries("namespace", given))),
    dict: given => new Dict(namedEntries("dict", given).map(([name, value]) => [new Text(name), value] as const)),
    raise_exception: given => {
      throw new TemplateError(
        `the template refuses: ${print(new Given("raise_exception", ["message"], given).needed("message")).text}`,
      );
    },
    strftime_now: given => {
      onDate();
      return new Text(strftime(now, new Given("strftime_now", ["format"], given).neededText("format").text));
    },
  };
  for (const name of REFUSED)
    functions[name] = () => {
      throw new TemplateError(`${name} is not rendered here`);
    };
  return new Map(Object.entries(functions).map(([name, call]) => [name, new Func(name, call)]));
}

function range({positional, named}: Arguments): Value {
  const numbers = positional.filter(value => typeof value === "number");
  if (named.size > 0 || numbers.length !== positional.length || numbers.length === 0 || numbers.length > 3)
    throw new TemplateError("range takes one to three whole numbers");
  const [first = 0, second, step = 1] = numbers;
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new TemplateError("range: the step is 0");
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (size > LONGEST_RANGE) throw new TemplateError(`range: longer than ${LONGEST_RANGE}`);
  return new Items(
    "range",
    Array.from({length: size}, (_, place) => start + place * step),
  );
}

function namedEntries(name: string, {positional, named}: Arguments): [string, Value][] {
  const entries = positional.flatMap(value =>
    value instanceof Dict ? value.entries() : itemsOf(value).map(pair => twoOf(itemsOf(pair))),
  );
  return [...entries.map(([key, value]) => [keyName(name, key), value] as const), ...named].map(([key, value]) => [
    key,
    value,
  ]);
}

function twoOf([key, value]: readonly Value[]): readonly [Value, Value] {
  if (key === undefined || value === undefined) throw new TemplateError("a pair of key and value is needed");
  return [key, value];
}

function keyName(name: string, key: Value): string {
  if (key instanceof Text) return key.text;
  throw new TemplateError(`${name}: ${typeName(key)} is no name`);
}
