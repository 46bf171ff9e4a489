import {stringify} from "yaml";
import type {TaskDefinition} from "../records/task.ts";

/**
 * A definition as the text of a task file that reads back to the same definition. Labels without further variants are
 * plain names and texts stand on one line; defaults are written out, so that a later default cannot change an imported task.
 *
 * @param notes written as comments at the top, one line each
 */
export function formatTask(definition: TaskDefinition, notes: readonly string[]): string {
  const labels = definition.labels.map(label => (label.variants.length === 1 ? label.name : label));
  const comments = notes.map(note => `# ${note.replaceAll("\n", " ")}\n`).join("");
  return (
    comments +
    stringify(
      {...definition, labels},
      {
        lineWidth: 0,
        blockQuote: false,
        doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
      },
    )
  );
}
