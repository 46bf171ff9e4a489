import {TemplateError} from "./template-error.ts";
import {joined, Text} from "./text.ts";
import {Items, itemsOf, List, typeName, type Value} from "./value.ts";

/** The item at a place, negative ones from the end; undefined where there is none. */
export function itemAt(of: Text | List | Items, place: number): Value | undefined {
  const items = itemsOf(of);
  return items[place < 0 ? items.length + place : place];
}

/** A slice as Python takes it. @throws TemplateError for a step of 0 */
export function sliced(
  of: Value,
  bounds: {readonly start?: number | undefined; readonly stop?: number | undefined; readonly step?: number | undefined},
): Text | List | Items {
  if (!(of instanceof Text || of instanceof List || (of instanceof Items && of.kind === "range")))
    throw new TemplateError(`${typeName(of)} cannot be cut`);
  const {step = 1} = bounds;
  if (step === 0) throw new TemplateError("a slice cannot have a step of 0");
  const items = itemsOf(of);
  const size = items.length;
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (given: number | undefined, otherwise: number) =>
    given === undefined ? otherwise : Math.min(high, Math.max(low, given < 0 ? given + size : given));
  const start = bound(bounds.start, step > 0 ? low : high);
  const stop = bound(bounds.stop, step > 0 ? high : low);
  const taken: Value[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) taken.push(items[at] ?? null);
  if (of instanceof List) return new List(taken, of.tuple);
  if (of instanceof Items) return new Items("range", taken);
  return joined(taken.flatMap(item => (item instanceof Text ? [item] : [])));
}
