import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";

const OPERATORS = {
  "<=": (left: number, right: number) => left <= right,
  ">=": (left: number, right: number) => left >= right,
  "==": (left: number, right: number) => left === right,
  "!=": (left: number, right: number) => left !== right,
  "<": (left: number, right: number) => left < right,
  ">": (left: number, right: number) => left > right,
} as const;
type Operator = keyof typeof OPERATORS;

function isOperator(text: string): text is Operator {
  return Object.hasOwn(OPERATORS, text);
}

/** A condition on results.json under which a comparison fails, as a person wrote it: `curves.ladder.base.step1.slope > 0`. */
export interface Gate {
  readonly text: string;
  readonly path: string;
  readonly operator: Operator;
  readonly number: number;
}

/** Whether the condition holds, which fails the gate, and with which value; or why there is no value, which fails it, too. */
export type GateOutcome =
  | {readonly gate: Gate; readonly failed: boolean; readonly value: number}
  | {readonly gate: Gate; readonly failed: true; readonly reason: string};

/** @throws LabelscopeError `bad-gate` for a text that is not PATH OPERATOR NUMBER */
export function parseGate(text: string): Gate {
  const [, path = "", operator = "", digits = ""] = /^\s*(.+?)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$/.exec(text) ?? [];
  const number = Number(digits);
  if (path !== "" && isOperator(operator) && digits !== "" && Number.isFinite(number))
    return {text, path, operator, number};
  throw new LabelscopeError({
    code: "bad-gate",
    message: `--fail-if cannot read ${JSON.stringify(text)}`,
    next: [
      "write PATH OPERATOR NUMBER, with one of < <= > >= == != between",
      "for example: --fail-if 'curves.ladder.base.step1.slope <= 0'",
    ],
    facts: {text},
  });
}

/**
 * Holds results to a gate: it fails where its condition is true.
 *
 * The path walks the keys of results.json, a number an entry of a list. A key may itself hold dots: the longest one that
 * leads on is taken. A measured number stands for its value; where it has none, the gate fails with that reason.
 *
 * @throws LabelscopeError `unknown-path` for a path that leads nowhere or to no number, with the nearest keys
 */
export function checkGate(gate: Gate, results: unknown): GateOutcome {
  const found = walk(results, gate.path.split("."));
  if (found.rest.length > 0) throw unknownPath(gate, found);
  const {value} = found;
  if (typeof value === "number") return {gate, failed: OPERATORS[gate.operator](value, gate.number), value};
  const inner = entriesOf(value);
  const number = inner.get("value");
  if (typeof number === "number") return {gate, failed: OPERATORS[gate.operator](number, gate.number), value: number};
  const reason = inner.get("reason");
  if (typeof reason === "string") return {gate, failed: true, reason};
  throw unknownPath(gate, found);
}

interface Found {
  readonly value: unknown;
  /** Keys that were walked, and what is left of the path where it leads no further. */
  readonly walked: readonly string[];
  readonly rest: readonly string[];
}

/** As far as a path leads; of several ways to read its dots, the one that leads furthest. */
function walk(value: unknown, path: readonly string[], walked: readonly string[] = []): Found {
  let furthest: Found = {value, walked, rest: path};
  const entries = entriesOf(value);
  for (let length = path.length; length > 0; length -= 1) {
    const key = path.slice(0, length).join(".");
    if (!entries.has(key)) continue;
    const found = walk(entries.get(key), path.slice(length), [...walked, key]);
    if (found.rest.length === 0) return found;
    if (found.rest.length < furthest.rest.length) furthest = found;
  }
  return furthest;
}

function entriesOf(value: unknown): Map<string, unknown> {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : new Map();
}

function unknownPath(gate: Gate, {value, walked, rest}: Found): LabelscopeError {
  const keys = [...entriesOf(value).keys()];
  const place = walked.length === 0 ? "results.json" : walked.join(".");
  const wanted = rest.join(".");
  const near = nearest(rest[0] ?? "", keys, 3);
  const listed = [...near, ...keys.filter(key => !near.includes(key))].slice(0, 12);
  return new LabelscopeError({
    code: "unknown-path",
    message:
      rest.length === 0
        ? `--fail-if: "${gate.path}" is no number`
        : `--fail-if: "${gate.path}" leads nowhere: ${place} has no "${wanted}"`,
    details: keys.length === 0 ? [] : [`${place} has: ${listed.join(", ")}${keys.length > listed.length ? ", …" : ""}`],
    next: "take a path from results.json, e.g. estimates.RUN.first-step.metrics.nll",
    facts: {path: gate.path, keys},
  });
}
