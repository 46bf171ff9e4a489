import {assign} from "./assign.ts";
import {orUndefined} from "./attribute.ts";
import {atLine, evaluate} from "./evaluate.ts";
import type {Scope} from "./scope.ts";
import type {Statement} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import {Attributes, equal, Func, isTrue, itemsOf, type Value} from "./value.ts";

type Loop = Extract<Statement, {kind: "for"}>;

/** How statements ended: at their end, or at a loop control that the loop around them acts on. */
export type Ending = "end" | "break" | "continue";

/** Runs a loop: every time round has names of its own; the `else` is for a loop that nothing went through. */
export function runLoop(
  {target, over, test, line}: Loop,
  scope: Scope,
  body: (inside: Scope) => Ending,
  otherwise: (inside: Scope) => Ending,
): Ending {
  const all = atLine(line, () => itemsOf(evaluate(over, scope)));
  const items = all.filter(item => {
    if (test === undefined) return true;
    const inner = scope.inside();
    atLine(line, () => assign(target, item, inner));
    return isTrue(evaluate(test, inner));
  });
  if (items.length === 0) return otherwise(scope.inside());
  const changes: {last: readonly Value[] | undefined} = {last: undefined};
  for (const [place, item] of items.entries()) {
    scope.limits.step();
    const inner = scope.inside(new Map([["loop", loopValue(items, place, changes)]]));
    atLine(line, () => assign(target, item, inner));
    if (body(inner) === "break") break;
  }
  return "end";
}

function loopValue(items: readonly Value[], place: number, changes: {last: readonly Value[] | undefined}): Value {
  const size = items.length;
  const changed = new Func("changed", ({positional}) => {
    const same =
      changes.last !== undefined &&
      changes.last.length === positional.length &&
      positional.every((value, at) => equal(value, changes.last?.[at] ?? null));
    changes.last = positional;
    return !same;
  });
  const cycle = new Func("cycle", given => {
    if (given.positional.length === 0) throw new TemplateError("cycle needs something to go through");
    return orUndefined(given.positional[place % given.positional.length], "cycle");
  });
  return new Attributes(
    new Map<string, Value>([
      ["index", place + 1],
      ["index0", place],
      ["revindex", size - place],
      ["revindex0", size - place - 1],
      ["first", place === 0],
      ["last", place === size - 1],
      ["length", size],
      ["depth", 1],
      ["depth0", 0],
      ["previtem", orUndefined(items[place - 1], "there is no previous item")],
      ["nextitem", orUndefined(items[place + 1], "there is no next item")],
      ["changed", changed],
      ["cycle", cycle],
    ]),
  );
}
