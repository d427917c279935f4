/**
 * A flag: its spelling, its help and its parser. The type of an option follows from the kind of its flag, so that no command
 * repeats it.
 */
import { expandHome } from "../../util/files.ts";
import { finiteNumber, wholeNumber } from "./numbers.ts";

/** The value of a flag as commander gives it: `true` without a value, a list if the flag may be repeated. */
export type Given = string | boolean | readonly string[] | undefined;

export interface Flag<Value> {
  /** As the help shows it: `--seed <n>`, `--resume [run]`, `--json`. */
  readonly usage: string;
  readonly help: string;
  /** The text used if the flag is not given; the help shows it. */
  readonly default?: string | undefined;
  readonly repeats?: boolean;
  /** The heading that the help shows it under, apart from the flags without. */
  readonly group?: string;
  readonly read: (given: Given) => Value;
}

/** The flags of a command by the name of its option, in the order of the help: `failUnder` for `--fail-under`. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The options of a command: a value for every flag. */
export type OptionsOf<F extends Flags> = {
  readonly [Name in keyof F]: F[Name] extends Flag<infer Value> ? Value : never;
};

/** The same flags under a heading of their own in the help. */
export const grouped = <F extends Flags>(group: string, flags: F): F =>
  Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }])) as F;

export function optionsOf<F extends Flags>(flags: F, given: Readonly<Record<string, Given>>): OptionsOf<F> {
  const options = Object.entries(flags).map(([name, { read }]) => [name, read(given[name])]);
  return Object.fromEntries(options) as OptionsOf<F>;
}

/** `--json`: whether it is given. */
export const toggle = (usage: string, help: string): Flag<boolean> => ({
  usage,
  help,
  read: (given) => given === true,
});

/** `--no-equilibrium`, whose option is named `equilibrium`: false if it is given. */
export const toggleOff = (usage: string, help: string): Flag<boolean> => ({
  usage,
  help,
  read: (given) => given !== false,
});

/** `--game <id>`: its text, or `fallback` if it is not given. */
export function text(usage: string, help: string): Flag<string | undefined>;
export function text(usage: string, help: string, fallback: string): Flag<string>;
export function text(usage: string, help: string, fallback?: string): Flag<string | undefined> {
  return { usage, help, default: fallback, read: (given) => (typeof given === "string" ? given : fallback) };
}

/** `--dir <folder>`: a path, with the home folder in place of a leading `~`. */
export const path = (usage: string, help: string): Flag<string | undefined> => ({
  usage,
  help,
  read: (given) => (typeof given === "string" ? expandHome(given) : undefined),
});

/** `--set <key=value>`, any number of times: the texts in their order. */
export const texts = (usage: string, help: string): Flag<readonly string[]> => ({
  usage,
  help,
  repeats: true,
  read: (given) => (typeof given === "object" ? given : []),
});

/** `--resume [run]`: its text, or `true` without one. */
export const textOrTrue = (usage: string, help: string): Flag<string | true | undefined> => ({
  usage,
  help,
  read: (given) => (typeof given === "string" || given === true ? given : undefined),
});

/** Parses the text of the flag `name`; throws a UserError (exit 2) that says what the flag takes. */
type Check<Value> = (name: string, text: string) => Value;

/**
 * A flag whose text is parsed by `check`. The option is a function that returns the value or throws, so that `checkAll` can report
 * the problems of several flags at once.
 */
export function checked<V>(usage: string, help: string, check: Check<V>): Flag<() => V | undefined>;
export function checked<V>(usage: string, help: string, check: Check<V>, fallback: string): Flag<() => V>;
export function checked<V>(usage: string, help: string, check: Check<V>, fallback?: string): Flag<() => V | undefined> {
  const read = (given: Given) => () => {
    const value = typeof given === "string" ? given : fallback;
    return value === undefined ? undefined : check(nameIn(usage), value);
  };
  return { usage, help, default: fallback, read };
}

interface Range {
  readonly min: number;
  readonly max?: number;
}

/** `--rows <n>`: a whole number in a range, `max` included. */
export function whole(usage: string, help: string, range: Range): Flag<() => number | undefined>;
export function whole(usage: string, help: string, range: Range, fallback: string): Flag<() => number>;
export function whole(
  usage: string,
  help: string,
  { min, max }: Range,
  fallback?: string,
): Flag<() => number | undefined> {
  const check: Check<number> = (name, value) => wholeNumber(name, value, min, max);
  return fallback === undefined ? checked(usage, help, check) : checked(usage, help, check, fallback);
}

/** `--fail-under <return>`: any number. */
export const finite = (usage: string, help: string): Flag<() => number | undefined> =>
  checked(usage, help, finiteNumber);

/** `--fail-under` of `--fail-under <return>`. */
export const nameIn = (usage: string): string => usage.split(" ")[0] as string;
