/** Whole-number parameters of a family of games, and the ids of its games. */

interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** Values of some of the parameters. */
export type Settings<P extends Parameters> = { readonly [K in keyof P]?: number };

/** The values of all parameters: the setting if there is one, else the default. */
export function resolve<P extends Parameters>(parameters: P, settings: Settings<P>): { [K in keyof P]: number } {
  const entries = Object.entries(parameters).map(([name, p]) => [name, settings[name] ?? p.default]);
  return Object.fromEntries(entries) as { [K in keyof P]: number };
}

/** `kuhn-match`, `kuhn-match:hands=3`. It names only the values that differ from the defaults, so that a game has one id. */
export function idOf<P extends Parameters>(family: string, parameters: P, values: { [K in keyof P]: number }): string {
  const changed = Object.entries(parameters).filter(([name, p]) => values[name] !== p.default);
  return [family, ...changed.map(([name]) => `${name}=${values[name]}`)].join(":");
}
