import type {Scope} from "./scope.ts";
import type {Target} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import {itemsOf, Namespace, type Value} from "./value.ts";

/** Gives names their values. @throws TemplateError where a tuple does not fit, or an attribute cannot be set */
export function assign(target: Target, value: Value, scope: Scope): void {
  if (target.kind === "name") {
    scope.set(target.name, value);
  } else if (target.kind === "member") {
    const of = scope.get(target.of);
    if (!(of instanceof Namespace))
      throw new TemplateError(`${target.of} is no namespace: ${target.name} cannot be set`);
    of.values.set(target.name, value);
  } else {
    const items = itemsOf(value);
    if (items.length !== target.items.length)
      throw new TemplateError(`${items.length} values cannot be given to ${target.items.length} names`);
    for (const [place, inner] of target.items.entries()) assign(inner, items[place] ?? null, scope);
  }
}
