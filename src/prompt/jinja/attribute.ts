import {methodOf} from "./methods.ts";
import {itemAt} from "./sequence.ts";
import {TemplateError} from "./template-error.ts";
import {Text} from "./text.ts";
import {Attributes, Dict, Items, List, Namespace, numberOf, typeName, Undefined, type Value} from "./value.ts";

/**
 * `of.name` and `of["name"]`: the first asks a value's methods before its items, the second after them, as Jinja2 does.
 *
 * @param asItem written with brackets
 * @throws TemplateError where `of` is undefined, or for a method that is not rendered here
 */
export function attributeOf(of: Value, name: string | number, asItem: boolean): Value {
  if (of instanceof Undefined) throw new TemplateError(`${of.what} is undefined`);
  const item = () => itemOf(of, typeof name === "string" ? new Text(name) : name);
  const method = () => (typeof name === "string" ? memberOf(of, name) : undefined);
  const [first, second] = asItem ? [item, method] : [method, item];
  const found = first();
  return orUndefined(found === undefined ? second() : found, typeof name === "string" ? name : `item ${name}`);
}

function memberOf(of: Value, name: string): Value | undefined {
  if (of instanceof Attributes) return of.values.get(name);
  if (of instanceof Namespace) return of.values.get(name);
  return methodOf(of, name);
}

function itemOf(of: Value, key: Value): Value | undefined {
  if (of instanceof Dict) return of.get(key);
  const ordered = of instanceof List || of instanceof Text || (of instanceof Items && of.kind === "range");
  if (!ordered) return undefined;
  const place = typeof key === "number" || typeof key === "boolean" ? numberOf(key) : undefined;
  return place === undefined ? undefined : itemAt(of, place);
}

/** `of[key]` for any key. */
export function subscript(of: Value, key: Value): Value {
  if (key instanceof Text) return attributeOf(of, key.text, true);
  if (of instanceof Undefined) throw new TemplateError(`${of.what} is undefined`);
  if (key instanceof Undefined) throw new TemplateError(`${key.what} is undefined`);
  return orUndefined(itemOf(of, key), `item ${typeName(key)}`);
}

/** `None` is a value; only what is not there is undefined. */
export function orUndefined(value: Value | undefined, what: string): Value {
  return value === undefined ? new Undefined(what) : value;
}
