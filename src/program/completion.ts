import type {Command, Option} from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What can stand after the words of a command. */
interface Completions {
  /** The words of the command, `models pull`; empty for the program itself. */
  readonly command: string;
  readonly commands: readonly Described[];
  readonly flags: readonly Flag[];
}

interface Described {
  readonly name: string;
  readonly description: string;
}

interface Flag extends Described {
  /** What its value can be; empty: a file or anything else; absent: it takes none. */
  readonly values: readonly string[] | undefined;
}

/**
 * A shell's completion script for the commands, flags and choices of a program; where a value or an argument is free, files
 * are completed.
 *
 * @example eval "$(labelscope --completion bash)"
 */
export function completionScript(program: Command, shell: Shell): string {
  const all = completionsOf(program, []);
  return {bash: bashScript, zsh: zshScript, fish: fishScript}[shell](all);
}

function completionsOf(command: Command, words: readonly string[]): Completions[] {
  const own = {
    command: words.join(" "),
    commands: command.commands.map(inner => ({
      name: inner.name(),
      description: inner.summary() || inner.description(),
    })),
    flags: [...command.options.flatMap(flagOf), {name: "--help", description: "show help", values: undefined}],
  };
  return [own, ...command.commands.flatMap(inner => completionsOf(inner, [...words, inner.name()]))];
}

function flagOf({long, description, argChoices, required, optional}: Option): Flag[] {
  if (long === undefined || long === null) return [];
  return [{name: long, description, values: required || optional ? (argChoices ?? []) : undefined}];
}

function bashScript(all: readonly Completions[]): string {
  return `# bash: eval "$(labelscope --completion bash)" in ~/.bashrc
_labelscope() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command:\${COMP_WORDS[index]}" in
${steps(all)}
    esac
  done
  local words=""
  case "$command:$previous" in
${valueCases(all, values => `words="${values.join(" ")}"; COMPREPLY=($(compgen -W "$words" -- "$current")); return`, 'COMPREPLY=($(compgen -f -- "$current")); return')}
  esac
  case "$command" in
${all.map(({command, commands, flags}) => `    "${command}") if [[ $current == -* ]]; then words="${names(flags)}"; else words="${names(commands)}"; fi ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ $current == -* || \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _labelscope labelscope
`;
}

function zshScript(all: readonly Completions[]): string {
  return `#compdef labelscope
# zsh: source <(labelscope --completion zsh) in ~/.zshrc, after compinit
_labelscope() {
  local current="$words[CURRENT]" previous="$words[CURRENT-1]" command="" index
  local -a found
  for ((index = 2; index < CURRENT; index++)); do
    case "$command:$words[index]" in
${steps(all)}
    esac
  done
  case "$command:$previous" in
${valueCases(all, values => `compadd -- ${values.join(" ")}; return`, "_files; return")}
  esac
  case "$command" in
${all
  .map(
    ({command, commands, flags}) =>
      `    "${command}") if [[ $current == -* ]]; then found=(${flags.map(zshEntry).join(" ")}); else found=(${commands.map(zshEntry).join(" ")}); fi ;;`,
  )
  .join("\n")}
  esac
  if (( \${#found} )); then _describe labelscope found; else _files; fi
}
compdef _labelscope labelscope
`;
}

function zshEntry({name, description}: Described): string {
  return quoted(`${name}:${description}`);
}

function fishScript(all: readonly Completions[]): string {
  const lines = all.flatMap(({command, commands, flags}) => {
    const [seen, more] = [command.split(" ").filter(word => word !== ""), commands.map(({name}) => name)];
    const condition = [
      ...seen.map(word => `__fish_seen_subcommand_from ${word}`),
      ...(more.length === 0 ? [] : [`not __fish_seen_subcommand_from ${more.join(" ")}`]),
    ].join("; and ");
    const line = `complete -c labelscope -n ${quoted(condition)}`;
    return [
      ...commands.map(({name, description}) => `${line} -f -a ${name} -d ${quoted(description)}`),
      ...flags.map(({name, description, values}) => {
        const value = values === undefined ? "" : values.length === 0 ? " -r" : ` -x -a ${quoted(values.join(" "))}`;
        return `${line} -l ${name.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish: labelscope --completion fish > ~/.config/fish/completions/labelscope.fish\n${lines.join("\n")}\n`;
}

/** How the words before the cursor lead from one command to the next. */
function steps(all: readonly Completions[]): string {
  return all
    .flatMap(({command, commands}) =>
      commands.map(
        ({name}) => `      "${command}:${name}") command="${command === "" ? name : `${command} ${name}`}" ;;`,
      ),
    )
    .join("\n");
}

function valueCases(all: readonly Completions[], choice: (values: readonly string[]) => string, free: string): string {
  return all
    .flatMap(({command, flags}) =>
      flags.flatMap(({name, values}) =>
        values === undefined ? [] : [`    "${command}:${name}") ${values.length === 0 ? free : choice(values)} ;;`],
      ),
    )
    .join("\n");
}

function names(all: readonly Described[]): string {
  return all.map(({name}) => name).join(" ");
}

/** A word of a shell in single quotes; all three shells end and begin them anew around one. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
