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

/** A condition on results.json that fails a comparison, as a person wrote it: `curves.ladder.base.step1.slope > 0`. */
export interface Gate {
  readonly text: string;
  /** It fails if the condition does not hold, instead of if it does. */
  readonly required: boolean;
  readonly path: string;
  readonly operator: Operator;
  readonly number: number;
}

/** Whether the gate fails, and with which value; or why there is no value, which fails it, too. */
export type GateOutcome =
  | {readonly gate: Gate; readonly failed: boolean; readonly value: number}
  | {readonly gate: Gate; readonly failed: true; readonly reason: string};

/** @throws LabelscopeError `bad-gate` for a text that is not PATH OPERATOR NUMBER */
export function parseGate(text: string): Gate {
  const [, path = "", operator = "", digits = ""] = /^\s*(.+?)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$/.exec(text) ?? [];
  const number = Number(digits);
  if (path !== "" && isOperator(operator) && digits !== "" && Number.isFinite(number))
    return {text, required: false, path, operator, number};
  throw new LabelscopeError({
    code: "bad-gate",
    message: `the condition ${JSON.stringify(text)} cannot be read`,
    next: [
      "write PATH OPERATOR NUMBER, with one of < <= > >= == != between",
      "for example: --fail-if 'curves.ladder.base.step1.slope <= 0'",
    ],
    facts: {text},
  });
}

/** The first key of a gate's path: what of results.json it is about. */
export function subjectOf(gate: Gate): string {
  return keysOf(gate.path)[0] ?? "";
}

/**
 * What a gate on estimates names in the place of a system, if that is none of those that will be compared.
 *
 * @example unknownSystem(parseGate("estimates.smollm2-1.7b.hard.nll < 1"), ["smollm2-1.7b"]) // undefined
 */
export function unknownSystem(gate: Gate, systems: readonly string[]): string | undefined {
  const [subject, written = ""] = keysOf(gate.path);
  if (subject !== "estimates") return undefined;
  const estimates = Object.fromEntries(systems.map(name => [name, {}]));
  return walk({estimates}, keysOf(gate.path), new Map()).walked.length > 1 ? undefined : written;
}

/** A condition that must hold. @throws as `parseGate` */
function requiredGate(text: string): Gate {
  return {...parseGate(text), required: true};
}

/** The gates that somebody set: conditions that must not hold, then those that must. @throws as `parseGate` */
export function gatesOf({
  failIf = [],
  require = [],
}: {
  readonly failIf?: readonly string[];
  readonly require?: readonly string[];
}): Gate[] {
  return [...failIf.map(text => parseGate(text)), ...require.map(requiredGate)];
}

/**
 * Holds results to a gate: it fails if its condition is true, or, where it is required, if it is not.
 *
 * The path walks the keys of results.json, a number an entry of a list: `estimates["SmolLM2 135M"].hard.example-f1`. A key
 * in brackets and quotes stands for itself; another may hold dots: the longest one that leads on is taken. A run goes by its
 * name or by its folder's, and `metrics` may be left out after an estimator. A measured number stands for its value; where it
 * has none, the gate fails with that reason.
 *
 * @throws LabelscopeError `unknown-path` for a path that leads nowhere or to no number, with the nearest keys
 */
export function checkGate(gate: Gate, results: unknown): GateOutcome {
  const found = walk(results, keysOf(gate.path), foldersOf(results));
  if (found.rest.length > 0) throw unknownPath(gate, found);
  const {value} = found;
  const failed = (number: number) => OPERATORS[gate.operator](number, gate.number) !== gate.required;
  if (typeof value === "number") return {gate, failed: failed(value), value};
  const inner = entriesOf(value);
  const number = inner.get("value");
  if (typeof number === "number") return {gate, failed: failed(number), value: number};
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

/** A path cut at its dots; `["…"]` is one key, whatever it holds. */
function keysOf(path: string): string[] {
  const cut = path.matchAll(/\[\s*(?:"([^"]*)"|'([^']*)'|(\d+))\s*\]|([^.[]+)/g);
  return [...cut].flatMap(([, double, single, index, plain]) => double ?? single ?? index ?? plain ?? []);
}

/** The names of runs by those of their folders. */
function foldersOf(results: unknown): ReadonlyMap<string, string> {
  const rows = [...entriesOf(entriesOf(results).get("runs")).values()].map(entriesOf);
  return new Map(
    rows.flatMap(row => {
      const [folder, run] = [row.get("folder"), row.get("run")];
      return typeof folder === "string" && typeof run === "string" ? [[folder, run] as const] : [];
    }),
  );
}

/** As far as a path leads; of several ways to read its dots, the one that leads furthest. */
function walk(
  value: unknown,
  path: readonly string[],
  folders: ReadonlyMap<string, string>,
  walked: readonly string[] = [],
): Found {
  let furthest: Found = {value, walked, rest: path};
  const entries = entriesOf(value);
  for (let length = path.length; length > 0; length -= 1) {
    const written = path.slice(0, length).join(".");
    const key = entries.has(written) ? written : (folders.get(written) ?? written);
    if (!entries.has(key)) continue;
    const found = walk(entries.get(key), path.slice(length), folders, [...walked, key]);
    if (found.rest.length === 0) return found;
    if (found.rest.length < furthest.rest.length) furthest = found;
  }
  const isEstimator = walked[0] === "estimates" && walked.length === 3;
  if (!isEstimator || furthest.rest.length < path.length || path.length === 0 || !entries.has("metrics"))
    return furthest;
  const found = walk(entries.get("metrics"), path, folders, [...walked, "metrics"]);
  return found.rest.length < path.length ? found : furthest;
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
        ? `"${gate.path}" is not a number in results.json`
        : `"${gate.path}" leads nowhere: ${place} has no "${wanted}"`,
    details: keys.length === 0 ? [] : [`${place} has: ${listed.join(", ")}${keys.length > listed.length ? ", …" : ""}`],
    next: `take a path from results.json, e.g. estimates["RUN"].first-step.nll`,
    facts: {path: gate.path, keys},
  });
}
