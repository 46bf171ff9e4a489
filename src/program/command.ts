import type {Command} from "commander";
import type {CommandIo, CommandResult} from "../commands/command.ts";

/** What a command line asks for: a call that is made once output and signals are set up. */
export type Call = (io: CommandIo) => Promise<CommandResult>;

/** Receives the call that a parsed command line asks for. */
export type Dispatch = (call: Call, json: boolean) => Promise<void>;

/** What every command has and none is given. */
type Outer = "json" | "quiet";

/**
 * A command's options, made of flags: a flag that no option stands for does not compile, where a spread would let it pass
 * and be without effect.
 */
export function optionsOf<Options>() {
  return <Given extends Options>(
    given: Given & Readonly<Record<Exclude<keyof Given, keyof Options | Outer>, never>>,
  ): Options => given;
}

/** Reads all of standard input; given by the caller, since nothing here touches the outside. */
export interface Input {
  readonly read: () => Promise<string>;
}

/** A command with what all of them have: an example, JSON, silence. */
export function addCommand(parent: Command, usage: string, description: string, example: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option("--json", "print the result as JSON")
    .option("--quiet", "no progress and no remarks on stderr")
    .addHelpText(
      "after",
      `\nExample:\n${example
        .split("\n")
        .map(line => `  ${line}`)
        .join("\n")}`,
    );
}
