import {alignColumns} from "../catalog/table.ts";
import {wrapped} from "../compare/wrapped.ts";
import {counted} from "../counted.ts";
import {type Value, valueText} from "../math/bounded.ts";
import {largest} from "../math/extremes.ts";
import type {Document} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {LabelStep, Thought, Trace} from "../records/trace.ts";
import {visible} from "../visible.ts";

/** The vocabulary's best tokens that are shown at each step; the page's explorer shows as many. */
const TOKENS = 5;
/** Between two models side by side. */
const GAP = 3;
/** Narrower than this a block has no room for its bars. */
const NARROWEST = 36;

/** One model's records of a document; without a trace where it has none of it. */
export interface Shown {
  readonly manifest: Pick<Manifest, "labels" | "noneLabel" | "model" | "identity">;
  readonly trace?: Trace | undefined;
}

/**
 * One document step by step as a terminal shows it: what the page's step explorer shows. Several models stand side by
 * side, as many as have room, the labels of a step in the order of the first one's probabilities.
 *
 * @param columns width of the terminal; 80 is enough for two models
 */
export function documentText(document: Document, shown: readonly Shown[], columns: number): string {
  const abreast = Math.max(1, Math.min(shown.length, Math.floor((columns + GAP) / (NARROWEST + GAP))));
  const width = Math.floor((columns - GAP * (abreast - 1)) / abreast);
  const [leader] = shown;
  const rows: string[] = [];
  for (let start = 0; start < shown.length; start += abreast) {
    const group = shown.slice(start, start + abreast);
    const most = largest(
      group.map(({trace}) => trace?.steps.length ?? 0),
      0,
    );
    for (const one of beside(
      group.map(one => headLines(one, width, shown.length > 1)),
      width,
    ))
      rows.push(one);
    for (let place = 0; place < most; place++) {
      const blocks = group.map(one => {
        const step = one.trace?.steps[place];
        const leading = leader?.trace?.steps.find(({r}) => r === step?.r);
        return step === undefined ? [] : stepLines(one, document, step, leading ?? step, width);
      });
      rows.push("");
      for (const line of beside(blocks, width)) rows.push(line);
    }
    rows.push("");
  }
  const head = [...wrapped(visible(document.text), columns), "", ...wrapped(goldText(document), columns)];
  return `${[...head, ...rows].join("\n").trimEnd()}\n\n${legend(document)}\n`;
}

/** What the marks of a step mean, a line each. */
function legend({annotations, labels}: Document): string {
  const listed = labels === undefined ? [] : [["given", "it is in the data's list"]];
  const people =
    annotations === undefined
      ? listed
      : [[`k/${annotations.length}`, "so many annotators gave it; of the null label: gave none"]];
  return alignColumns([
    ["bar", "probability of the label at the step"],
    ...people,
    ["◀", "what was then written"],
    ["stop", "probability that the list ends after it"],
  ]);
}

function headLines({manifest, trace}: Shown, width: number, named: boolean): string[] {
  const model = named ? ["", manifest.model.id, "─".repeat(Math.min(width, manifest.model.id.length))] : [];
  if (trace === undefined) return [...model, ...wrapped("no trace of this document", width)];
  const {answer} = trace;
  const wrong = answer.wellFormed ? "" : ` — not well-formed: ${answer.problems.join(", ")}`;
  const thought = trace.thought === undefined ? [] : wrapped(thoughtText(trace.thought), width);
  return [...model, ...thought, ...wrapped(`answer ${JSON.stringify(answer.text)}${wrong}`, width)];
}

const THOUGHT_ENDS: Readonly<Record<Thought["end"], string>> = {
  closed: "closed by the model",
  budget: "cut off by --reasoning",
  turn: "ended with the model's turn",
};

/** What a model wrote before its answer, and why no more. */
function thoughtText({text, tokens, end}: Thought): string {
  return `thought ${JSON.stringify(text)} (${counted(tokens.length, "token")}, ${THOUGHT_ENDS[end]})`;
}

