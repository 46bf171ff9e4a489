import {TemplateError} from "./template-error.ts";
import {Text} from "./text.ts";
import {type Arguments, numberOf, typeName, type Value} from "./value.ts";

/** The arguments of a call by the names of its parameters; what is not given is absent. */
export class Given {
  readonly #name: string;
  readonly #values = new Map<string, Value>();

  /** @throws TemplateError for more arguments than parameters, an unknown name, or one given twice */
  constructor(name: string, parameters: readonly string[], {positional, named}: Arguments) {
    this.#name = name;
    if (positional.length > parameters.length) throw new TemplateError(`${name} takes ${parameters.length} arguments`);
    for (const [place, value] of positional.entries()) this.#values.set(parameters[place] ?? "", value);
    for (const [key, value] of named) {
      if (!parameters.includes(key)) throw new TemplateError(`${name} takes no argument ${key}`);
      if (this.#values.has(key)) throw new TemplateError(`${name} is given ${key} twice`);
      this.#values.set(key, value);
    }
  }

  get(parameter: string): Value | undefined {
    return this.#values.get(parameter);
  }

  text(parameter: string): Text | undefined {
    const value = this.get(parameter);
    if (value === undefined || value === null) return undefined;
    if (value instanceof Text) return value;
    throw new TemplateError(`${this.#name}: ${parameter} is ${typeName(value)}, not a string`);
  }

  whole(parameter: string): number | undefined {
    const value = this.get(parameter);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === "number" || typeof value === "boolean" ? numberOf(value) : undefined;
    if (number === undefined) throw new TemplateError(`${this.#name}: ${parameter} is ${typeName(value)}`);
    return number;
  }

  /** @throws TemplateError where it is not given */
  needed(parameter: string): Value {
    const value = this.get(parameter);
    if (value === undefined) throw new TemplateError(`${this.#name} needs ${parameter}`);
    return value;
  }

  neededText(parameter: string): Text {
    const value = this.text(parameter);
    if (value === undefined) throw new TemplateError(`${this.#name} needs ${parameter}`);
    return value;
  }
}
