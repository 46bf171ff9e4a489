import {join, resolve} from "node:path";
import {alignColumns} from "../catalog/table.ts";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import type {Manifest} from "../records/manifest.ts";
import type {LabelStep, Trace} from "../records/trace.ts";
import {requireManifest} from "../store/read-run.ts";
import {readTraces, TRACES} from "../store/trace-file.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {bar} from "./score.ts";

/** `inspect`: one document of a run, each label step as bars. */
export async function inspectCommand(
  options: {readonly run: string; readonly id?: string},
  io: CommandIo,
): Promise<CommandResult> {
  const folder = resolve(io.cwd, options.run);
  const manifest = await requireManifest(folder);
  const ids: string[] = [];
  for await (const trace of readTraces(join(folder, TRACES))) {
    ids.push(trace.document.id);
    if (options.id === undefined || trace.document.id === options.id)
      return {data: {manifest, trace}, text: describe(manifest, trace)};
  }
  throw new LabelscopeError({
    code: "unknown-document",
    message:
      options.id === undefined ? `${folder} holds no document yet` : `${folder} holds no document "${options.id}"`,
    next:
      ids.length === 0
        ? "run the capture first"
        : `one of ${ids.length} documents, e.g. ${nearest(options.id ?? "", ids, 2)
            .concat(ids)
            .slice(0, 3)
            .join(", ")}`,
  });
}

function describe(manifest: Manifest, trace: Trace): string {
  const {document, answer} = trace;
  const gold =
    document.annotations === undefined
      ? `labels ${list(document.labels ?? [])}`
      : `annotators ${document.annotations.map(list).join(" ")}`;
  return [
    `${document.id} (${trace.split}) · ${manifest.model.id} · ${manifest.identity.labelScoring}`,
    "",
    visible(document.text),
    "",
    gold,
    `answer ${JSON.stringify(answer.text)}${answer.wellFormed ? "" : ` — not well-formed: ${answer.problems.join(", ")}`}`,
    ...trace.steps.map(step => describeStep(manifest, step)),
    "",
  ].join("\n");
}

function describeStep(manifest: Manifest, step: LabelStep): string {
  const rows = manifest.labels
    .map((name, i) => ({name, p: step.probabilities[i] ?? 0}))
    .sort((a, b) => b.p - a.p)
    .map(({name, p}) => [`  ${name}`, p.toFixed(4), bar(p), step.emitted.label === name ? "← emitted" : ""]);
  const stop = step.branch === undefined ? "" : `, stop ${step.branch.stop.toFixed(3)}`;
  const other =
    step.emitted.kind === "other" ? `; emitted ${JSON.stringify(step.emitted.text)}, which is no label` : "";
  return [
    "",
    `step ${step.r} (${step.forced ? "forced, " : ""}${step.kind}): entropy ${step.entropyBits.toFixed(3)} bits, vocabulary ${step.vocabEntropyBits.toFixed(3)}, label mass ${step.labelMass.toFixed(3)}${stop}${other}`,
    alignColumns(rows, [1]).trimEnd(),
  ].join("\n");
}

function list(labels: readonly string[]): string {
  return `[${labels.join(", ")}]`;
}

/** Text of a document as a terminal may show it: control characters are spelled out. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, character =>
    character === "\n" ? "\n" : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
