/**
 * What a command is. Its declaration says what is typed, and nothing else; the types of its arguments and options follow
 * from it. A declaration loads nothing but flags, so that help comes at once.
 */
import type { Flags, OptionsOf } from "./flags/flag.ts";

export interface Declaration<Usage extends string, F extends Flags> {
  /** Name and arguments, as commander reads them: `match <first> <second>`, `eval [run]`, `arena <players...>`. */
  readonly usage: Usage;
  /** A line in lower case for the list of commands. */
  readonly summary: string;
  readonly example: string;
  /** By the name of the option, in the order of the help. */
  readonly flags: F;
}

/** Returns its argument, with the types of its arguments and flags kept. */
export const declare = <const Usage extends string, F extends Flags>(
  declaration: Declaration<Usage, F>,
): Declaration<Usage, F> => declaration;

/** `[string, string | undefined]` of `runs show <what> [run]`, and so on: the arguments after the name. */
export type ArgumentsOf<Usage extends string> = Usage extends `${infer Word} ${infer Rest}`
  ? [...ArgumentOf<Word>, ...ArgumentsOf<Rest>]
  : ArgumentOf<Usage>;

type ArgumentOf<Word extends string> = Word extends `<${string}...>`
  ? [readonly string[]]
  : Word extends `<${string}>`
    ? [string]
    : Word extends `[${string}]`
      ? [string | undefined]
      : [];

type AnyDeclaration = Declaration<string, Flags>;

export type Options<D extends AnyDeclaration> = OptionsOf<D["flags"]>;

/** What else a command may read of the command line. */
export interface Invocation {
  /** `--verbose` of the program, which may stand before or after the command's name. */
  readonly verbose: boolean;
  /** The names of the flags that are given: `["--seed", "--json"]`. Flags with a default come first, others as typed. */
  readonly given: readonly string[];
}

/** What a command does; returns the exit code. */
export type Run<D extends AnyDeclaration> = (
  args: ArgumentsOf<D["usage"]>,
  options: Options<D>,
  invocation: Invocation,
) => number | Promise<number>;