function goldText({annotations, labels}: Document): string {
  const list = (names: readonly string[]) => `[${names.join(", ")}]`;
  return annotations === undefined ? `labels ${list(labels ?? [])}` : `annotators ${annotations.map(list).join(" ")}`;
}

function stepLines(
  {manifest}: Shown,
  document: Document,
  step: LabelStep,
  leading: LabelStep,
  width: number,
): string[] {
  const order = manifest.labels
    .map((_, i) => i)
    .sort((a, b) => (leading.probabilities[b] ?? 0) - (leading.probabilities[a] ?? 0) || a - b);
  const rows = order.map(i => {
    const name = manifest.labels[i] ?? "";
    const emitted = step.emitted.kind !== "other" && step.emitted.label === name;
    return {name, p: step.probabilities[i] ?? 0, people: peopleOf(document, name, manifest.noneLabel), emitted};
  });
  const [names, people] = [largest(rows.map(({name}) => name.length)), largest(rows.map(row => row.people.length))];
  const nameWidth = Math.min(names, Math.max(8, width - 26 - people));
  const cells = Math.max(4, Math.min(32, width - nameWidth - people - 14));
  const fixed = (value: Value) => valueText(value, one => one.toFixed(3));
  const stop = step.branch === undefined ? "" : `, stop ${fixed(step.branch.stop)}`;
  const vocabulary = step.vocabEntropyBits === undefined ? "" : `, vocabulary ${fixed(step.vocabEntropyBits)}`;
  const numbers = `entropy ${step.entropyBits.toFixed(3)} bits${vocabulary}, label mass ${step.labelMass.toFixed(3)}${stop}`;
  return [
    `step ${step.r} (${step.forced === true ? "forced, " : ""}${step.kind})`,
    ...wrapped(numbers, width),
    ...rows.map(({name, p, people: given, emitted}) =>
      `  ${cut(name, nameWidth).padEnd(nameWidth)} ${p.toFixed(4)} ${given.padStart(people)} ${bar(p, cells).padEnd(cells)}${emitted ? " ◀" : ""}`.trimEnd(),
    ),
    ...wrapped(emittedText(step), width),
    ...wrapped(tokensText(step), width),
  ];
}

/** What was emitted where a bar does not say it, and whether the model was about to say a label at all. */
function emittedText({emitted, argmaxIsLabel}: LabelStep): string {
  const what =
    emitted.kind === "other"
      ? `emitted ${JSON.stringify(visible(emitted.text))}, which is no label`
      : emitted.kind === "repeat"
        ? `emitted ${emitted.label ?? emitted.text} again`
        : "";
  return [what, argmaxIsLabel ? "" : "the best token starts no label"].filter(part => part !== "").join("; ");
}

function tokensText({topTokens, logSumExp}: LabelStep): string {
  if (topTokens.length === 0) return "";
  const tokens = topTokens
    .slice(0, TOKENS)
    .map(({text, logit}) => `${JSON.stringify(visible(text))} ${Math.exp(logit - logSumExp).toFixed(4)}`);
  return `best tokens ${tokens.join(" ")}`;
}

/** How many annotators gave a label, or for the null label gave none; a tick where the data has one list alone. */
function peopleOf({annotations, labels}: Document, label: string, noneLabel: string | null): string {
  const has = (set: readonly string[]) => (label === noneLabel ? set.length === 0 : set.includes(label));
  if (annotations === undefined) return labels !== undefined && has(labels) ? "given" : "";
  const given = annotations.filter(has).length;
  return given === 0 ? "" : `${given}/${annotations.length}`;
}

/** A bar of at most so many cells, to an eighth of a cell. */
function bar(p: number, cells: number): string {
  const eighths = Math.round(p * cells * 8);
  return "█".repeat(eighths >> 3) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7];
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** Blocks side by side, each as wide as the others, without trailing spaces. */
function beside(blocks: readonly (readonly string[])[], width: number): string[] {
  const height = largest(
    blocks.map(block => block.length),
    0,
  );
  return Array.from({length: height}, (_, i) =>
    blocks
      .map(block => (block[i] ?? "").padEnd(width))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}
