import {LabelscopeError} from "../../errors.ts";
import {partNames, readPartName} from "../gguf/part-name.ts";
import {describeSource, type FileSource, type RemoteSource} from "./index.ts";

/**
 * The sources of a model's files in order: one, or one a part. The name of a first part stands for all of them.
 *
 * @throws `model-part` with the name of the first part where another one is named
 */
export function fileSources(source: RemoteSource): readonly FileSource[] {
  if (source.kind === "parts") return source.parts;
  const name = partOf(source);
  const names = name === undefined ? undefined : partNames(name);
  if (name === undefined || names === undefined) return [source];
  const sources = names.map(other => named(source, other));
  const number = readPartName(name)?.number ?? 1;
  const [first = source] = sources;
  if (number !== 1) throw laterPart(describeSource(source), number, names.length, describeSource(first));
  return sources;
}

/** The name of the file where the source has one. */
function partOf(source: FileSource): string | undefined {
  if (source.kind === "hf") return source.file;
  return source.kind === "url" ? new URL(source.url).pathname : undefined;
}

function named(source: FileSource, name: string): FileSource {
  if (source.kind === "hf") return {...source, file: name};
  if (source.kind !== "url") return source;
  const url = new URL(source.url);
  url.pathname = name;
  return {...source, url: url.href};
}

function laterPart(given: string, number: number, count: number, first: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-part",
    message: `${given} is part ${number} of ${count} of a model`,
    next: `name the model by its first part, and all are fetched: labelscope models pull ${first}`,
    facts: {given, number, count, first},
  });
}
