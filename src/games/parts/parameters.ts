/** Parameters of a family of games, whole numbers or words, and the ids of its games. */

export interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** The words that stand for the values 0, 1, … in an id, if it is no number there. */
  readonly words?: readonly string[];
}

/** A parameter that is on or off. */
export const SWITCH = { default: 0, min: 0, max: 1, words: ["off", "on"] } as const;

export type Parameters = Readonly<Record<string, Parameter>>;

/** Values of some of the parameters. */
export type Settings<P extends Parameters> = { readonly [K in keyof P]?: number };

/** The values of all parameters: the setting if there is one, else the default. */
export function resolve<P extends Parameters>(parameters: P, settings: Settings<P>): { [K in keyof P]: number } {
  const entries = Object.entries(parameters).map(([name, p]) => [name, settings[name] ?? p.default]);
  return Object.fromEntries(entries) as { [K in keyof P]: number };
}

/** A value as an id has it. */
export const valueText = ({ words }: Parameter, value: number): string => words?.[value] ?? String(value);

/** The value that a text names; undefined if it names none in the parameter's range. */
export function valueNamed({ words, min, max }: Parameter, text: string): number | undefined {
  const value = words ? words.indexOf(text) : /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return value >= min && value <= max ? value : undefined;
}

/** What a parameter takes: `off or on`, `a whole number from 1 to 10`. */
export const rangeText = ({ words, min, max }: Parameter): string =>
  words ? words.join(" or ") : `a whole number from ${min} to ${max}`;

/** `kuhn-match`, `kuhn-match:hands=3`. It names only the values that differ from the defaults, so that a game has one id. */
export function idOf<P extends Parameters>(family: string, parameters: P, values: { [K in keyof P]: number }): string {
  const changed = Object.entries(parameters).filter(([name, p]) => values[name] !== p.default);
  return [family, ...changed.map(([name, p]) => `${name}=${valueText(p, values[name] ?? p.default)}`)].join(":");
}
