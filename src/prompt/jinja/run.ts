import {assign} from "./assign.ts";
import {argumentsOf, atLine, evaluate, unmarked} from "./evaluate.ts";
import {applyFilter} from "./filters.ts";
import {type Ending, runLoop} from "./loop.ts";
import type {Scope} from "./scope.ts";
import type {Filter, Parameter, Statement} from "./syntax.ts";
import {TemplateError} from "./template-error.ts";
import {joined, Text} from "./text.ts";
import {type Arguments, Dict, Func, isTrue, List, print, typeName, Undefined, type Value} from "./value.ts";

/** Runs statements; what they write goes to `out`. */
export function run(statements: readonly Statement[], scope: Scope, out: Text[]): Ending {
  for (const statement of statements) {
    const ending = runOne(statement, scope, out);
    if (ending !== "end") return ending;
  }
  return "end";
}

/** What statements write, joined. */
export function written(statements: readonly Statement[], scope: Scope): Text {
  const out: Text[] = [];
  run(statements, scope, out);
  return joined(out);
}

function runOne(statement: Statement, scope: Scope, out: Text[]): Ending {
  scope.limits.step();
  const write = (text: Text) => {
    scope.limits.wrote(text.text.length);
    out.push(text);
  };
  switch (statement.kind) {
    case "text":
      write(new Text(statement.text));
      return "end";
    case "print":
      write(atLine(statement.line, () => print(evaluate(unmarked(statement.value), scope))));
      return "end";
    case "if": {
      const branch = statement.branches.find(({test}) => isTrue(evaluate(test, scope)));
      return run(branch?.body ?? statement.otherwise, scope, out);
    }
    case "for":
      return runLoop(
        statement,
        scope,
        inner => run(statement.body, inner, out),
        inner => run(statement.otherwise, inner, out),
      );
    case "set":
      atLine(statement.line, () => assign(statement.target, evaluate(statement.value, scope), scope));
      return "end";
    case "setBlock": {
      const block = filtered(written(statement.body, scope.inside()), statement.filters, scope);
      atLine(statement.line, () => assign(statement.target, block, scope));
      return "end";
    }
    case "filterBlock": {
      const inner = written(statement.body, scope.inside());
      write(print(atLine(statement.line, () => filtered(inner, statement.filters, scope))));
      return "end";
    }
    case "with": {
      const inner = scope.inside();
      for (const [target, value] of statement.values) assign(target, evaluate(value, scope), inner);
      return run(statement.body, inner, out);
    }
    case "generation":
      write(written(statement.body, scope.inside()));
      return "end";
    case "macro":
      scope.set(statement.name, macro(statement.name, statement.parameters, statement.body, scope));
      return "end";
    case "callBlock": {
      const {call, parameters, body, line} = statement;
      const caller = macro("caller", parameters, body, scope);
      if (call.kind !== "call") throw new TemplateError(`line ${line}: nothing is called`);
      const called = evaluate(call.of, scope);
      if (!(called instanceof Func)) throw new TemplateError(`line ${line}: ${typeName(called)} cannot be called`);
      const {positional, named} = argumentsOf(call.call, scope);
      write(print(atLine(line, () => called.call({positional, named: new Map([...named, ["caller", caller]])}))));
      return "end";
    }
    default:
      return statement.kind;
  }
}

function filtered(text: Text, filters: readonly Filter[], scope: Scope): Value {
  return filters.reduce<Value>((value, {name, call}) => applyFilter(name, value, argumentsOf(call, scope)), text);
}

/** A macro sees the names around where it is written, not where it is called. */
function macro(name: string, parameters: readonly Parameter[], body: readonly Statement[], around: Scope): Func {
  return new Func(name, ({positional, named}: Arguments) => {
    const scope = around.inside();
    const left = new Map(named);
    const caller = left.get("caller");
    if (!parameters.some(parameter => parameter.name === "caller") && caller !== undefined) {
      scope.set("caller", caller);
      left.delete("caller");
    }
    for (const [place, {name: parameter}] of parameters.entries()) {
      const given = positional[place] ?? (place < positional.length ? null : left.get(parameter));
      if (place < positional.length && left.has(parameter))
        throw new TemplateError(`the macro ${name} is given ${parameter} twice`);
      left.delete(parameter);
      scope.set(parameter, given ?? (given === null ? null : new Undefined(parameter)));
    }
    for (const [place, {name: parameter, byDefault}] of parameters.entries()) {
      const absent = place >= positional.length && !named.has(parameter);
      if (absent && byDefault !== undefined) scope.set(parameter, evaluate(byDefault, scope));
    }
    const [usesRest, usesNamed] = [mentions(body, "varargs"), mentions(body, "kwargs")];
    if (positional.length > parameters.length && !usesRest)
      throw new TemplateError(`the macro ${name} takes ${parameters.length} arguments`);
    const [unknown] = left.keys();
    if (unknown !== undefined && !usesNamed) throw new TemplateError(`the macro ${name} takes no argument ${unknown}`);
    if (usesRest) scope.set("varargs", new List(positional.slice(parameters.length), true));
    if (usesNamed) scope.set("kwargs", new Dict([...left].map(([key, value]) => [new Text(key), value] as const)));
    return written(body, scope);
  });
}

const WRITTEN_DOWN = new WeakMap<readonly Statement[], string>();

/** Whether a name stands anywhere in statements. */
function mentions(body: readonly Statement[], name: string): boolean {
  const text = WRITTEN_DOWN.get(body) ?? JSON.stringify(body);
  WRITTEN_DOWN.set(body, text);
  return text.includes(`{"kind":"name","name":"${name}"}`);
}
