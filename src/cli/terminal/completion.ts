/** Scripts that complete `spiral` command lines in bash, zsh and fish, made from the commands and their flags. */
import type { Command } from "../command.ts";
import { nameIn } from "../flags/flag.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A command with its summary in the list of commands. */
export interface Completed {
  readonly command: Command;
  readonly summary: string;
}

/** Flags of the program, which every command takes. */
const GLOBAL = ["--help", "--verbose", "--no-color"];
/** Flags whose values are ids of games. */
const GAMES = ["--game", "--games"];
const GAME_ARGUMENTS = ["solve", "games"];
/** Where a run, or one of its checkpoints, is named. */
const RUNS = ["eval", "ladder", "policy", "replay", "show", "--init"];
const NEWEST = ["latest", "latest@best"];

const nameOf = ({ command }: Completed): string => command.usage.split(" ")[0] as string;
const flagsOf = ({ command }: Completed): string[] => [
  ...Object.values(command.flags).map(({ usage }) => nameIn(usage)),
  ...GLOBAL,
];
const words = (list: readonly string[]): string => list.join(" ");

export function completionScript(shell: Shell, commands: readonly Completed[], games: readonly string[]): string {
  return { bash, zsh, fish }[shell](commands, games);
}

/** Values: ids of games where they are taken; else files, which `-o default` offers. */
function bash(commands: readonly Completed[], games: readonly string[]): string {
  const cases = commands.map((one) => `    ${nameOf(one)}) flags="${words(flagsOf(one))}" ;;`);
  return `# bash completion for spiral. Load it with: source <(spiral completion bash)
_spiral() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" flags="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) command="\${COMP_WORDS[i]}"; break ;; esac
  done
  COMPREPLY=()
  case "$command" in
    "") COMPREPLY=($(compgen -W "${words([...commands.map(nameOf), "help", "--version", ...GLOBAL])}" -- "$word")); return ;;
    help) COMPREPLY=($(compgen -W "${words(commands.map(nameOf))}" -- "$word")); return ;;
${cases.join("\n")}
  esac
  case "$before" in
    ${GAMES.join("|")}|${GAME_ARGUMENTS.join("|")})
      local head=""
      case "$word" in *,*) head="\${word%,*}," ;; -*) ;; esac
      if [[ "$word" != -* ]]; then
        COMPREPLY=($(compgen -P "$head" -W "${words(games)}" -- "\${word##*,}"))
        return
      fi ;;
    ${RUNS.join("|")}) COMPREPLY=($(compgen -W "${words(NEWEST)}" -- "$word")); [[ "$word" == -* ]] || return ;;
    completion) COMPREPLY=($(compgen -W "${words(SHELLS)}" -- "$word")); return ;;
  esac
  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); fi
}
complete -o default -F _spiral spiral
`;
}

/** Zsh runs the script of bash. */
function zsh(commands: readonly Completed[], games: readonly string[]): string {
  return `# zsh completion for spiral. Load it after compinit with: source <(spiral completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(commands, games).split("\n").slice(1).join("\n")}`;
}

function fish(commands: readonly Completed[], games: readonly string[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((one) => {
    const name = nameOf(one);
    const isIt = `-n '__fish_seen_subcommand_from ${name}'`;
    const flags = Object.values(one.command.flags).map(({ usage, help }) => {
      const flag = nameIn(usage);
      const values = GAMES.includes(flag) ? ` -x -a ${quoted(words(games))}` : usage.includes("<") ? " -r" : "";
      return `complete -c spiral ${isIt} -l ${flag.slice(2)}${values} -d ${quoted(help)}`;
    });
    const ids = GAME_ARGUMENTS.includes(name) ? [`complete -c spiral ${isIt} -f -a ${quoted(words(games))}`] : [];
    const runs = RUNS.includes(name) ? [`complete -c spiral ${isIt} -a ${quoted(words(NEWEST))}`] : [];
    return [
      `complete -c spiral -n __fish_use_subcommand -f -a ${name} -d ${quoted(one.summary)}`,
      ...flags,
      ...ids,
      ...runs,
      ...(name === "completion" ? [`complete -c spiral ${isIt} -f -a ${quoted(words(SHELLS))}`] : []),
    ];
  });
  const global = GLOBAL.map((flag) => `complete -c spiral -l ${flag.slice(2)}`);
  return `# fish completion for spiral. Load it with: spiral completion fish | source
${[...global, ...lines].join("\n")}
`;
}
