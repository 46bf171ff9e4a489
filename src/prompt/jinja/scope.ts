import {TemplateError} from "./template-error.ts";
import {Text} from "./text.ts";
import {nodesOf, type Value} from "./value.ts";

/** What a template may use up: a template without an end is stopped by it, after seconds. */
export class Limits {
  #steps: number;
  #characters: number;

  constructor(steps = 1_000_000, characters = 1 << 22) {
    this.#steps = steps;
    this.#characters = characters;
  }

  step(): void {
    this.#spend(1);
  }

  /** A value was made or looked at: a long text and a list of many values cost more than one step. */
  made(value: Value): void {
    this.#spend(value instanceof Text ? value.text.length / 32 : (nodesOf(value) - 1) / 4);
  }

  #spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TemplateError("the template does not come to an end");
  }

  wrote(characters: number): void {
    this.#characters -= characters;
    if (this.#characters < 0) throw new TemplateError("the template writes without an end");
  }
}

/** Names and their values; what is not here is looked for around it. */
export class Scope {
  readonly limits: Limits;
  readonly #values: Map<string, Value>;
  readonly #around: Scope | undefined;

  constructor(limits: Limits, values: Map<string, Value>, around?: Scope) {
    this.limits = limits;
    this.#values = values;
    this.#around = around;
  }

  get(name: string): Value | undefined {
    return this.#values.has(name) ? this.#values.get(name) : this.#around?.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  inside(values: Map<string, Value> = new Map()): Scope {
    return new Scope(this.limits, values, this);
  }
}
