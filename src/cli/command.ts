/**
 * A command is one value: `usage` and `flags` say what may be typed, `run` does the work. The types of the arguments and options
 * of `run` follow from `usage` and `flags`. Modules that load slowly are imported inside `run`, so that help is fast.
 */
import { type Flags, type Given, type OptionsOf, optionsOf } from "./flags/flag.ts";

interface Typed<Usage extends string, F extends Flags> {
  /** Name and arguments, as commander reads them: `match <first> <second>`, `eval [run]`, `arena <players...>`. */
  readonly usage: Usage;
  readonly example: string;
  /** By the name of the option, in the order of the help. */
  readonly flags: F;
}

interface Definition<Usage extends string, F extends Flags> extends Typed<Usage, F> {
  /** Runs the command; returns the exit code. */
  run(
    args: ArgumentsOf<Usage>,
    options: OptionsOf<F>,
    invocation: Invocation,
    all: AllCommands,
  ): number | Promise<number>;
}

export interface Command<Usage extends string = string, F extends Flags = Flags> extends Typed<Usage, F> {
  /** Takes the arguments and the flags as commander holds them; returns the exit code. */
  run(
    args: readonly unknown[],
    given: Readonly<Record<string, Given>>,
    invocation: Invocation,
    all: AllCommands,
  ): Promise<number>;
}

/** Loads every command, with its summary in the help. */
export type AllCommands = () => Promise<readonly { readonly summary: string; readonly command: Command }[]>;

/** Makes a command that can run from a command line. */
export function defineCommand<const Usage extends string, F extends Flags>(
  definition: Definition<Usage, F>,
): Command<Usage, F> {
  return {
    ...definition,
    async run(args, given, invocation, all) {
      // Commander has checked the arguments against `usage`.
      return definition.run(args as ArgumentsOf<Usage>, optionsOf(definition.flags, given), invocation, all);
    },
  };
}

/** `[string, string | undefined]` of `runs show <what> [run]`, and so on: the arguments after the name. */
export type ArgumentsOf<Usage extends string> = Usage extends `${infer Word} ${infer Rest}`
  ? [...ArgumentOf<Word>, ...ArgumentsOf<Rest>]
  : ArgumentOf<Usage>;

type ArgumentOf<Word extends string> = Word extends `<${string}...>` | `[${string}...]`
  ? [readonly string[]]
  : Word extends `<${string}>`
    ? [string]
    : Word extends `[${string}]`
      ? [string | undefined]
      : [];

/** Further facts on the command line. */
export interface Invocation {
  /** `--verbose` of the program, which may stand before or after the command's name. */
  readonly verbose: boolean;
  /** The names of the flags that are given: `["--seed", "--json"]`. Flags with a default come first, others as typed. */
  readonly given: readonly string[];
}
