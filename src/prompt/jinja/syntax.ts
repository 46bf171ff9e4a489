/** What a template says, as a tree. `line` is where a person finds it. */
export type Expression =
  | {readonly kind: "literal"; readonly value: null | boolean | number | string; readonly float?: true}
  | {readonly kind: "name"; readonly name: string}
  | {readonly kind: "list" | "tuple"; readonly items: readonly Expression[]}
  | {readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[]}
  | {readonly kind: "attribute"; readonly of: Expression; readonly name: string; readonly line: number}
  | {readonly kind: "item"; readonly of: Expression; readonly key: Expression; readonly line: number}
  | {
      readonly kind: "slice";
      readonly of: Expression;
      readonly start: Expression | undefined;
      readonly stop: Expression | undefined;
      readonly step: Expression | undefined;
      readonly line: number;
    }
  | {readonly kind: "call"; readonly of: Expression; readonly call: Call; readonly line: number}
  | {
      readonly kind: "filter";
      readonly of: Expression;
      readonly name: string;
      readonly call: Call;
      readonly line: number;
    }
  | {readonly kind: "test"; readonly of: Expression; readonly name: string; readonly call: Call; readonly line: number}
  | {readonly kind: "not" | "minus" | "plus"; readonly of: Expression; readonly line: number}
  | {readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression}
  | {
      readonly kind: "binary";
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: "compare";
      readonly first: Expression;
      readonly rest: readonly {readonly operator: Comparison; readonly right: Expression}[];
      readonly line: number;
    }
  | {readonly kind: "concat"; readonly parts: readonly Expression[]}
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression | undefined;
    };

export type Arithmetic = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

/** The arguments of a call, a filter or a test. */
export interface Call {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  readonly spread: Expression | undefined;
  readonly spreadNamed: Expression | undefined;
}

export const NO_ARGUMENTS: Call = {positional: [], named: [], spread: undefined, spreadNamed: undefined};

/** What is assigned to. */
export type Target =
  | {readonly kind: "name"; readonly name: string}
  | {readonly kind: "member"; readonly of: string; readonly name: string}
  | {readonly kind: "tuple"; readonly items: readonly Target[]};

export interface Filter {
  readonly name: string;
  readonly call: Call;
}

export interface Parameter {
  readonly name: string;
  readonly byDefault: Expression | undefined;
}

export type Statement =
  | {readonly kind: "text"; readonly text: string}
  | {readonly kind: "print"; readonly value: Expression; readonly line: number}
  | {
      readonly kind: "if";
      readonly branches: readonly {readonly test: Expression; readonly body: readonly Statement[]}[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly target: Target;
      readonly over: Expression;
      readonly test: Expression | undefined;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly line: number;
    }
  | {readonly kind: "set"; readonly target: Target; readonly value: Expression; readonly line: number}
  | {
      readonly kind: "setBlock";
      readonly target: Target;
      readonly filters: readonly Filter[];
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | {
      readonly kind: "macro";
      readonly name: string;
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "callBlock";
      readonly call: Expression;
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | {
      readonly kind: "filterBlock";
      readonly filters: readonly Filter[];
      readonly body: readonly Statement[];
      readonly line: number;
    }
  | {
      readonly kind: "with";
      readonly values: readonly (readonly [Target, Expression])[];
      readonly body: readonly Statement[];
    }
  | {readonly kind: "generation"; readonly body: readonly Statement[]}
  | {readonly kind: "break" | "continue"};
