import type {z} from "zod";

/** A placeholder is a word in braces: `{text}`. Any other brace is plain text, so JSON can stand in a template. */
export const placeholderPattern = /\{([A-Za-z][A-Za-z0-9_-]*)\}/g;

/** Which placeholders a template may hold and which it cannot do without. */
export interface TemplateRule {
  readonly known: readonly string[];
  readonly required: readonly string[];
  /** The placeholder that the template ends with. */
  readonly last?: string;
}

/** The names of a template's placeholders, in order, repeats included. */
function placeholdersOf(template: string): string[] {
  return Array.from(template.matchAll(placeholderPattern), match => match[1] ?? "");
}

/** What is wrong with a template, one sentence each; empty where nothing is. */
function templateProblems(template: string, rule: TemplateRule): string[] {
  const found = placeholdersOf(template);
  const known = rule.known.length === 0 ? "none" : rule.known.map(name => `{${name}}`).join(", ");
  const problems = [...new Set(found)]
    .filter(name => !rule.known.includes(name))
    .map(name => `unknown placeholder {${name}}; known here: ${known}`);
  for (const name of rule.required) {
    if (!found.includes(name)) problems.push(`{${name}} is missing`);
  }
  if (rule.last !== undefined) {
    const ending = `{${rule.last}}`;
    if (!template.endsWith(ending)) problems.push(`must end with ${ending}`);
    if (found.filter(name => name === rule.last).length > 1) problems.push(`${ending} stands more than once`);
  }
  return problems;
}

/** The same as a zod check. */
export function checkTemplate(rule: TemplateRule): (template: string, context: z.RefinementCtx) => void {
  return (template, context) => {
    for (const message of templateProblems(template, rule)) context.addIssue({code: "custom", message});
  };
}

/**
 * Whether a line break follows the answer wherever a demonstration writes it. A list closes with the newline that the
 * template writes after it, so a task in the list format needs this.
 */
export function answerEndsLine(demonstration: string): boolean {
  return demonstration
    .split("{answer}")
    .slice(1)
    .every(rest => rest.startsWith("\n"));
}
