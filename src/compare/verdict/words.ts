import type {Measured} from "../../records/results/value.ts";
import type {Against, Sentence, VerdictColumn} from "../../records/results/verdict.ts";

/** Numbers as sentences write them: with U+2212, no sign for 0, as many digits as they bear. */
export function num(value: number, digits = 3): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0(?:\.0*)?$)/, "")
    .replace("-", "−");
}

/** A number that can be of any size: three significant digits below 1 000. */
export function anyNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toPrecision(2).replace("-", "−");
  return num(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

const UNITS: Readonly<Record<VerdictColumn["unit"], (value: number) => string>> = {
  share: value => num(value),
  nats: value => num(value, 2),
  bits: value => num(value),
  steps: value => num(value, 1),
  ms: value => anyNumber(value),
  number: anyNumber,
  bytes: value => {
    const [unit, letter] = value >= 1e9 ? [1e9, "GB"] : value >= 1e6 ? [1e6, "MB"] : [1e3, "kB"];
    return `${anyNumber(value / unit)} ${letter}`;
  },
};

/** A number of the verdict's table as people read it. */
export function cellText(value: number, unit: VerdictColumn["unit"]): string {
  return UNITS[unit](value);
}

/** @example pText(0.0004) // "p < 0.001" */
export function pText(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/** What stands behind a number: `95 % interval [0.103, 0.391], p = 0.004, n = 60`. */
export function evidence(measured: Measured, level: number, p?: number, write = num): string {
  const {lower, upper, n, note} = measured;
  return [
    lower === undefined || upper === undefined
      ? (note ?? "no interval")
      : `${Number((100 * level).toFixed(2))} % interval [${write(lower)}, ${write(upper)}]`,
    ...(p === undefined ? [] : [`${pText(p)} after correction`]),
    `n = ${n}`,
  ].join(", ");
}

export function evidenceOf({difference, pHolm}: Against, level: number): string {
  return evidence(difference, level, pHolm);
}

export function sentence(about: Sentence["about"], text: string, detail?: string): Sentence {
  return {about, text, ...(detail === undefined ? {} : {detail})};
}

/** `joy, fear`, or that it names none. */
export function answerText(labels: readonly string[]): string {
  return labels.length === 0 ? "no label" : labels.join(", ");
}

/** Names in a sentence: two of them, the others counted. */
export function namesText(names: readonly string[]): string {
  if (names.length <= 2) return names.join(" and ");
  return `${names[0]} and ${names.length - 1} others`;
}
