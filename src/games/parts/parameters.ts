/** Whole-number parameters of a family of games, and the id that names one member of it. */

interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** A value for each parameter that a caller may leave out. */
export type Settings<P extends Parameters> = { readonly [K in keyof P]?: number };

/** Every parameter's value: the setting where there is one, else the default. */
export function resolve<P extends Parameters>(parameters: P, settings: Settings<P>): { [K in keyof P]: number } {
  const entries = Object.entries(parameters).map(([name, p]) => [name, settings[name] ?? p.default]);
  return Object.fromEntries(entries) as { [K in keyof P]: number };
}

/** `kuhn-match`, `kuhn-match:hands=3`: only what differs from the defaults is named, so that a game has one id. */
export function idOf<P extends Parameters>(family: string, parameters: P, values: { [K in keyof P]: number }): string {
  const changed = Object.entries(parameters).filter(([name, p]) => values[name] !== p.default);
  return [family, ...changed.map(([name]) => `${name}=${values[name]}`)].join(":");
}
