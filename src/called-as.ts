import {basename, relative, sep} from "node:path";

const NAME = "labelscope";

/**
 * How this program is called again from the same place: `labelscope` where it was called by that name, `npx labelscope`
 * under npx, else the file under node, e.g. `node dist/cli.js`.
 *
 * @param file what node was given to run, `process.argv[1]`: the link by whose name the program was called, or the file
 */
export function calledAs(options: {
  readonly file: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): string {
  const {file, cwd, env} = options;
  if (file === undefined || file.includes(`${sep}node_modules${sep}${NAME}${sep}`)) return NAME;
  // What npx sets is set in every program below it as well: the name must fit, too.
  if (basename(file) === NAME) return env.npm_command === "exec" ? `npx ${NAME}` : NAME;
  const path = relative(cwd, file);
  return `node ${/\s/.test(path) ? JSON.stringify(path) : path}`;
}

/**
 * Text in which commands stand as `labelscope COMMAND`, with the program as it was called in their place. Other uses of
 * the name stay.
 *
 * @param commands the words after the name that make it a command to type
 */
export function asCalled(text: string, name: string, commands: readonly string[]): string {
  return text.replaceAll(new RegExp(`\\b${NAME}(?= (?:(?:${commands.join("|")}|COMMAND)\\b|…|\\[))`, "g"), () => name);
}
