import {Command, type Option, type ParseOptionsResult} from "commander";
import {nearest} from "../nearest.ts";

/**
 * A command that looks at the names of its flags before anything else: a mistyped flag is answered with the flag that was
 * meant, also where its value is wrong or a required flag seems to be missing because of it.
 */
export class FlagCommand extends Command {
  override createCommand(name?: string): FlagCommand {
    return new FlagCommand(name);
  }

  override parseOptions(argv: string[]): ParseOptionsResult {
    // A group leaves its flags to the commands below it.
    if (this.commands.length === 0) this.#refuseUnknown(argv);
    return super.parseOptions(argv);
  }

  #refuseUnknown(argv: readonly string[]): void {
    const unknown = unknownFlags(argv, this.options);
    const [first] = unknown;
    if (first === undefined || unknown.includes("--help")) return;
    const [meant] = nearest(first, [...this.options.flatMap(({long}) => long ?? []), "--help"], 1);
    const suggestion = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
    this.error(`error: unknown option '${first}'${suggestion}`, {code: "commander.unknownOption"});
  }
}

/** Long flags that are none of the options, `--help` among them; the values of those that are known are passed over. */
function unknownFlags(argv: readonly string[], options: readonly Option[]): string[] {
  const unknown: string[] = [];
  for (let at = 0; at < argv.length && argv[at] !== "--"; at++) {
    const [name = "", value] = splitOnce(argv[at] ?? "");
    const option = options.find(({long, short}) => name === long || name === short);
    if (option === undefined) {
      if (/^--[^-]/.test(name)) unknown.push(name);
    } else if (option.required && value === undefined) at++;
  }
  return unknown;
}

/** `--name=value` as its two parts. */
function splitOnce(text: string): [name: string, value?: string] {
  const at = text.indexOf("=");
  return at === -1 || !text.startsWith("--") ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
