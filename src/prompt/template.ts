import {placeholderPattern} from "../records/task-template.ts";

/**
 * A template with its placeholders filled in: in one pass and literally. What is put in is data, so a text that holds
 * `{opening}` or `$&` stays as it is. A word in braces without a value stays too (templates are checked when read).
 *
 * @example substitute("Input: {text}\n", {text: "costs {text} $&"}) // "Input: costs {text} $&\n"
 */
export function substitute(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(placeholderPattern, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder,
  );
}
